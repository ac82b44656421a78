"""What is to happen at a moment of virtual time."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count


class Cues:
    """Calls that wait for their time; those of one moment are in the order in which they were given."""

    def __init__(self) -> None:
        self._cues: list[tuple[float, int, Callable[[], object]]] = []
        self._order = count()

    def give(self, moment_s: float, callback: Callable[[], object]) -> None:
        """Call this at that moment."""
        heappush(self._cues, (moment_s, next(self._order), callback))

    def deadline(self) -> float | None:
        """When the next one is due; None if there is none."""
        return self._cues[0][0] if self._cues else None

    def call(self, now: float) -> None:
        """Call those that are due. Raises what one raises; the others are for the next time then."""
        while self._cues and self._cues[0][0] <= now:
            _, _, callback = heappop(self._cues)
            callback()
