"""Which jobs there is something to do for: now, at a time, as soon as there is a connection.

What happens concerns one job, so nobody looks through all of them for it: a job that something happened to
is touched and looked at once, its next moment stands in a heap, and what wants a connection stands in line
at its origin. Ten thousand turns of two hundred jobs cost what two hundred turns of one do, and not more.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from heapq import heappop, heappush

from ddm.core.budget import Budget
from ddm.core.job import Job, Rank
from ddm.http.url import Origin


class Line:
    """The jobs that want a connection to one origin.

    Those without any go by a heap, for there may be hundreds; the others have a connection each, so they are few.
    """

    __slots__ = ("_first", "_idle", "_more", "_numbers")

    def __init__(self) -> None:
        self._first: list[tuple[Rank, int, Job]] = []
        self._numbers = itertools.count()  # jobs cannot be compared
        self._idle: set[int] = set()
        self._more: dict[int, Job] = {}

    def put(self, job: Job) -> None:
        """The job wants one more."""
        if job.live:
            self._idle.discard(job.id)
            self._more[job.id] = job
        else:
            self._more.pop(job.id, None)
            self._idle.add(job.id)
            heappush(self._first, (job.rank(), next(self._numbers), job))

    def drop(self, job: Job) -> None:
        """The job wants none. What the heap has of it is found out later."""
        self._idle.discard(job.id)
        self._more.pop(job.id, None)

    @property
    def without(self) -> int:
        """How many have no connection at all."""
        return len(self._idle)

    def first(self, origin: Origin) -> Job | None:
        """Who goes first, None if nobody waits."""
        while self._first:
            rank, _, job = self._first[0]
            if job.hungry_at == origin and rank == job.rank():
                return job
            heappop(self._first)
        return min(self._more.values(), key=Job.rank, default=None)


def stands(job: Job, budget: Budget) -> tuple[bool, int, bool, int, float, int]:
    """How a job stands among those of all origins; the lowest goes first."""
    has_some, priority, live, place, job_id = job.rank()
    origin = job.target.origin
    vain = has_some and budget.policy(origin).yields.full_with(budget.running_at(origin))
    return has_some, priority, vain, live, place, job_id


class Agenda:
    """Who was touched, who is due when, who waits for a connection where."""

    __slots__ = ("_due", "_lines", "_touched")

    def __init__(self) -> None:
        self._touched: dict[int, Job] = {}
        self._due: list[tuple[float, int]] = []
        self._lines: dict[Origin, Line] = {}

    # -- now ---------------------------------------------------------------------------------------

    def touch(self, job: Job) -> None:
        """Something happened to the job."""
        self._touched[job.id] = job

    @property
    def has_touched(self) -> bool:
        """Whether something happened to a job since."""
        return bool(self._touched)

    def take_touched(self) -> dict[int, Job]:
        """Those that were touched since this was last asked, by id."""
        touched, self._touched = self._touched, {}
        return touched

    # -- at a time ---------------------------------------------------------------------------------

    def call_at(self, job: Job, due_s: float | None) -> None:
        """From now on this is the job's next moment, and no other."""
        if due_s != job.due_s:
            job.due_s = due_s
            if due_s is not None:
                heappush(self._due, (due_s, job.id))

    def call_before(self, job: Job, due_s: float) -> None:
        """The job's next moment is this one at the latest."""
        if job.due_s is None or due_s < job.due_s:
            self.call_at(job, due_s)

    def next_s(self, jobs: Mapping[int, Job]) -> float | None:
        """The earliest moment of a job, None if there is none."""
        while self._due:
            due_s, job_id = self._due[0]
            job = jobs.get(job_id)
            if job is not None and job.due_s == due_s:
                return due_s
            heappop(self._due)
        return None

    def take_due(self, jobs: Mapping[int, Job], now: float) -> Iterator[Job]:
        """The jobs whose moment has come; they are touched."""
        while (due_s := self.next_s(jobs)) is not None and due_s <= now:
            _, job_id = heappop(self._due)
            job = jobs[job_id]
            job.due_s = None
            self.touch(job)
            yield job

    # -- as soon as there is a connection ----------------------------------------------------------

    def want(self, job: Job, origin: Origin | None) -> None:
        """The job wants one more connection to this origin, or to none."""
        rank = None if origin is None else job.rank()
        if (origin, rank) == (job.hungry_at, job.rank_there):
            return
        if job.hungry_at is not None and job.hungry_at in self._lines:
            self._lines[job.hungry_at].drop(job)
        job.hungry_at, job.rank_there = origin, rank
        if origin is not None:
            self._lines.setdefault(origin, Line()).put(job)

    def neediest(self, budget: Budget, now: float) -> Job | None:
        """Of the jobs that want a connection and may have one, the one that goes first.

        One more connection goes to an origin where it pays, if there is a choice.
        """
        found, best = None, None
        for origin in tuple(self._lines):
            own = budget.allows(origin, now)
            if not own and not budget.allows_shared(origin, now):
                continue
            job = self._lines[origin].first(origin)
            if job is None:
                del self._lines[origin]
                continue
            if not own and job.requests:
                continue  # only a first request may be one of many on a connection
            standing = stands(job, budget)
            if best is None or standing < best:
                found, best = job, standing
        return found

    def held_up(self, budget: Budget, now: float) -> int:
        """How many jobs have no connection because their origin may not be given one."""
        lines = self._lines.items()
        return sum(line.without for origin, line in lines if not budget.allows(origin, now))

    def blocked_until_s(self, budget: Budget, now: float) -> float | None:
        """When an origin that a job waits for may be asked again by itself."""
        times = (budget.policy(origin).deadline(now) for origin in self._lines)
        return min((t for t in times if t is not None), default=None)
