"""How an origin treats connections and requests, whatever they ask for."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

# How much slower a slow connection is than the others, as long as it lasts.
SLOW_FACTOR = 1 / 20


@dataclass(frozen=True, slots=True)
class Manners:
    """What an origin is like for good.

    requests_per_s: what is asked beyond that within a second gets 429. retry_after_s: what a refusal asks to wait.
    dead_s: from when until when nobody listens there. keeps_alive: whether a connection serves more than one request.
    slow_every: of so many connections one is slow. total_bps: what all connections have together.
    """

    requests_per_s: int | None = None
    retry_after_s: int | None = None
    dead_s: tuple[float, float] = (math.inf, math.inf)
    keeps_alive: bool = True
    slow_every: int | None = None
    total_bps: float = math.inf


class Door:
    """Where connections and requests come in, and are counted."""

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self._opened = 0
        self._borne: deque[float] = deque()

    def open(self) -> float:
        """A new connection; how fast it is, 1.0 being as fast as connections are here."""
        self._opened += 1
        slow = self.manners.slow_every
        return SLOW_FACTOR if slow and self._opened % slow == 0 else 1.0

    def is_dead(self, now: float) -> bool:
        """Whether nobody listens."""
        begins_s, ends_s = self.manners.dead_s
        return begins_s <= now < ends_s

    def bears(self, now: float) -> bool:
        """Whether one more request is not too many for this second."""
        most = self.manners.requests_per_s
        if most is None:
            return True
        while self._borne and self._borne[0] <= now - 1.0:
            self._borne.popleft()
        if len(self._borne) >= most:
            return False
        self._borne.append(now)
        return True
