"""What becomes of jobs, told to streams.

The house tells it in the middle of a turn, streams hear it at its end, with pictures of that moment. Without a stream
nothing is noted.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import starmap
from weakref import WeakSet

from ddm.core.view import JobView
from ddm.library.happenings import (
    Failed,
    OfJob,
    Paused,
    Progress,
    Removed,
    Started,
    Waiting,
    ending,
)
from ddm.library.household import Household
from ddm.library.job import Job
from ddm.library.pace import Pace
from ddm.library.stream import Stream
from ddm.library.waiting import Room
from ddm.record import JobRecord, State, Wanted
from ddm.turns import Part


class Teller:
    """A member of the reactor while there is a stream: then it listens."""

    def __init__(self, house: Household, room: Room, turn: Callable[[], object]) -> None:
        """`turn`: turns the manager once, where no loop does."""
        self._house = house
        self._turn = turn
        self._room = room
        self._streams: WeakSet[Stream] = WeakSet()
        self.listens = False
        self._working: set[int] = set()
        self._removed: set[int] = set()  # told, but their rows are still there
        self._began: list[int] = []
        self._waits: dict[int, None] = {}
        self._left: dict[int, JobView] = {}
        self._settled: list[tuple[JobRecord, JobView]] = []  # as it was, and as it is
        self._pictures: dict[int, JobView | None] = {}
        self._late_s: float | None = None

    def open(self, jobs: tuple[Job, ...], progress_per_s: float) -> Stream:
        """A stream of these jobs, or of all. Raises UsageError for a rate that makes no sense; ClosedError."""
        self._room.check()
        stream = Stream(self._room, jobs, Pace(progress_per_s), self._turn)
        stream.number()
        at_work = {view.id: view for view in self._house.view().jobs}
        if not self.listens:
            self.listens = True
            self._working = {job_id for job_id, view in at_work.items() if _in_work(view.state)}
            self._house.reactor.join(self, Part.SHOWING)
        for job_id, view in at_work.items():
            if job_id in self._working:
                stream.offer(Started(view))
                if _waits(view):
                    stream.offer(Waiting(view))
        for job in jobs:
            if job.id is not None and job.id not in at_work:
                end = ending(job.view())
                if end is not None:
                    stream.offer(end)
        self._streams.add(stream)
        return stream

    # -- what the house tells, while it listens ------------------------------------------------------

    def on_state(self, job_id: int, state: State) -> None:
        """See Listeners."""
        if _in_work(state):
            if job_id not in self._working:
                self._working.add(job_id)
                self._began.append(job_id)
            if state is State.WAITING:
                self._waits[job_id] = None

    def on_ended(self, view: JobView) -> None:
        """See Listeners."""
        self._working.discard(view.id)
        self._left[view.id] = view

    def on_settled(self, before: JobRecord, view: JobView) -> None:
        """See Listeners; view: as it stands after that."""
        self._settled.append((before, view))

    def on_late(self, late_s: float) -> None:
        """See Listeners."""
        self._late_s = late_s

    # -- as a member of the reactor ----------------------------------------------------------------

    def deadline(self) -> float | None:
        """See reactor.Member: progress is told of jobs in work only."""
        if not self._working:
            return None
        times = (stream.pace.deadline() for stream in self._streams)
        return min((due for due in times if due is not None), default=None)

    def run(self, now: float) -> None:
        """See reactor.Member: it is the end of the turn."""
        streams = [stream for stream in self._streams if not stream.closed]
        news, late_s = self._news(), self._late_s
        for stream in streams:
            stream.number()
            if late_s is not None:
                stream.late(late_s)
            for happening in news:
                stream.offer(happening)
            if stream.pace.due(now):
                views = map(self._picture, filter(stream.wants, self._working))
                for view in stream.pace.moved(filter(None, views), now):
                    stream.offer(Progress(view))
        self._forget()
        if not streams:
            self.listens = False
            self._removed.clear()
            self._house.reactor.leave(self)

    def _news(self) -> list[OfJob]:
        """What was noted in this turn; of each job in the order in which it happened."""
        news: list[OfJob] = []
        for job_id in self._began:
            view = self._picture(job_id) or self._left.get(job_id)
            if view is not None:
                news.append(Started(view))
        for job_id in self._waits:
            view = self._picture(job_id)
            if view is not None and _waits(view):  # still
                news.append(Waiting(view))
        ends = (*map(self._ended, self._left.values()), *starmap(self._came_true, self._settled))
        return news + [end for end in ends if end is not None]

    def _ended(self, view: JobView) -> OfJob | None:
        """How a job in work left. If it is to be removed, its row goes when its files have."""
        if view.removed:
            self._removed.add(view.id)
        return ending(view)

    def _came_true(self, before: JobRecord, view: JobView) -> OfJob | None:
        """What came of a wish, if that is news."""
        if before.wanted is not Wanted.REMOVE:
            return Paused(view) if view.state is State.PAUSED else None
        told = view.id in self._removed
        self._removed.discard(view.id)
        if not view.removed:
            return Failed(view)
        return None if told else Removed(view)

    def _picture(self, job_id: int) -> JobView | None:
        """A job in work, drawn once a turn."""
        if job_id not in self._pictures:
            self._pictures[job_id] = self._house.picture(job_id)
        return self._pictures[job_id]

    def _forget(self) -> None:
        """The notes of this turn are told."""
        self._late_s = None
        for notes in (self._began, self._waits, self._left, self._settled, self._pictures):
            notes.clear()


def _waits(view: JobView) -> bool:
    """Whether a job waits for a reason; for a free connection it does without one."""
    told = view.reason is not None or view.waiting_s is not None
    return told and view.state is State.WAITING


def _in_work(state: State) -> bool:
    return not (state.ended or state is State.QUEUED)
