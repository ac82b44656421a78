"""Bytes per second, lately: a sum over a short sliding window, so that a silence shows as one."""

from __future__ import annotations

from collections import deque

_SLOT_S = 0.1


class Meter:
    """Counts bytes as they come; the speed is over the last `window_s` seconds, or as long as it has been counting."""

    __slots__ = ("_slots", "_started_s", "_total", "_window_s")

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._slots: deque[tuple[float, int]] = deque()
        self._started_s: float | None = None
        self._total = 0

    def begin(self, now: float) -> None:
        """The counting starts, if it has not."""
        if self._started_s is None:
            self._started_s = now

    def add(self, count_bytes: int, now: float) -> None:
        """So many bytes came just now."""
        self.begin(now)
        self._drop_old(now)
        if self._slots and now - self._slots[-1][0] < _SLOT_S:
            at, before = self._slots[-1]
            self._slots[-1] = (at, before + count_bytes)
        else:
            self._slots.append((now, count_bytes))
        self._total += count_bytes

    def speed_bps(self, now: float) -> float:
        """Bytes per second over the window."""
        self._drop_old(now)
        if self._started_s is None:
            return 0.0
        return self._total / max(_SLOT_S, min(self._window_s, now - self._started_s))

    def _drop_old(self, now: float) -> None:
        while self._slots and self._slots[0][0] <= now - self._window_s:
            self._total -= self._slots.popleft()[1]
