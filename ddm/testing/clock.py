"""A clock that stands still until somebody moves it."""

from __future__ import annotations

# 2027-01-15: a date that fits the fields of simulated servers.
_WALL_START_S = 1_800_000_000.0


class VirtualClock:
    """Fits `ddm.ports.Clock`. Starts at `now_s`; wall time runs along with it."""

    def __init__(self, now_s: float = 0.0) -> None:
        self._now_s = now_s

    def now(self) -> float:
        """Virtual seconds."""
        return self._now_s

    def wall(self) -> float:
        """Virtual Unix time in seconds."""
        return _WALL_START_S + self._now_s

    def advance_to(self, moment_s: float) -> None:
        """Jump to a moment; one that is past already changes nothing, for a clock never goes back."""
        self._now_s = max(self._now_s, moment_s)
