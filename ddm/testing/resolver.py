"""A resolver of virtual time: names are there, slow, missing for a while, or never answered. Fits `ddm.ports.Names`."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ddm.errand import Errand
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.limits import LOOK_UP_TIMEOUT_S
from ddm.testing.clock import VirtualClock
from ddm.testing.story import Story

# How long an answer takes, and how often there is none, by what a world draws for its network.
_DELAYS_S = ((0.0,), (0.0, 0.002, 0.03), (0.03, 0.4, 3.0, LOOK_UP_TIMEOUT_S))
_FAILING = (0.0, 0.0, 0.0, 0.1, 0.4)


@dataclass(frozen=True, slots=True)
class _LookUp:
    """One that is under way, or over. Fits `Errand`."""

    host: str
    due_s: float
    failure: Failure | None
    clock: VirtualClock

    @property
    def over(self) -> bool:
        """Whether its time has come."""
        return self.clock.now() >= self.due_s

    def result(self) -> tuple[str, ...]:
        """Two addresses, or why there are none."""
        if self.failure is not None:
            raise FailureError(self.failure)
        return "2001:db8::1", "192.0.2.1"


class SimResolver:
    """The names of one process; from `calm_s` on all of them are found at once."""

    def __init__(
        self, clock: VirtualClock, story: Story, chance: random.Random, calm_s: float = 0.0
    ) -> None:
        self._clock = clock
        self._story = story
        self._chance = chance
        self._calm_s = calm_s
        self._delays_s, self._failing = chance.choice(_DELAYS_S), chance.choice(_FAILING)
        self._under_way: dict[str, _LookUp] = {}

    def look_up(self, host: str) -> Errand[tuple[str, ...]]:
        """Ask for a host. It is shared by all who want it, so nobody asks for it twice at once."""
        now, under_way = self._clock.now(), self._under_way.get(host)
        if under_way is not None and not under_way.over:
            raise self._story.violation(f"{host} is looked up twice at once")
        delay_s, failure = 0.0, None
        if now < self._calm_s:
            delay_s = self._chance.choice(self._delays_s)
            missing = delay_s >= LOOK_UP_TIMEOUT_S or self._chance.random() < self._failing
            failure = _not_found(host) if missing else None
        self._story.tell(f"{host} is looked up" + (", in vain" if failure else ""))
        asked = self._under_way[host] = _LookUp(host, now + delay_s, failure, self._clock)
        return asked

    def deadline(self) -> float | None:
        """When the next answer comes, None if nothing is asked."""
        self._under_way = {host: each for host, each in self._under_way.items() if not each.over}
        return min((each.due_s for each in self._under_way.values()), default=None)


def _not_found(host: str) -> Failure:
    why = f"the name {host} could not be resolved"
    return Failure(Kind.UNRESOLVED, why, Exit.NAME_RESOLUTION)
