"""What is turned: a manager, and others with the same three doors."""

from __future__ import annotations

import select
import time
from typing import Protocol, Self

import ddm
from ddm.library.household import Household


class Guest(Protocol):
    """What is turned: a `ddm.Manager`, a `Bare`, a `Rest`."""

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do."""

    def fileno(self) -> int:
        """Readable when there is something to do."""

    def deadline(self) -> float | None:
        """When a turn is due at the latest."""

    def turn(self, wait_s: float | None = 0.0) -> None:
        """Wait, and do what there is."""


class Rest:
    """A guest that does nothing for a while."""

    def __init__(self, seconds: float) -> None:
        self._epoll = select.epoll()
        self._end_s = time.monotonic() + seconds

    @property
    def idle(self) -> bool:
        """Whether the while is over."""
        return time.monotonic() >= self._end_s

    def fileno(self) -> int:
        """Never readable."""
        return self._epoll.fileno()

    def deadline(self) -> float:
        """The end."""
        return self._end_s

    def turn(self, wait_s: float | None = 0.0) -> None:
        """Wait."""
        left_s = max(0.0, self._end_s - time.monotonic())
        self._epoll.poll(left_s if wait_s is None else min(wait_s, left_s))


class Turning(ddm.Manager):
    """Has something to read in each of so many turns, and nothing else to do."""

    def begin(self, turns: int) -> Self:
        """From now on."""
        self._house.reactor.join(_Poking(self._house))
        self._end = turns
        return self

    @property
    def idle(self) -> bool:
        """Whether it was turned so often."""
        return self.turns().count >= self._end


class _Poking:
    """A member of the reactor."""

    def __init__(self, house: Household) -> None:
        self._house = house

    def deadline(self) -> None:
        """Never."""

    def run(self, now: float) -> None:
        """Let there be something to read."""
        self._house.poke()
