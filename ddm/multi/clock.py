"""Time as the operating system gives it."""

from __future__ import annotations

import time


class MonotonicClock:
    """The real clock; tests bring their own."""

    def now(self) -> float:
        """Seconds on a clock that never jumps."""
        return time.monotonic()

    def wall(self) -> float:
        """Unix time in seconds, for dates in fields and rows."""
        return time.time()
