"""What goes wrong with a simulated disk, and when."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from enum import Enum

from ddm.testing.clock import VirtualClock


class Doing(Enum):
    """What a disk is asked for."""

    OPEN = "open"
    WRITE = "write"
    SYNC = "sync"
    PUBLISH = "publish"


@dataclass(frozen=True, slots=True)
class DiskFault:
    """The operations of one sort from the `first`-th (counted from 0) on fail, `count` times, with this errno."""

    doing: Doing
    first: int
    count: int
    errno: int


class DiskFaults:
    """All faults of one disk; from `calm_s` on there are none."""

    def __init__(
        self, clock: VirtualClock, faults: tuple[DiskFault, ...] = (), calm_s: float = 0.0
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._calm_s = calm_s
        self._done: Counter[Doing] = Counter()

    def meet(self, doing: Doing, path: str) -> None:
        """Count an operation. Raises OSError, with the path, if it is to fail."""
        number = self._done[doing]
        self._done[doing] += 1
        if self._clock.now() >= self._calm_s:
            return
        for fault in self._faults:
            if fault.doing is doing and 0 <= number - fault.first < fault.count:
                raise OSError(fault.errno, os.strerror(fault.errno), path)
