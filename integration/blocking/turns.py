"""What each turn of a loop takes: by the clock, of the processor, and waiting for one; and in what line it was held."""

from __future__ import annotations

import os
import signal
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from msgspec import Struct

# Turns shorter than this are only counted.
KEPT_S = 0.005
# What still runs after so long is looked at: the handler is called in the line that held the turn.
_LOOK_S = 0.02
_STACK_LINES = 4


class Turn(Struct, frozen=True, array_like=True):
    """One turn, from the moment the wait was over.

    begun_s: on the monotonic clock, which all processes share. wall_s: how long it took. cpu_s: of the
    thread. queued_s: ready to run while others had the processors. where: what held it, if it was long.
    """

    begun_s: float
    wall_s: float
    cpu_s: float
    queued_s: float
    where: str = ""

    @property
    def held_s(self) -> float:
        """What is ours: computed or waited for, but not the time in which others had the processors."""
        return max(0.0, self.wall_s - self.queued_s)


class Turns:
    """Measures turns; for the main thread, whose SIGALRM it takes.

    count: how many there were. kept: those that were not short.
    """

    def __init__(self) -> None:
        self.count = 0
        self.kept: list[Turn] = []
        self._where = ""
        # /proc/thread-self/schedstat: nanoseconds on a processor, nanoseconds waiting for one, slices.
        self._statistics = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        signal.signal(signal.SIGALRM, self._look)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Measure what is inside as one turn."""
        self._where = ""
        signal.setitimer(signal.ITIMER_REAL, _LOOK_S)
        queued_ns, cpu_s, begun_s = self._queued_ns(), time.thread_time(), time.monotonic()
        try:
            yield
        finally:
            wall_s, cpu_s = time.monotonic() - begun_s, time.thread_time() - cpu_s
            signal.setitimer(signal.ITIMER_REAL, 0)
            self.count += 1
            if wall_s >= KEPT_S:
                queued_s = (self._queued_ns() - queued_ns) / 1e9
                self.kept.append(Turn(begun_s, wall_s, cpu_s, queued_s, self._where))

    def _queued_ns(self) -> int:
        return int(os.pread(self._statistics, 100, 0).split()[1])

    def _look(self, _number: int, frame: FrameType | None) -> None:
        lines = traceback.extract_stack(frame)[-_STACK_LINES:]
        self._where = " > ".join(f"{Path(e.filename).name}:{e.lineno} {e.name}" for e in lines)
