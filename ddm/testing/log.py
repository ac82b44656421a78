"""How long the disk takes for the log of the simulated database: a sync under way, and what has come of it."""

from __future__ import annotations

import random
from collections.abc import Callable

from ddm.testing.clock import VirtualClock

# Of one world: at once, an SSD, a disk, one that is busy. A sync takes up to so long.
_PACES_S = (0.0, 0.001, 0.02, 0.3)
LONGEST_S = max(_PACES_S)


class SimSync:
    """Fits `ddm.errand.Errand`. effect: what comes of it, or what it raises."""

    def __init__(self, clock: VirtualClock, due_s: float, effect: Callable[[], None]) -> None:
        self._clock = clock
        self._effect = effect
        self.due_s = due_s

    @property
    def over(self) -> bool:
        """Whether its time has come."""
        return self._clock.now() >= self.due_s

    def result(self) -> None:
        """What has come of it."""
        self._effect()


class LogDisk:
    """The disk that the log is on; one process after the other syncs it."""

    def __init__(self, clock: VirtualClock, chance: random.Random) -> None:
        self._clock = clock
        self._chance = chance
        self._pace_s = chance.choice(_PACES_S)

    def sync(self, effect: Callable[[], None]) -> SimSync:
        """Begin a sync."""
        return SimSync(
            self._clock, self._clock.now() + self._chance.uniform(0.0, self._pace_s), effect
        )
