"""What each course of failure does: again, less, more simply, from the start, or not at all."""

from __future__ import annotations

from msgspec.structs import replace

from ddm.byteranges import ByteRange, RangeSet
from ddm.core import retry
from ddm.core.job import Job
from ddm.core.probing import be_plain, redirect
from ddm.core.retry import COURSES, Course
from ddm.core.segment import Phase, Segment
from ddm.core.work import Work
from ddm.failures import Failure, Kind


def follow(work: Work, job: Job, segment: Segment, failure: Failure, transfer_id: int) -> None:
    """Take the course that a failed try leads to."""
    match COURSES[failure.kind]:
        case Course.AGAIN:
            if _is_one_too_many(work, segment, failure):
                _throttled(work, job, segment, failure)
            else:
                _again(work, job, segment, failure)
        case Course.THROTTLED:
            _throttled(work, job, segment, failure)
        case Course.DEGRADE:
            _degrade(work, job, segment, failure, transfer_id)
        case Course.REDIRECT:
            redirect(work, job, segment, failure)
        case Course.STOP if _may_have_expired(job, segment, failure):
            _resolve_again(work, job, segment, failure)
        case Course.STOP | Course.CANCELLED:
            job.segments.remove(segment)
            work.fail(job, _with_way_out(failure))


def _may_have_expired(job: Job, segment: Segment, failure: Failure) -> bool:
    """Whether a redirect led here, bytes came, and now there is no access: signed URLs run out."""
    refused = failure.kind in (Kind.NOT_FOUND, Kind.NOT_ALLOWED)
    return refused and segment.target != job.url and bool(job.done)


def _resolve_again(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """Go the way of the redirects again; every answer is compared with what was begun."""
    segment.attempts += 1
    if _hopeless(work, job, segment.attempts, failure):
        return
    if segment.target == job.target:
        job.target = job.url
        job.degraded = f"asked the first URL again: {failure.message}"
    segment.wait(None, work.now)


def _with_way_out(failure: Failure) -> Failure:
    """What the network cannot know: that a changed file may be begun again."""
    if failure.kind is not Kind.CHANGED:
        return failure
    return replace(failure, message=f"{failure.message}; --force-restart begins it again")


def _again(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """A passing failure: at once from the byte reached if it brought any, else after a wait."""
    if not segment.ranged and not segment.asks:
        restart(work, job, failure)
        return
    segment.attempts += 1
    if _hopeless(work, job, segment.attempts, failure):
        return
    wait_s = 0.0
    if not segment.progressed:
        wait_s = retry.backoff_s(segment.attempts, work.limits.retry, work.chance)
    segment.wait(failure, work.now + max(wait_s, failure.retry_after_s or 0.0))


def _is_one_too_many(work: Work, segment: Segment, failure: Failure) -> bool:
    """Whether a piece was hung up on before its first byte while other transfers to its origin go on.

    So do servers that count connections and do not say so.
    """
    refused = failure.kind in (Kind.BROKEN, Kind.UNREACHABLE) and not segment.progressed
    target = segment.target
    return (
        refused
        and not segment.asks
        and target is not None
        and work.budget.running_at(target.origin) > 0
    )


def _throttled(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """The origin bears less: what still runs is the limit, and a refused piece goes back to the others."""
    origin = (segment.target or job.target).origin
    others = work.budget.running_at(origin)
    # A wait that is too long to obey fails the job; it must not close the origin to what comes later.
    wait_s = min(failure.retry_after_s or 0.0, work.limits.max_wait_secs)
    work.budget.policy(origin).refused(others, work.now, wait_s)
    if not others or segment.asks:
        segment.attempts += not others
        if not _hopeless(work, job, segment.attempts, failure):
            wait_s = retry.backoff_s(max(1, segment.attempts), work.limits.retry, work.chance)
            segment.wait(failure, work.now + max(wait_s, failure.retry_after_s or 0.0))
    elif not _hopeless(work, job, 0, failure):
        _give_back(job, segment)
        job.degraded = f"fewer connections: {failure.message}"


def _give_back(job: Job, segment: Segment) -> None:
    """The rest of a piece is missing again."""
    job.segments.remove(segment)
    if segment.stop is not None:
        job.missing = job.missing.add(ByteRange(segment.position, segment.stop))


def _hopeless(work: Work, job: Job, attempts: int, failure: Failure) -> bool:
    """Whether trying again makes no sense any more; then the job fails."""
    longest_s, after_s = work.limits.max_wait_secs, failure.retry_after_s or 0.0
    if after_s > longest_s:
        why = f"{failure.message}; it asks to wait {after_s:.0f} s, longer than max_wait_secs ({longest_s:.0f} s)"
    elif attempts >= retry.attempts_max(failure.kind, work.limits.retry):
        why = f"{failure.message} (gave up after {attempts} tries)"
    else:
        return False
    work.fail(job, replace(failure, message=why))
    return True


def _degrade(work: Work, job: Job, segment: Segment, failure: Failure, transfer_id: int) -> None:
    """Ranges do not work: without If-Range, fewer connections, one, one plain GET, in this order."""
    if segment.asks and not segment.ranged:
        _again(work, job, segment, failure)
    elif segment.asks:
        job.degraded = f"one plain request: {failure.message}"
        segment.wait(failure, work.now)
        be_plain(segment)
    elif segment.sent_if_range and failure.kind is Kind.RANGE_IGNORED:
        work.budget.policy((segment.target or job.target).origin).if_range = False
        segment.wait(None, work.now)
    elif transfer_id < job.degraded_since:
        segment.wait(None, work.now)
    else:
        _ask_for_less(work, job, segment, failure)


def _ask_for_less(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """The next step down; one cause is one step, however many transfers meet it."""
    job.degradations += 1
    job.degraded_since = work.next_transfer_id
    if job.stream or job.degradations > 2 or (job.max_segments == 1 and job.degradations > 1):
        restart(work, job, failure)
        return
    job.max_segments = 1 if job.degradations > 1 else max(1, job.max_segments // 2)
    job.degraded = f"{job.max_segments} connections at most: {failure.message}"
    segment.wait(failure, work.now)


def restart(work: Work, job: Job, failure: Failure) -> None:
    """Begin the whole file again as one stream, once what is under way has ended.

    Coming down from ranges is no failed try; a stream that ends too soon is.
    """
    job.restarts += job.stream
    if job.stream and _hopeless(work, job, job.restarts, failure):
        return
    job.stream, job.restarting = True, failure
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
    job.done = job.synced = job.missing = RangeSet()
    work.record(job, shrinks=True)
    segment = Segment(0, None, ranged=False, asks=True, phase=Phase.WAITING, position=0)
    job.degraded = f"one plain request from the start: {failure.message}"
    wait_s = 0.0
    if job.restarts:
        wait_s = retry.backoff_s(job.restarts, work.limits.retry, work.chance)
    segment.waits_for, segment.not_before_s = failure, work.now + wait_s
    segment.attempts = job.restarts
    job.segments.append(segment)


def take_back(work: Work, job: Job, segment: Segment) -> None:
    """A body that contradicts its head: nothing that it brought is believed."""
    brought = RangeSet.of(segment.begun_position, segment.position)
    job.done, job.synced = job.done.minus(brought), job.synced.minus(brought)
    segment.position = segment.begun_position
    work.record(job, shrinks=True)
