"""When what was fetched is recorded, and when it is put on the disk.

Recorded is about once a second, all jobs in one transaction; synced every few seconds, each job by
itself. Neither is waited for: bytes go on coming.
"""

from __future__ import annotations

from ddm.core.commands import SyncFile
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.failures import Failure


def record_due(work: Work, job: Job) -> None:
    """If this job's claims are due, record everybody's."""
    if job.record_due_s is None or job.record_due_s > work.now:
        return
    for other in work.jobs.values():
        if other.record_due_s is not None:
            work.record(other)


def sync_due(work: Work, job: Job) -> None:
    """Ask for the sync of a job if it is due."""
    if job.sync_due_s is not None and job.sync_due_s <= work.now:
        begin_sync(work, job)


def begin_sync(work: Work, job: Job, size_bytes: int | None = None) -> None:
    """Put what is in the file now on the disk. size_bytes: for the last sync of all, the length that it gets before."""
    job.syncing, job.final_sync = job.done, size_bytes is not None
    job.synced_s = work.now
    work.tell(job, SyncFile(job.id, size_bytes))


def on_synced(job: Job) -> bool:
    """What the sync covered is safe; whether one was under way."""
    covered, job.syncing = job.syncing, None
    if covered is None:
        return False
    job.synced = job.synced.union(covered)
    job.unrecorded = True
    return True


def on_sync_failed(work: Work, job: Job, failure: Failure) -> None:
    """Nothing since the last good sync is believed, and no later sync vouches for it.

    The kernel marks what it could not write as clean (LWN, "PostgreSQL's fsync() surprise", 2018); what
    it may have lost includes bytes that nobody has told us of yet, so the job ends.
    """
    if job.syncing is None:
        return
    job.syncing = None
    job.done, job.poisoned = job.synced, True
    work.record(job, shrinks=True)
    work.fail(job, failure)
