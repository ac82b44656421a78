"""What a manager needs of its house: the real one, or one that is played for tests (`ddm.testing`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ddm.core.causes import Explanation
from ddm.core.view import JobView, QueueView
from ddm.listeners import Listeners
from ddm.multi.reactor import Reactor
from ddm.store.jobs import JobStore
from ddm.turns import TurnFigures


class Household(Protocol):
    """The rooms, put together; `house.House` says what each of this does. It is not imported here: it has libcurl."""

    store: JobStore
    notices: tuple[str, ...]

    def now(self) -> float:
        """Seconds on its clock, which never jumps."""

    @property
    def reactor(self) -> Reactor:
        """The loop, which others may join."""

    @property
    def listeners(self) -> Listeners:
        """Who is told what becomes of jobs."""

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do, and all of it recorded."""

    @property
    def stuck(self) -> bool:
        """Whether all that is left waits for room on a full disk."""

    def give_up_waiting(self) -> None:
        """Let the jobs fail that wait for room on a full disk."""

    def work_on(self, ids: Iterable[int] | None) -> None:
        """Begin with these jobs, or with None the whole queue."""

    def queue_changed(self) -> None:
        """The store was written to."""

    def stop(self) -> None:
        """Let every job go back to the queue; turn until `idle`."""

    def describing(self) -> Household:
        """Another one in the same loop that fetches nothing; to be closed before this one."""

    def discard(self) -> None:
        """Remove the part files of jobs in work, before `close`."""

    def close(self) -> None:
        """Drop what is under way, and leave."""

    def let_go(self) -> None:
        """In a forked child of its process: touch nothing of that one's."""

    def view(self) -> QueueView:
        """The jobs in work."""

    def picture(self, job_id: int) -> JobView | None:
        """A job in work."""

    def explain(self, job_id: int, *, story: bool = False) -> Explanation | None:
        """Why a job in work is as fast as it is."""

    def turns(self) -> TurnFigures:
        """What the turns took so far."""

    def share(self, turn_budget_s: float) -> None:
        """The loop is somebody else's."""

    def poke(self) -> None:
        """Let there be a turn at once."""

    def fileno(self) -> int:
        """Readable when a turn has something to do."""

    def turn(self, wait_s: float | None = None) -> None:
        """Wait for something to do, and do it."""
