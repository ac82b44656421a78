"""What so many connections to one origin bring together: whether one more pays.

Measured while it happens: over each second in which their number stayed the same, with the bytes of all jobs.
"""

from __future__ import annotations

# A second is long enough for slow start on most paths, and short enough to be seen in most downloads.
_STEADY_S = 1.0
# More connections that bring less than a ninth more do not pay: each costs a server its memory.
_ENOUGH = 0.9
_NEWEST_SHARE = 0.5


class Yields:
    """The speed of one origin by the number of its connections."""

    __slots__ = ("_bytes", "_connections", "_since_s", "_speeds_bps")

    def __init__(self) -> None:
        self._speeds_bps: dict[int, float] = {}
        self._connections = 0
        self._since_s = 0.0
        self._bytes = 0

    def brought(self, count_bytes: int, connections: int, now: float) -> None:
        """So many bytes came just now over so many connections together."""
        elapsed_s = now - self._since_s
        if connections != self._connections or elapsed_s >= _STEADY_S:
            if connections == self._connections:
                self.learn(connections, self._bytes / elapsed_s)
            self._connections, self._since_s, self._bytes = connections, now, 0
        self._bytes += count_bytes

    def learn(self, connections: int, speed_bps: float) -> None:
        """So many connections bring this, lately or as somebody measured."""
        known = self._speeds_bps.get(connections, speed_bps)
        self._speeds_bps[connections] = known + _NEWEST_SHARE * (speed_bps - known)

    @property
    def speed_bps(self) -> float | None:
        """The most that was brought, None before anything was measured."""
        return max(self._speeds_bps.values(), default=None)

    @property
    def connections(self) -> int | None:
        """The fewest connections that brought next to the most, None before anything was measured."""
        enough_bps = _ENOUGH * (self.speed_bps or 0.0)
        return min((n for n, bps in self._speeds_bps.items() if bps >= enough_bps), default=None)

    def full_with(self, connections: int) -> bool:
        """Whether one more than these would not pay: more were tried, and did not bring more."""
        paid = self.connections
        return paid is not None and connections >= paid and max(self._speeds_bps) > paid
