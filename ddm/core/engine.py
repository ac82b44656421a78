"""The one door of the core: an event and a time in, commands out.

The engine holds admitted jobs only. After each event it hands out what the budget allows, the job with the fewest
connections first, so that every job has one before any has two; then it asks for more jobs if there is room.
"""

from __future__ import annotations

import random

from ddm.core import (
    admitting,
    checkpoint,
    deadlines,
    explaining,
    finishing,
    probing,
    refusing,
    room,
    running,
    wishing,
)
from ddm.core.budget import Budget
from ddm.core.causes import Explanation
from ddm.core.circumstances import Ending
from ddm.core.commands import Command, OfferJobs
from ddm.core.events import (
    BytesWritten,
    Event,
    FileDigested,
    FilePublished,
    FileSynced,
    HeadArrived,
    JobOffered,
    OrderChanged,
    PartClosed,
    PartFailed,
    PartOpened,
    QueueChanged,
    RoomChecked,
    RoomGivenUp,
    StopRequested,
    SyncFailed,
    TimePassed,
    TransferEnded,
    TransferShortened,
    WindowMoved,
    WishChanged,
    Word,
)
from ddm.core.job import Job
from ddm.core.segment import Segment
from ddm.core.view import JobView, QueueView, queue_picture
from ddm.core.work import InvariantError, Work
from ddm.limits import Limits
from ddm.record import State


class Engine:
    """Decides everything, touches nothing.

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
        describe: bool = False,
        window_bytes: int | None = None,
    ) -> None:
        self._work = Work(limits, chance, user_agent, Budget(limits), describe, window_bytes)
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
        self._settle()
        self._ask_for_jobs()
        return work.out

    def deadline(self) -> float | None:
        """When TimePassed should be handled, None if never."""
        work = self._work
        times = (work.agenda.next_s(work.jobs), work.agenda.blocked_until_s(work.budget, work.now))
        return min((t for t in times if t is not None), default=None)

    @property
    def idle(self) -> bool:
        """Whether nothing is in work and nothing may be waiting to be admitted."""
        return not self._work.jobs and (self._stopping or not self._work.may_be_more)

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

    def view(self, now: float) -> QueueView:
        """The admitted jobs as they stand."""
        return queue_picture(self._work.jobs.values(), self._work.budget, self._work.limits, now)

    def take_left(self) -> list[JobView]:
        """The jobs that left since this was last asked."""
        left, self._work.left = self._work.left, []
        return left

    def explain(self, job_id: int, now: float, *, story: bool = False) -> Explanation | None:
        """Why an admitted job is as fast as it is, with `story` also what happened to it; None for any other."""
        return explaining.explanation(self._work, job_id, now, story=story)

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
                | SyncFailed()
                | FileDigested()
                | FilePublished()
            ):
                self._work.journal.note(event.job_id, self._work.now, event)
            case _:
                pass

    def _dispatch(self, event: Event) -> None:
        match event:
            case HeadArrived() | TransferEnded():
                found = self._work.transfers.get(event.transfer_id)
                if found is not None:
                    self._work.agenda.touch(found[0])
                    self._on_transfer(*found, event)
            case JobOffered():
                self._admit(event)
            case QueueChanged():
                self._work.may_be_more = True
            case StopRequested():
                self._stop()
            case TimePassed():
                deadlines.on_time(self._work)
            case TransferShortened():
                pass  # nobody asks for it yet
            case RoomGivenUp():
                room.on_room_given_up(self._work)
            case (
                WishChanged()
                | OrderChanged()
                | WindowMoved()
                | RoomChecked()
                | FileSynced()
                | SyncFailed()
                | FileDigested()
                | PartFailed()
            ):
                held = self._work.jobs.get(event.job_id)
                if held is not None:  # else it left meanwhile
                    self._work.agenda.touch(held)
                    self._on_word(held, event)
            case PartOpened() | PartClosed() | FilePublished():
                held = self._work.job(event.job_id)
                self._work.agenda.touch(held)
                self._on_part(held, event)
            case _:
                raise InvariantError(f"nobody handles {event!r}")

    def _on_transfer(self, job: Job, segment: Segment, event: HeadArrived | TransferEnded) -> None:
        match event:
            case HeadArrived(offer=offer):
                probing.on_head(self._work, job, segment, offer)
            case TransferEnded(transfer_id=transfer_id):
                del self._work.transfers[transfer_id]
                running.on_end(self._work, job, segment, event)

    def _on_bytes(self, event: BytesWritten) -> bool:
        """Bytes are many: all that follows of them is done here, but where others waited for them."""
        found = self._work.transfers.get(event.transfer_id)
        if found is None:
            return False
        job, segment = found
        job.keep(segment, event.position, self._work.now)
        for due_s in (job.record_due_s, job.sync_due_s):
            if due_s is not None:
                self._work.agenda.call_before(job, due_s)
        if not refusing.was_borne(job, segment):
            return False
        self._work.agenda.touch(job)
        return True

    def _on_word(self, job: Job, event: Word) -> None:
        """What may come too late."""
        match event:
            case WishChanged(wanted=wanted):
                wishing.on_wish(self._work, job, wanted)
            case OrderChanged():
                wishing.on_order(job, event)
            case WindowMoved(position=position):
                job.drained = position
            case RoomChecked(lacking_bytes=lacking_bytes):
                room.on_room_checked(self._work, job, lacking_bytes)
            case FileSynced():
                finishing.on_synced(self._work, job)
            case SyncFailed(failure=failure):
                checkpoint.on_sync_failed(self._work, job, failure)
            case FileDigested(found=found):
                finishing.on_digested(self._work, job, found)
            case PartFailed(failure=failure):
                finishing.on_part_failed(self._work, job, failure)

    def _on_part(self, job: Job, event: PartOpened | PartClosed | FilePublished) -> None:
        """What a job that is admitted waits for."""
        match event:
            case PartOpened():
                probing.on_part_opened(self._work, job, event)
            case PartClosed(failure=failure):
                finishing.on_part_closed(self._work, job, failure)
            case FilePublished(name=name):
                finishing.on_published(self._work, job, name)

    def _admit(self, event: JobOffered) -> None:
        record = event.record
        if record.id in self._work.jobs or self._stopping:
            return
        admitting.admit_row(self._work, record)
        if record.id in self._work.jobs:
            self._work.agenda.touch(self._work.jobs[record.id])
            self._work.journal.note(record.id, self._work.now, event)

    def _stop(self) -> None:
        self._stopping = True
        for job in list(self._work.jobs.values()):
            if job.state is not State.FINISHING:
                self._work.end(job, Ending(State.QUEUED))

    # -- after each event --------------------------------------------------------------------------

    def _settle(self) -> None:
        """Hand out connections; then what each job that something happened to needs besides."""
        work, agenda = self._work, self._work.agenda
        seen: dict[int, Job] = {}
        while True:
            touched = agenda.take_touched()
            seen |= touched
            for job in touched.values():
                here = job.id in work.jobs
                agenda.want(job, job.target.origin if here and running.wants(job, work) else None)
            neediest = agenda.neediest(work.budget, work.now)
            if neediest is None:
                break
            if not running.go_on(work, neediest):
                raise InvariantError(f"job {neediest.id} wants a transfer and starts none")
            agenda.touch(neediest)
        for job in seen.values():
            if job.id in work.jobs:
                running.rest_if_waiting(work, job)
                checkpoint.sync_due(work, job)
                checkpoint.record_due(work, job)
                agenda.call_at(job, deadlines.next_s(work, job))
        agenda.take_touched()

    def _ask_for_jobs(self) -> None:
        work = self._work
        room = self._work.limits.jobs_at_once - len(work.jobs)
        if work.may_be_more and room > 0 and not self._stopping:
            work.may_be_more = False
            work.out.append(OfferJobs(room))
