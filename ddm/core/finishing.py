"""From the last byte to DONE: digests, fdatasync, FINISHING recorded, rename, directory synced, DONE recorded."""

from __future__ import annotations

from msgspec.structs import replace

from ddm.byteranges import RangeSet
from ddm.core.commands import DigestFile, PublishFile, RecordPart, SyncFile
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.record import State
from ddm.spec import Checksum


def finish(work: Work, job: Job) -> None:
    """Every byte is in the file: compare it with the digests that are known, then make it durable."""
    if job.size_bytes is None:
        raise AssertionError("a file of unknown size cannot be whole")
    expected = _expected(job)
    if expected:
        work.move(job, State.VERIFYING)
        algorithms = tuple(dict.fromkeys(checksum.algorithm for checksum, _ in expected))
        work.tell(job, DigestFile(job.id, algorithms, job.size_bytes))
    else:
        _sync(work, job, job.size_bytes)


def _expected(job: Job) -> list[tuple[Checksum, str]]:
    """The digests that the file must have, and who says so."""
    asked = [(checksum, "was asked for") for checksum in job.spec.checksums]
    return asked + [(checksum, "is what the server says") for checksum in job.vouched]


def _sync(work: Work, job: Job, size_bytes: int) -> None:
    work.move(job, State.FINISHING)
    work.tell(job, SyncFile(job.id, size_bytes))


def on_digested(work: Work, job: Job, found: tuple[Checksum, ...]) -> None:
    """The digests are there. One that does not match begins the file again, once, in a new inode."""
    if job.state is not State.VERIFYING or job.ending is not None or job.size_bytes is None:
        return  # it comes too late
    by_algorithm = {checksum.algorithm: checksum for checksum in found}
    for expected, who in _expected(job):
        is_ = by_algorithm[expected.algorithm]
        if is_ != expected:
            why = f"the file has {is_}, but {expected} {who}"
            _begin_again(work, job, Failure(Kind.DIGEST, why, Exit.CHECKSUM))
            return
    _sync(work, job, job.size_bytes)


def _begin_again(work: Work, job: Job, failure: Failure) -> None:
    job.done = job.synced = job.missing = RangeSet()
    job.seal = None
    work.record(job, shrinks=True)
    job.mismatches += 1
    if job.mismatches > 1:
        work.fail(job, replace(failure, message=f"{failure.message} (fetched twice)"))
        return
    job.degraded = f"fetched once more: {failure.message}"
    work.move(job, State.PROBING)


def on_synced(work: Work, job: Job) -> None:
    """The bytes are on the disk: claim them, then rename."""
    job.synced = job.done
    work.record(job)
    exact = job.spec.name is not None
    work.tell(job, PublishFile(job.id, exact, job.spec.overwrite))


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
