"""Who hears of which event."""

from __future__ import annotations

from ddm.core import (
    admitting,
    checkpoint,
    deadlines,
    finishing,
    probing,
    rates,
    refusing,
    resolving,
    room,
    running,
    tail,
    wishing,
)
from ddm.core.circumstances import Ending
from ddm.core.events import (
    BytesWritten,
    Event,
    FileDigested,
    FilePublished,
    FileSynced,
    HeadArrived,
    JobOffered,
    LessonsKnown,
    LookedUp,
    OrderChanged,
    PartClosed,
    PartFailed,
    PartOpened,
    QueueChanged,
    RateChanged,
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
from ddm.core.segment import Phase, Segment
from ddm.core.work import InvariantError, Work
from ddm.record import State


def note(work: Work, event: Event) -> None:
    """Keep an event for the story of its job."""
    match event:
        case HeadArrived(transfer_id=transfer_id) | TransferEnded(transfer_id=transfer_id):
            if transfer_id in work.transfers:
                job, _ = work.transfers[transfer_id]
                work.journal.note(job.id, work.now, event)
        case (
            PartOpened()
            | PartClosed()
            | PartFailed()
            | FileSynced()
            | SyncFailed()
            | FileDigested()
            | FilePublished()
        ):
            work.journal.note(event.job_id, work.now, event)
        case _:
            pass


def dispatch(work: Work, event: Event) -> None:
    """Let whom it concerns act on an event; the job of it is looked at afterwards."""
    match event:
        case HeadArrived() | TransferEnded() | TransferShortened():
            found = work.transfers.get(event.transfer_id)
            if found is not None:
                work.agenda.touch(found[0])
                _on_transfer(work, *found, event)
        case JobOffered():
            _admit(work, event)
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
            held = work.jobs.get(event.job_id)
            if held is not None:  # else it left meanwhile
                work.agenda.touch(held)
                _on_word(work, held, event)
        case PartOpened() | PartClosed() | FilePublished():
            held = work.job(event.job_id)
            work.agenda.touch(held)
            _on_part(work, held, event)
        case _:
            _on_all(work, event)


def _on_all(work: Work, event: Event) -> None:
    """What concerns no job alone."""
    match event:
        case QueueChanged() | LessonsKnown():
            admitting.on_store(work, event)
        case LookedUp():
            resolving.on_looked_up(work, event)
        case StopRequested():
            _stop(work)
        case RateChanged():
            rates.on_changed(work, event)
        case TimePassed():
            deadlines.on_time(work)
            resolving.ask_again(work)
        case RoomGivenUp():
            room.on_room_given_up(work)
        case _:
            raise InvariantError(f"nobody handles {event!r}")


def on_bytes(work: Work, event: BytesWritten) -> bool:
    """Bytes are many: all that follows of them is done here; True where more does, as with the first of a transfer."""
    found = work.transfers.get(event.transfer_id)
    if found is None:
        return False
    job, segment = found
    first = segment.phase is Phase.STARTING
    work.keep(job, segment, event.position)
    if first and segment.target is not None:
        origin = segment.target.origin
        running = work.budget.running_at(origin)
        work.budget.policy(origin).bore(running, work.now, segment.begun_s, trial=segment.trial)
    for due_s in (job.record_due_s, job.sync_due_s):
        if due_s is not None:
            work.agenda.call_before(job, due_s)
    if not refusing.was_borne(job, segment) and not first:
        return False
    work.agenda.touch(job)
    return True


def _on_transfer(
    work: Work, job: Job, segment: Segment, event: HeadArrived | TransferEnded | TransferShortened
) -> None:
    match event:
        case HeadArrived():
            probing.on_head(work, job, segment, event)
        case TransferShortened(stop=stop):
            tail.on_shortened(job, segment, stop)
        case TransferEnded(transfer_id=transfer_id):
            del work.transfers[transfer_id]
            running.on_end(work, job, segment, event)


def _on_word(work: Work, job: Job, event: Word) -> None:
    """What may come too late."""
    match event:
        case WishChanged(wanted=wanted):
            wishing.on_wish(work, job, wanted)
        case OrderChanged():
            wishing.on_order(job, event)
        case WindowMoved(position=position):
            job.drained = position
        case RoomChecked(lacking_bytes=lacking_bytes):
            room.on_room_checked(work, job, lacking_bytes)
        case FileSynced():
            finishing.on_synced(work, job)
        case SyncFailed(failure=failure):
            checkpoint.on_sync_failed(work, job, failure)
        case FileDigested(found=found):
            finishing.on_digested(work, job, found)
        case PartFailed(failure=failure):
            finishing.on_part_failed(work, job, failure)


def _on_part(work: Work, job: Job, event: PartOpened | PartClosed | FilePublished) -> None:
    """What a job that is admitted waits for."""
    match event:
        case PartOpened():
            probing.on_part_opened(work, job, event)
        case PartClosed(failure=failure):
            finishing.on_part_closed(work, job, failure)
        case FilePublished(name=name):
            finishing.on_published(work, job, name)


def _admit(work: Work, event: JobOffered) -> None:
    record = event.record
    work.offers_due -= 1
    work.more_left = not work.offers_due
    if record.id in work.jobs or work.stopping:
        return
    admitting.admit_row(work, record)
    if record.id in work.jobs:
        work.agenda.touch(work.jobs[record.id])
        work.journal.note(record.id, work.now, event)


def _stop(work: Work) -> None:
    work.stopping = True
    for job in list(work.jobs.values()):
        if job.state is not State.FINISHING:
            work.end(job, Ending(State.QUEUED))
