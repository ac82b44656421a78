"""How late turns come where the loop is somebody else's: it was told when the next one is due, and was busy then.

Our own loop waits until the deadline itself. The clock stands still while the machine sleeps (CLOCK_MONOTONIC), so a
lid that was closed is no lateness; a process that was stopped (Ctrl-Z) cannot be told from one that was busy.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from ddm.limits import LATE_S, LATELY_S
from ddm.units import span


class LateTurn(Struct, frozen=True):
    """A turn that came late.

    late_s: how long after it was due. host: whose loop is to turn, such as "asyncio"; "" if it has no name.
    ago_s: how long ago it came.
    """

    late_s: float
    host: str
    ago_s: float

    @property
    def words(self) -> str:
        """What it means for who looks after that loop."""
        loop = f"the loop of {self.host}" if self.host else "the loop around ddm"
        return (
            f"{loop} was busy for {span(self.late_s)}, so a turn of ddm came late: "
            "downloads wait meanwhile; do not block the loop"
        )


class LateFigures(Struct, frozen=True):
    """All turns that came late by more than `LATE_S`, as a value.

    latest: the one that was late by most; None if there is none. lately: the last one, if that is not long ago.
    """

    count: int = 0
    latest: LateTurn | None = None
    lately: LateTurn | None = None


class _Late(Struct, frozen=True):
    """As LateTurn, but with the moment at which it came."""

    late_s: float
    host: str
    came_s: float

    def at(self, now: float) -> LateTurn:
        return LateTurn(self.late_s, self.host, max(0.0, now - self.came_s))


class Lateness:
    """Compares when turns were due with when they came."""

    __slots__ = ("_count", "_due_s", "_host", "_last", "_latest", "_now", "_untold")

    def __init__(self, now: Callable[[], float]) -> None:
        """Now: seconds on a clock that never jumps."""
        self._now = now
        self._host = ""
        self._due_s: float | None = None
        self._count = 0
        self._latest: _Late | None = None
        self._last: _Late | None = None
        self._untold = False

    def hosted_by(self, name: str) -> None:
        """Another loop turns from now on, or none (""): nobody has been told yet when to."""
        self._host = name
        self._due_s = None

    def expect(self, due_s: float | None) -> None:
        """Whoever turns was told that the next turn is due then, or at once if that is over; None: at no time."""
        self._due_s = None if due_s is None else max(due_s, self._now())

    def came(self, now: float) -> None:
        """A turn begins."""
        due_s, self._due_s = self._due_s, None
        if due_s is not None and now - due_s > LATE_S:
            self._last = _Late(now - due_s, self._host, now)
            self._count += 1
            self._untold = True
            if self._latest is None or self._last.late_s > self._latest.late_s:
                self._latest = self._last

    def take_last(self) -> LateTurn | None:
        """The last turn that came late, if it did since this was last asked."""
        if not self._untold or self._last is None:
            return None
        self._untold = False
        return self._last.at(self._now())

    def figures(self, now: float) -> LateFigures:
        """How it stands."""
        last, latest = self._last, self._latest
        if last is not None and now - last.came_s > LATELY_S:
            last = None
        return LateFigures(
            self._count,
            None if latest is None else latest.at(now),
            None if last is None else last.at(now),
        )
