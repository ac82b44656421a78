"""A small graph of a speed: one cell a second, the tallest as high as the fastest second on it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

_UTF8 = "▁▂▃▄▅▆▇█"
_ASCII = "_.-=*#"
_SAMPLES_MAX = 120
_SAMPLE_S = 1.0


class History:
    """The speeds of the last two minutes."""

    def __init__(self) -> None:
        self.speeds: deque[float] = deque(maxlen=_SAMPLES_MAX)
        self._due_s = 0.0

    def note(self, now: float, speed_bps: float) -> None:
        """The speed of now; one a second is kept."""
        if now >= self._due_s:
            self._due_s = now + _SAMPLE_S
            self.speeds.append(speed_bps)


def spark(speeds: Iterable[float], cells: int, *, ascii_only: bool) -> str:
    """The last of these speeds, one in each cell; the newest stands right."""
    signs = _ASCII if ascii_only else _UTF8
    shown = list(speeds)[-cells:] if cells > 0 else []
    most = max(shown, default=0.0)
    steps = len(signs) - 1
    line = "".join(signs[round(speed / most * steps) if most else 0] for speed in shown)
    return line.rjust(cells)
