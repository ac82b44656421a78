"""From the last byte to DONE: fdatasync, FINISHING recorded, rename, directory synced, DONE recorded; in this order."""

from __future__ import annotations

from ddm.core.commands import PublishFile, RecordPart, SyncFile
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.failures import Failure
from ddm.record import State


def finish(work: Work, job: Job) -> None:
    """Every byte is in the file."""
    if job.size_bytes is None:
        raise AssertionError("a file of unknown size cannot be whole")
    work.move(job, State.FINISHING)
    work.tell(job, SyncFile(job.id, job.size_bytes))


def on_synced(work: Work, job: Job) -> None:
    """The bytes are on the disk: claim them, then rename."""
    job.synced = job.done
    work.record(job)
    work.tell(job, PublishFile(job.id, exact=job.spec.name is not None))


def on_published(work: Work, job: Job, name: str) -> None:
    """The file is whole under its name."""
    job.part_open = False
    if name != job.name and job.representation is not None and job.part is not None:
        job.name = name
        work.tell(job, RecordPart(job.id, name, job.representation, job.part, job.incarnation))
    work.leave(job, State.DONE)


def on_part_failed(work: Work, job: Job, failure: Failure) -> None:
    """Opening, syncing or renaming failed. A failed sync takes back every claim since the last good one."""
    job.opening = False
    if job.state is State.FINISHING and job.synced != job.done:
        job.done = job.synced
        work.record(job, shrinks=True)
    if job.ending is not None:
        work.end_if_quiet(job)
    else:
        work.fail(job, failure)


def on_part_closed(work: Work, job: Job, failure: Failure | None) -> None:
    """The part file is closed: what it holds is recorded, and the job leaves."""
    if job.ending is None:
        raise AssertionError("a part file closed while its job goes on")
    if failure is None:
        job.synced = job.done
    shrinks = failure is not None and job.done != job.synced
    if shrinks:
        job.done = job.synced
    work.record(job, shrinks=shrinks)
    work.leave(job, job.ending.state, job.ending.failure)
