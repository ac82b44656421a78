"""The one door of the core: an event and a time in, commands out.

The engine holds admitted jobs only. After each event it hands out what the budget allows, the job with the fewest
connections first, so that every job has one before any has two; then it asks for more jobs if there is room.
"""

from __future__ import annotations

import random

from ddm.core import checkpoint, deadlines, explaining, hearing, resolving, room, running, tail
from ddm.core.addresses import AddressBook
from ddm.core.budget import Budget
from ddm.core.causes import Explanation
from ddm.core.commands import Command, OfferJobs, RecordLesson
from ddm.core.events import BytesWritten, Event
from ddm.core.job import Job
from ddm.core.view import JobView, QueueView, picture, queue_picture
from ddm.core.work import InvariantError, Work
from ddm.http.proxy import Proxies
from ddm.http.url import Origin
from ddm.limits import ADMITTED_MAX, Limits

_NO_PROXIES = Proxies()


class Engine:
    """Decides everything, touches nothing.

    proxies: those that the environment names.
    describe: jobs end once their servers have said what the files are, and nothing is fetched.
    window_bytes: files are passed on in order, and no more than this is fetched beyond what was
    (`WindowMoved`); None for files that are kept.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        chance: random.Random,
        user_agent: str,
        proxies: Proxies = _NO_PROXIES,
        describe: bool = False,
        window_bytes: int | None = None,
    ) -> None:
        book = AddressBook(proxies)
        self._work = Work(limits, chance, user_agent, Budget(limits), book, describe, window_bytes)

    # -- the door ----------------------------------------------------------------------------------

    def handle(self, event: Event, now: float) -> list[Command]:
        """Take note of an event; what has to be done because of it."""
        work = self._work
        work.now, work.out = now, []
        hearing.note(work, event)
        if isinstance(event, BytesWritten):
            if not hearing.on_bytes(work, event):
                return work.out
        else:
            hearing.dispatch(work, event)
        self._settle()
        self._ask_for_jobs()
        work.out += [RecordLesson(*news) for news in work.budget.news(work.now)]
        return work.out

    def deadline(self) -> float | None:
        """When TimePassed should be handled, None if never."""
        work = self._work
        times = (
            work.agenda.next_s(work.jobs),
            work.agenda.blocked_until_s(work.budget, work.now),
            work.addresses.next_s(),
        )
        return min((t for t in times if t is not None), default=None)

    @property
    def idle(self) -> bool:
        """Whether nothing is in work and nothing may be waiting to be admitted."""
        return not self._work.jobs and (self._work.stopping or not self._work.may_be_more)

    @property
    def stuck(self) -> bool:
        """Whether all that is left waits for room on a full disk."""
        return room.is_stuck(self._work) and not self._work.may_be_more

    @property
    def admitted(self) -> int:
        """How many jobs are held."""
        return len(self._work.jobs)

    def holds(self, job_id: int) -> bool:
        """Whether a job is admitted."""
        return job_id in self._work.jobs

    def asked(self) -> dict[int, tuple[int, float, int]]:
        """Of the admitted jobs, by id, what users may change meanwhile; see `Store.asked_of`."""
        return {
            job.id: (job.spec.priority, job.place, job.spec.max_bytes_per_sec)
            for job in self._work.jobs.values()
        }

    @property
    def max_bytes_per_sec(self) -> int:
        """The limit of all jobs together; 0 is none."""
        return self._work.limits.max_bytes_per_sec

    def view(self, now: float) -> QueueView:
        """The admitted jobs as they stand."""
        return queue_picture(self._work.jobs.values(), self._work.budget, self._work.limits, now)

    def picture(self, job_id: int, now: float) -> JobView | None:
        """An admitted job as it stands; None for any other."""
        job = self._work.jobs.get(job_id)
        return None if job is None else picture(job, now)

    def take_left(self) -> list[JobView]:
        """The jobs that left since this was last asked."""
        left, self._work.left = self._work.left, []
        return left

    def explain(self, job_id: int, now: float, *, story: bool = False) -> Explanation | None:
        """Why an admitted job is as fast as it is, with `story` also what happened to it; None for any other."""
        return explaining.explanation(self._work, job_id, now, story=story)

    # -- after each event --------------------------------------------------------------------------

    def _settle(self) -> None:
        """Hand out connections; then what each job that something happened to needs besides."""
        work, agenda = self._work, self._work.agenda
        seen: dict[int, Job] = {}
        while True:
            touched = agenda.take_touched()
            seen |= touched
            for job in touched.values():
                agenda.want(job, self._hungry_at(job))
            neediest = agenda.neediest(work.budget, work.now)
            if neediest is not None:
                if not running.go_on(work, neediest):
                    raise InvariantError(f"job {neediest.id} wants a transfer and starts none")
                agenda.touch(neediest)
            elif not self._help(seen) and not agenda.has_touched:
                break
        for job in seen.values():
            if job.id in work.jobs:
                running.rest_if_waiting(work, job)
                resolving.show(work, job)
                checkpoint.sync_due(work, job)
                checkpoint.record_due(work, job)
                agenda.call_at(job, deadlines.next_s(work, job))
        agenda.take_touched()

    def _hungry_at(self, job: Job) -> Origin | None:
        """To which origin a job could send one more request now."""
        work, job.lacks = self._work, None
        hungry = job.id in work.jobs and running.wants(job, work)
        return job.target.origin if hungry and resolving.ready(work, job) else None

    def _help(self, seen: dict[int, Job]) -> bool:
        """Let connections that nobody wants help the slowest; whether one did."""
        work = self._work
        helped = [tail.help_out(work, job) for job in seen.values() if job.id in work.jobs]
        return any(helped)

    def _ask_for_jobs(self) -> None:
        work = self._work
        if work.stopping or not (work.may_be_more or work.more_left):
            return
        room = work.limits.jobs_at_once - len(work.jobs)
        if room <= 0 and not work.limits.max_jobs:
            # Who waits at an origin that bears no more, for a name, or for the disk is in nobody's way.
            held_up = work.agenda.held_up(work.budget, work.now) + work.addresses.waiting
            room = min(room + held_up + work.whole, ADMITTED_MAX - len(work.jobs))
        if room > 0:
            work.may_be_more = work.more_left = False
            work.offers_due = room
            work.out.append(OfferJobs(room))
