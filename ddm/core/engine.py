"""The one door of the core: an event and a time in, commands out.

The engine holds admitted jobs only. After each event it hands out what the budget allows, the job
with the fewest connections first, so that every job has one before any has two; then it asks for
more jobs if there is room.
"""

from __future__ import annotations

import random

from ddm.core import finishing, probing, refusing, running
from ddm.core.budget import Budget
from ddm.core.commands import Command, OfferJobs, RecordState
from ddm.core.events import (
    BytesWritten,
    Event,
    FileDigested,
    FilePublished,
    FileSynced,
    HeadArrived,
    JobOffered,
    PartClosed,
    PartFailed,
    PartOpened,
    QueueChanged,
    StopRequested,
    TimePassed,
    TransferEnded,
)
from ddm.core.job import Ending, admit
from ddm.core.meter import Meter
from ddm.core.view import JobView, QueueView, picture, unreadable
from ddm.core.work import InvariantError, Work
from ddm.errors import Exit, UsageError
from ddm.failures import Failure, Kind
from ddm.http import url as urls
from ddm.limits import Limits
from ddm.record import State

_SPEED_WINDOW_S = 3.0


class Engine:
    """Decides everything, touches nothing."""

    def __init__(self, limits: Limits, *, chance: random.Random, user_agent: str) -> None:
        self._work = Work(limits, chance, user_agent, Budget(limits))
        self._limits = limits
        self._deadline: float | None = None
        self._stopping = False

    # -- the door ----------------------------------------------------------------------------------

    def handle(self, event: Event, now: float) -> list[Command]:
        """Take note of an event; what has to be done because of it."""
        work = self._work
        work.now, work.out = now, []
        self._note(event)
        if isinstance(event, BytesWritten):
            if not self._on_bytes(event):
                return work.out
        else:
            self._dispatch(event)
        self._hand_out()
        self._record_due()
        self._ask_for_jobs()
        self._deadline = self._next_deadline()
        return work.out

    def deadline(self) -> float | None:
        """When TimePassed should be handled, None if never."""
        return self._deadline

    @property
    def idle(self) -> bool:
        """Whether nothing is in work and nothing may be waiting to be admitted."""
        return not self._work.jobs and (self._stopping or not self._work.may_be_more)

    @property
    def admitted(self) -> int:
        """How many jobs are held."""
        return len(self._work.jobs)

    def holds(self, job_id: int) -> bool:
        """Whether a job is admitted."""
        return job_id in self._work.jobs

    def view(self, now: float) -> QueueView:
        """The admitted jobs as they stand."""
        jobs = tuple(picture(job, now) for _, job in sorted(self._work.jobs.items()))
        return QueueView(jobs, sum(j.speed_bps for j in jobs), self._work.budget.running)

    def take_left(self) -> list[JobView]:
        """The jobs that left since this was last asked."""
        left, self._work.left = self._work.left, []
        return left

    def story(self, job_id: int) -> list[str]:
        """What happened to an admitted job, oldest first."""
        return self._work.journal.story(job_id)

    # -- events ------------------------------------------------------------------------------------

    def _note(self, event: Event) -> None:
        match event:
            case HeadArrived(transfer_id=transfer_id) | TransferEnded(transfer_id=transfer_id):
                if transfer_id in self._work.transfers:
                    job, _ = self._work.transfers[transfer_id]
                    self._work.journal.note(job.id, self._work.now, event)
            case (
                PartOpened()
                | PartClosed()
                | PartFailed()
                | FileSynced()
                | FileDigested()
                | FilePublished()
            ):
                self._work.journal.note(event.job_id, self._work.now, event)
            case _:
                pass

    def _dispatch(self, event: Event) -> None:
        match event:
            case HeadArrived(transfer_id=transfer_id, offer=offer):
                if transfer_id in self._work.transfers:
                    job, segment = self._work.transfers[transfer_id]
                    probing.on_head(self._work, job, segment, offer)
            case TransferEnded(transfer_id=transfer_id):
                if transfer_id in self._work.transfers:
                    job, segment = self._work.transfers.pop(transfer_id)
                    running.on_end(self._work, job, segment, event)
            case JobOffered():
                self._admit(event)
            case QueueChanged():
                self._work.may_be_more = True
            case StopRequested():
                self._stop()
            case TimePassed():
                self._give_up_stalled()
                self._end_overdue()
            case (
                PartOpened()
                | PartClosed()
                | PartFailed()
                | FileSynced()
                | FileDigested()
                | FilePublished()
            ):
                self._on_file(event)
            case BytesWritten():
                raise AssertionError("handled before")

    def _on_bytes(self, event: BytesWritten) -> bool:
        """Bytes are many: all that follows of them is done here, but where others waited for them."""
        found = self._work.transfers.get(event.transfer_id)
        if found is None:
            return False
        job, segment = found
        job.keep(segment, event.position, self._work.now)
        due = job.record_due_s
        if due is not None:
            self._deadline = due if self._deadline is None else min(self._deadline, due)
        return refusing.was_borne(job, segment)

    def _on_file(
        self,
        event: PartOpened | PartClosed | PartFailed | FileSynced | FileDigested | FilePublished,
    ) -> None:
        job = self._work.jobs.get(event.job_id)
        if job is None and isinstance(event, FileDigested):
            return
        if job is None:
            raise InvariantError(f"{event!r} for a job that is not admitted")
        match event:
            case PartOpened():
                probing.on_part_opened(self._work, job, event)
            case PartClosed(failure=failure):
                finishing.on_part_closed(self._work, job, failure)
            case PartFailed(failure=failure):
                finishing.on_part_failed(self._work, job, failure)
            case FileDigested(found=found):
                finishing.on_digested(self._work, job, found)
            case FileSynced():
                finishing.on_synced(self._work, job)
            case FilePublished(name=name):
                finishing.on_published(self._work, job, name)

    def _admit(self, event: JobOffered) -> None:
        record, limits = event.record, self._limits
        if record.id in self._work.jobs or self._stopping:
            return
        most = min(record.spec.max_segments or limits.max_segments, limits.max_segments)
        try:
            url = urls.parse(record.spec.url)
        except UsageError as error:
            # Rows are checked when they are added; this one was tampered with. It fails, the others
            # go on.
            failure = Failure(Kind.REFUSED, str(error), Exit.USAGE)
            self._work.out.append(RecordState(record.id, State.FAILED, failure))
            self._work.left.append(unreadable(record, failure))
            self._work.may_be_more = True
            return
        job = admit(record, url, most, Meter(_SPEED_WINDOW_S))
        self._work.jobs[job.id] = job
        self._work.journal.note(job.id, self._work.now, event)
        probing.open_if_whole(self._work, job)

    def _stop(self) -> None:
        self._stopping = True
        for job in list(self._work.jobs.values()):
            if job.state is not State.FINISHING:
                self._work.end(job, Ending(State.QUEUED))

    def _give_up_stalled(self) -> None:
        limits = self._limits
        least = float(limits.stall_bytes_per_sec)
        if limits.max_bytes_per_sec:
            # What our own limit leaves to each is no stall.
            least = min(least, limits.max_bytes_per_sec / (4 * max(1, self._work.budget.running)))
        for _, segment in list(self._work.transfers.values()):
            if segment.stalled(
                self._work.now, timeout_s=limits.stall_timeout_secs, least_bps=least
            ):
                why = (
                    f"less than {least:.0f} bytes per second for {limits.stall_timeout_secs:.0f} s"
                )
                self._work.give_up(segment, Failure(Kind.STALLED, why, Exit.TOO_SLOW))

    def _end_overdue(self) -> None:
        longest_s = self._limits.timeout_secs
        for job in list(self._work.jobs.values()):
            due_s = job.overdue_s(longest_s)
            if due_s is not None and due_s <= self._work.now:
                why = f"it is not done after {longest_s:.0f} s, the limit that was set"
                self._work.fail(job, Failure(Kind.STALLED, why, Exit.TOO_SLOW))

    # -- after each event --------------------------------------------------------------------------

    def _hand_out(self) -> None:
        work = self._work
        while not work.budget.full:
            hungry = [
                job
                for job in work.jobs.values()
                if running.wants(job, work.now) and work.budget.allows(job.target.origin, work.now)
            ]
            if not hungry:
                break
            neediest = min(hungry, key=lambda job: (job.live, job.id))
            if not running.go_on(work, neediest):
                raise InvariantError(f"job {neediest.id} wants a transfer and starts none")
        for job in list(work.jobs.values()):
            running.rest_if_waiting(work, job)

    def _record_due(self) -> None:
        work = self._work
        due = [(j.record_due_s, j) for j in work.jobs.values()]
        changed = [(due_s, job) for due_s, job in due if due_s is not None]
        if any(due_s <= work.now for due_s, _ in changed):
            for _, job in changed:
                work.record(job)

    def _ask_for_jobs(self) -> None:
        work = self._work
        room = self._limits.jobs_at_once - len(work.jobs)
        if work.may_be_more and room > 0 and not self._stopping:
            work.may_be_more = False
            work.out.append(OfferJobs(room))

    def _next_deadline(self) -> float | None:
        work, times = self._work, []
        blocked = False
        for job in work.jobs.values():
            own = (job.record_due_s, job.overdue_s(self._limits.timeout_secs))
            times += [due_s for due_s in own if due_s is not None]
            for segment in job.segments:
                if segment.live:
                    times.append(segment.watched_s + self._limits.stall_timeout_secs)
                elif segment.not_before_s > work.now:
                    times.append(segment.not_before_s)
            blocked = blocked or running.wants(job, work.now)
        if blocked and (due := work.budget.deadline(work.now)) is not None:
            times.append(due)
        return min(times, default=None)
