"""What the children of a simulated process do: each thing takes a while, and is done when its time has come."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ddm.errand import Done, Errand
from ddm.failures import FailureError
from ddm.testing.clock import VirtualClock
from ddm.testing.plug import Died

T = TypeVar("T")
# How long a thing takes: half of them no time, of the others most some milliseconds.
LONGEST_S = 1.0
_SHORT_S = (0.001, 0.02)
_LONG_S = (0.1, LONGEST_S)


class SimErrand(Generic[T]):
    """Fits `errand.Errand`. due_s: when it is done.

    unheard: what it does where nobody waits for it any more.
    """

    def __init__(
        self, due_s: float, deed: Callable[[], T], unheard: Callable[[], object] | None
    ) -> None:
        self.due_s = due_s
        self.unheard = unheard
        self._deed = deed
        self._done: Done[T] | None = None

    @property
    def over(self) -> bool:
        """Whether it is done."""
        return self._done is not None

    def end(self) -> None:
        """Its time has come."""
        self._done = Done(self._deed)

    def result(self) -> T:
        """What came of it."""
        if self._done is None:
            raise AssertionError("it is not over")
        return self._done.result()


class Errands:
    """Those of one process; `advance` does what is due. at_once: nothing takes any time for now."""

    def __init__(self, clock: VirtualClock, chance: random.Random) -> None:
        self.at_once = False
        self._clock = clock
        self._chance = chance
        self._under_way: list[SimErrand[Any]] = []

    def begin(
        self, deed: Callable[[], T], unheard: Callable[[], object] | None = None
    ) -> Errand[T]:
        """Set out. unheard: what of the deed may take place though the process that asked has died."""
        took_s = 0.0 if self.at_once else self._drawn_s()
        if not took_s:
            return Done(deed)
        errand = SimErrand(self._clock.now() + took_s, deed, unheard)
        self._under_way.append(errand)
        return errand

    def deadline(self) -> float | None:
        """When the next one is over."""
        return min((errand.due_s for errand in self._under_way), default=None)

    def advance(self, now: float) -> None:
        """Do what is due."""
        for errand in sorted(self._under_way, key=lambda errand: errand.due_s):
            if errand.due_s > now:
                return
            self._under_way.remove(errand)
            errand.end()

    def crash(self) -> None:
        """Who asked is gone: what was under way takes place unheard, or never."""
        under_way, self._under_way = self._under_way, []
        for errand in under_way:
            if errand.unheard is not None and self._chance.random() < 0.5:
                try:
                    errand.unheard()
                except (OSError, FailureError, Died):
                    continue  # nobody hears of that either

    def _drawn_s(self) -> float:
        drawn = self._chance.random()
        if drawn < 0.5:
            return 0.0
        return self._chance.uniform(*(_SHORT_S if drawn < 0.9 else _LONG_S))
