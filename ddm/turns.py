"""What the turns of the loop take: how many there were, the longest one and its cause, a histogram.

A turn is measured in laps. Whoever has done a part of it says so: all that passed since the last lap was this part.
That is one read of the clock, and nobody has to say when a part begins. `Reactor` keeps the measure and laps after
each descriptor and member; who is called by one and does something else in between laps before it and after it.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable
from enum import IntEnum

from msgspec import Struct

from ddm.lateness import LateFigures, Lateness
from ddm.limits import LATELY_S
from ddm.units import span

# What a turn may take: beyond it people notice, and whoever shares the loop.
LONG_S = 0.05
# The histogram's upper bounds; one more count is for what is beyond the last.
BOUNDS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500)

_BOUNDS_S = tuple(bound / 1000 for bound in BOUNDS_MS)


class Part(IntEnum):
    """What can be done in a turn."""

    OTHER = 0
    NETWORK = 1
    WRITING = 2
    DECIDING = 3
    RECORDING = 4
    FILES = 5
    SHOWING = 6


_WORDS = {
    Part.OTHER: "other work",
    Part.NETWORK: "the network",
    Part.WRITING: "writing files",
    Part.DECIDING: "deciding",
    Part.RECORDING: "recording in the database",
    Part.FILES: "opening, syncing and naming files",
    Part.SHOWING: "showing",
}
# These wait for nothing: where they took much longer than the CPU worked, the machine did something else.
_NEVER_WAITING = (Part.OTHER, Part.NETWORK, Part.DECIDING)

Lap = Callable[[Part], object]


def no_lap(part: Part) -> None:
    """A Lap where nobody measures."""
    del part


class LongTurn(Struct, frozen=True):
    """A turn that took long. cause: the part that took most of it, `Part`'s name in small letters.

    cpu_s: for how long of it this thread had the CPU. ago_s: how long ago it ended.
    """

    took_s: float
    cpu_s: float
    cause: str
    cause_s: float
    ago_s: float

    @property
    def long(self) -> bool:
        """Whether it took longer than a turn may."""
        return self.took_s > LONG_S

    @property
    def words(self) -> str:
        """Such as "80 ms (writing files: 71 ms), of which 9 ms on the CPU"."""
        part = Part[self.cause.upper()]
        text = (
            f"{span(self.took_s)} ({_WORDS[part]}: {span(self.cause_s)}), "
            f"of which {span(self.cpu_s)} on the CPU"
        )
        if part in _NEVER_WAITING and self.cpu_s < self.took_s / 2:
            text += "; the machine ran something else meanwhile"
        return text


class TurnFigures(Struct, frozen=True):
    """All turns so far, as a value.

    busy_s: how long they took together. histogram: how many took at most each of `BOUNDS_MS`, and how many longer.
    longest: None before the first turn. lately: the last one that was too long, if that is not long ago. late: those
    that came late, where the loop is somebody else's.
    """

    count: int
    busy_s: float
    histogram: tuple[int, ...]
    longest: LongTurn | None = None
    lately: LongTurn | None = None
    late: LateFigures = LateFigures()

    @property
    def bars(self) -> tuple[str, ...]:
        """The histogram in words, without its empty ends: "up to 1 ms: 812"."""
        labels = [f"up to {bound} ms" for bound in BOUNDS_MS]
        labels.append(f"over {BOUNDS_MS[-1]} ms")
        last = max((i for i, count in enumerate(self.histogram) if count), default=-1)
        pairs = zip(labels[: last + 1], self.histogram[: last + 1], strict=True)
        return tuple(f"{label}: {count}" for label, count in pairs)


class _Long(Struct, frozen=True):
    """As LongTurn, but with the moment of its end."""

    took_s: float
    cpu_s: float
    part: Part
    part_s: float
    ended_s: float

    def at(self, now: float) -> LongTurn:
        cause = self.part.name.lower()
        return LongTurn(self.took_s, self.cpu_s, cause, self.part_s, max(0.0, now - self.ended_s))


class Turns:
    """Measures turns: `begin`, laps, `end`. Of the 60 us that a turn takes at least it costs less than two.

    lateness: how late they come.
    """

    __slots__ = (
        "_began_s", "_busy_s", "_count", "_cpu", "_cpu_began_s", "_histogram",
        "_lately", "_longest", "_mark_s", "_now", "_spent_s", "lateness",
    )  # fmt: skip

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        cpu: Callable[[], float] = time.thread_time,
    ) -> None:
        """Now: seconds on a clock that never jumps. cpu: those that this thread has had of the CPU."""
        self._now, self._cpu = now, cpu
        self.lateness: Lateness = Lateness(now)
        self._count, self._busy_s = 0, 0.0
        self._histogram = [0] * (len(BOUNDS_MS) + 1)
        self._longest: _Long | None = None
        self._lately: _Long | None = None
        self._spent_s = [0.0] * len(Part)
        self._cpu_began_s = 0.0
        self._began_s = self._mark_s = now()

    @property
    def long_ended_s(self) -> float | None:
        """When the last turn ended that was too long; None if there was none."""
        return None if self._lately is None else self._lately.ended_s

    def begin(self) -> float:
        """The wait is over; what time it is."""
        self._spent_s = [0.0] * len(self._spent_s)
        self._cpu_began_s = self._cpu()
        self._began_s = self._mark_s = now = self._now()
        self.lateness.came(now)
        return now

    def lap(self, part: Part) -> float:
        """What passed since the last lap was this part; what time it is."""
        now = self._now()
        self._spent_s[part] += now - self._mark_s
        self._mark_s = now
        return now

    def end(self) -> None:
        """The last lap was the end of the turn."""
        took_s = self._mark_s - self._began_s
        self._count += 1
        self._busy_s += took_s
        self._histogram[bisect_left(_BOUNDS_S, took_s)] += 1
        longest = self._longest
        if took_s > LONG_S or longest is None or took_s > longest.took_s:
            self._keep(took_s)

    def figures(self) -> TurnFigures:
        """How it stands now. In the middle of a turn that one does not count yet."""
        now = self._now()
        lately = self._lately
        if lately is not None and now - lately.ended_s > LATELY_S:
            lately = None
        return TurnFigures(
            self._count,
            self._busy_s,
            tuple(self._histogram),
            None if self._longest is None else self._longest.at(now),
            None if lately is None else lately.at(now),
            self.lateness.figures(now),
        )

    def _keep(self, took_s: float) -> None:
        part = max(Part, key=self._spent_s.__getitem__)
        cpu_s = self._cpu() - self._cpu_began_s
        turn = _Long(took_s, cpu_s, part, self._spent_s[part], self._mark_s)
        if took_s > LONG_S:
            self._lately = turn
        if self._longest is None or took_s > self._longest.took_s:
            self._longest = turn
