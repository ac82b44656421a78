"""Begin a file again as one stream; take back what a lying body brought."""

from __future__ import annotations

from msgspec.structs import replace

from ddm.byteranges import RangeSet
from ddm.core import retry
from ddm.core.job import Job
from ddm.core.segment import Phase, Segment
from ddm.core.work import Work
from ddm.failures import Failure
from ddm.record import State


def restart(work: Work, job: Job, failure: Failure, *, keep: bool = False) -> None:
    """Begin the whole file again as one stream, once what is under way has ended.

    keep: what was fetched counts until the stream is there.
    """
    if cannot_be_taken_back(work, job, failure):
        return
    job.stream, job.restarting, job.alone, job.keeps = True, failure, None, keep
    _drop_all(work, job, failure)


def cannot_be_taken_back(work: Work, job: Job, failure: Failure) -> bool:
    """Whether the file's first bytes may have been passed on, so that it cannot begin again; then it has failed.

    A disk that passes files on keeps one back that the window holds, and of which a digest is known.
    """
    window_bytes, size = work.window_bytes, job.size_bytes
    if window_bytes is None or not job.done:
        return False
    if (job.vouched or job.spec.checksums) and size is not None and size <= window_bytes:
        return False
    why = f"{failure.message}; a file that is passed on cannot begin again"
    work.fail(job, replace(failure, message=why))
    return True


def go_elsewhere(work: Work, job: Job, failure: Failure) -> None:
    """Ask the job's new source from its first missing byte on, once what is under way has ended."""
    job.restarting, job.alone, job.keeps, job.elsewhere = failure, None, True, True
    _drop_all(work, job, failure)


def _drop_all(work: Work, job: Job, failure: Failure) -> None:
    for segment in list(job.segments):
        if segment.live:
            work.give_up(segment, failure)
        else:
            job.segments.remove(segment)
    restart_if_quiet(work, job)


def restart_if_quiet(work: Work, job: Job) -> None:
    """The second half of `restart`: the next head finds an old part file, and starts a new one."""
    failure = job.restarting
    if failure is None or job.segments:
        return
    job.restarting = job.offer = None
    job.missing, job.seal = RangeSet(), None
    if job.elsewhere:
        job.elsewhere = False  # nothing is missing and nothing under way: so the probe comes next
        if job.state is State.VERIFYING:
            work.move(job, State.PROBING)
        return
    if not job.keeps:
        job.disclaim()
        work.record(job, shrinks=True)
    segment = Segment(0, None, ranged=False, asks=True, phase=Phase.WAITING, position=0)
    job.degraded = f"one plain request from the start: {failure.message}"
    wait_s = 0.0
    if job.restarts:
        wait_s = retry.backoff_s(job.restarts, work.limits.retry, work.chance)
    segment.waits_for, segment.not_before_s = failure, work.now + wait_s
    # A last resort is one try; a stream that begins again counts on.
    segment.attempts = work.limits.retry.max_attempts - 1 if job.keeps else job.restarts
    job.segments.append(segment)


def take_back(work: Work, job: Job, segment: Segment) -> None:
    """A body that contradicts its head: nothing that it brought is believed."""
    brought = RangeSet.of(segment.begun_position, segment.position)
    job.disclaim(brought)
    segment.position = segment.begun_position
    work.record(job, shrinks=True)
