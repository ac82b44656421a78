"""A host's own callback, due every 10 ms: how late it comes."""

from __future__ import annotations

import time
from dataclasses import dataclass

INTERVAL_S = 0.01


@dataclass(frozen=True, slots=True)
class Lateness:
    """Of all ticks of a run, in milliseconds; p50: half of them were not later, p99: all but one in a hundred."""

    count: int
    p50_ms: float
    p99_ms: float
    max_ms: float


class Ticks:
    """When the next one is due, and how late those were that came.

    They are due at fixed times: where a loop was held for 35 ms three ticks were late by it, one after the other, as a
    service's requests are.
    """

    def __init__(self) -> None:
        self.due_s = time.monotonic() + INTERVAL_S
        self._late_s: list[float] = []

    def tick(self) -> float:
        """It came; when the next one is due."""
        self._late_s.append(time.monotonic() - self.due_s)
        self.due_s += INTERVAL_S
        return self.due_s

    def left_s(self) -> float:
        """How long until the next one."""
        return max(0.0, self.due_s - time.monotonic())

    def catch_up(self) -> None:
        """Tick as often as is due, for a loop without timers."""
        while time.monotonic() >= self.due_s:
            self.tick()

    def lateness(self) -> Lateness | None:
        """What came of it; None if there was no tick."""
        late_ms = sorted(late_s * 1000 for late_s in self._late_s)
        if not late_ms:
            return None
        count = len(late_ms)
        return Lateness(count, late_ms[count // 2], late_ms[count * 99 // 100], late_ms[-1])
