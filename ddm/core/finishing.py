"""From the last byte to DONE: digests, fdatasync, FINISHING recorded, rename, directory synced, DONE recorded."""

from __future__ import annotations

from msgspec.structs import replace

from ddm import redact
from ddm.byteranges import RangeSet
from ddm.core import checkpoint, mirrors, restarting, room
from ddm.core.circumstances import Ending
from ddm.core.commands import DigestFile, PublishFile, RecordReceipt
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.record import Receipt, State
from ddm.spec import Checksum


def finish(work: Work, job: Job) -> None:
    """Every byte is in the file: compare it with the digests that are known, then make it durable."""
    if job.size_bytes is None:
        raise AssertionError("a file of unknown size cannot be whole")
    job.room = None  # it needs none any more
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
    if job.syncing is None:  # else when that one is over
        checkpoint.begin_sync(work, job, size_bytes)


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
    if restarting.cannot_be_taken_back(work, job, failure):
        return
    job.disclaim()
    job.missing, job.seal = RangeSet(), None
    work.record(job, shrinks=True)
    job.mismatches += 1
    if job.mismatches > 1:
        mirrors.fail(work, job, replace(failure, message=f"{failure.message} (fetched twice)"))
        return
    job.degraded = f"fetched once more: {failure.message}"
    work.move(job, State.PROBING)


def on_synced(work: Work, job: Job) -> None:
    """What was written when the sync began is on the disk: claim it; after the last one, rename."""
    if not checkpoint.on_synced(job) or job.state is not State.FINISHING:
        return
    if not job.final_sync:
        checkpoint.begin_sync(work, job, job.size_bytes)
        return
    work.record(job)
    exact = job.spec.name is not None
    work.tell(job, PublishFile(job.id, exact, job.spec.overwrite))


def on_published(work: Work, job: Job, name: str) -> None:
    """The file is whole under its name."""
    job.part_open = False
    if name != job.name and job.representation is not None and job.part is not None:
        job.name = name
        work.record_part(job)
    work.tell(job, RecordReceipt(job.id, _receipt(work, job)))
    work.leave(job, Ending(State.DONE))


def _receipt(work: Work, job: Job) -> Receipt:
    digests = [(checksum, "user") for checksum in job.spec.checksums]
    digests += [(checksum, "server") for checksum in job.vouched]
    seconds = 0.0 if job.begun_s is None else work.now - job.begun_s
    way = tuple(redact.url(str(url)) for url in (job.source, *job.way))
    return Receipt(way, tuple(digests), seconds, job.gained_bytes, job.requests)


def on_part_failed(work: Work, job: Job, failure: Failure) -> None:
    """Opening, reading or renaming failed. Where there is no room for a file, it waits for some."""
    opening, job.opening = job.opening, False
    if job.ending is not None:
        work.end_if_quiet(job)
    elif opening and failure.kind is Kind.DISK_FULL:
        room.wait_for_room(work, job, failure)
    else:
        work.fail(job, failure)


def on_part_closed(work: Work, job: Job, failure: Failure | None) -> None:
    """The part file is closed: what it holds is recorded, and the job leaves."""
    if job.ending is None:
        raise AssertionError("a part file closed while its job goes on")
    job.syncing = None
    if failure is None:
        job.synced = job.done
    shrinks = job.done != job.synced
    if shrinks:
        job.done = job.synced
    work.record(job, shrinks=shrinks)
    work.leave(job, job.ending)
