"""What each course of failure does: again, less, more simply, from the start, or not at all.

How often: a segment is given up after `max_attempts` failures in a row without a byte; any byte makes
that count begin again. How soon: at once after a try that brought 16 KiB, else after a wait, so that a
server that hangs up after a few bytes is not stormed; where something came the wait stays short, for
then it can be finished. How often in all: a job may send 200 requests that brought less than 16 KiB and
did not finish what they asked for, whatever became of them; each one that was worth it makes up for one.
So whoever hangs up after every 16 KiB is followed to the end of any file, and whoever sends ten bytes a
time to the end of one of 2000.
"""

from __future__ import annotations

from msgspec.structs import replace

from ddm.core import checking, mirrors, refusing, restarting, retry, room
from ddm.core.job import Job
from ddm.core.probing import be_plain, redirect
from ddm.core.retry import COURSES, Course
from ddm.core.segment import Segment
from ddm.core.work import Work
from ddm.failures import Failure, Kind
from ddm.http.representation import BEGIN_AGAIN

# How often another ETag is asked about before it is believed.
_EDGE_TRIES = 3
# Servers that stumble over Range answer with these; a 404 does not depend on it.
_PLAIN_MAY_HELP = frozenset({Kind.REFUSED, Kind.SERVER_ERROR, Kind.BAD_RESPONSE, Kind.BROKEN})
# Where a little came each time, waits double no further than this: to a second, as configured.
_LEAN_MAX = 3


def follow(work: Work, job: Job, segment: Segment, failure: Failure, transfer_id: int) -> None:
    """Take the course that a failed try leads to."""
    if COURSES[failure.kind] is Course.ROOM:
        room.give_up_place(job, segment)
        if job.room is None:
            room.wait_for_room(work, job, failure)
        return
    if job.in_vain and COURSES[failure.kind] is not Course.STOP:
        why = f"{failure.message} (gave up after {job.fruitless} requests that brought next to nothing)"
        mirrors.fail(work, job, replace(failure, message=why))
        return
    if refusing.made_room(job, segment, failure):
        job.give_back(segment)
        return
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
        case Course.UNCHANGED:
            job.segments.remove(segment)
            checking.on_unchanged(work, job)
        case _:
            _stop(work, job, segment, failure)


def _stop(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """The end of the job, unless it was an old URL that was refused, or one connection too many."""
    if failure.status == 412 and segment.sent_if_range:
        work.budget.policy((segment.target or job.target).origin).if_range = False
        segment.wait(None, work.now)
        return
    if _may_be_an_edge(work, job, segment, failure):
        return
    expired = _may_have_expired(job, segment, failure)
    may_bear_less = refusing.may_bear_less(work, job, segment, failure)
    if job.in_vain:
        expired = may_bear_less = False
    if expired and (not segment.attempts or not may_bear_less):
        _resolve_again(work, job, segment, failure)
    elif may_bear_less and segment.trial:
        _throttled(work, job, segment, failure)
    elif may_bear_less:
        refusing.ask_alone(work, job, segment, failure)
    elif not _try_plainly(work, job, segment, failure):
        job.segments.remove(segment)
        mirrors.fail(work, job, _with_way_out(failure))


def _may_be_an_edge(work: Work, job: Job, segment: Segment, failure: Failure) -> bool:
    """Whether another ETag, and nothing else, may come from another edge of a CDN; then it is asked again.

    A file that changed goes on saying the new ETag. Several new ones, or the old one again (`running.on_end`),
    are edges that disagree: what one of them sends whole is right, so one stream it is.
    """
    if failure.other_etag is None or job.resumed or job.stream:
        return False
    if not job.other_etags:
        job.disagreed_since, job.disagreement = work.next_transfer_id, failure
    job.other_etags.append(failure.other_etag)
    if len(set(job.other_etags)) > 1:
        restart(work, job, failure)
    elif len(job.other_etags) <= _EDGE_TRIES:
        segment.wait(failure, work.now)
    else:
        return False
    return True


def edges_disagree(work: Work, job: Job, transfer_id: int) -> bool:
    """Whether the old ETag came again after another one did; then the file is begun again as one stream."""
    if job.disagreement is None or transfer_id < job.disagreed_since or job.stream:
        return False
    restart(work, job, job.disagreement)
    return True


def _may_have_expired(job: Job, segment: Segment, failure: Failure) -> bool:
    """Whether a redirect led here, bytes came, and now there is no access: signed URLs run out."""
    refused = failure.kind in (Kind.NOT_FOUND, Kind.NOT_ALLOWED)
    return refused and segment.target != job.source and bool(job.done)


def _resolve_again(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """Go the way of the redirects again; every answer is compared with what was begun."""
    segment.attempts += 1
    if _hopeless(work, job, segment.attempts, failure):
        return
    if segment.target == job.target:
        job.target, job.way = job.source, []
        job.degraded = f"asked the first URL again: {failure.message}"
    wait_s = 0.0
    if segment.attempts > 1:
        wait_s = retry.backoff_s(segment.attempts, work.limits.retry, work.chance)
    segment.wait(failure, work.now + wait_s)


def _with_way_out(failure: Failure) -> Failure:
    """What the network cannot know: that a changed file may be begun again."""
    if failure.kind is not Kind.CHANGED:
        return failure
    return replace(failure, message=failure.message + BEGIN_AGAIN)


def _again(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """A passing failure: at once from the byte reached if it brought enough, else after a wait."""
    if not segment.ranged and not segment.asks:
        restart(work, job, failure)
        return
    segment.attempts += 1
    if _hopeless(work, job, segment.attempts, failure, segment):
        return
    wait_s = 0.0
    if not segment.fruitful:
        segment.lean += 1
        doublings = min(segment.lean, _LEAN_MAX) if segment.progressed else segment.attempts
        wait_s = retry.backoff_s(doublings, work.limits.retry, work.chance)
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
    others = tell_refused(work, segment, failure)
    if not others or segment.asks:
        segment.attempts += not others
        if not _hopeless(work, job, segment.attempts, failure):
            wait_s = retry.backoff_s(max(1, segment.attempts), work.limits.retry, work.chance)
            segment.wait(failure, work.now + max(wait_s, failure.retry_after_s or 0.0))
    elif not _hopeless(work, job, 0, failure):
        job.give_back(segment)
        job.degraded = f"fewer connections: {failure.message}"


def tell_refused(work: Work, segment: Segment, failure: Failure) -> int:
    """Let everybody know what the origin refused; how many requests to it go on."""
    if segment.target is None:
        raise AssertionError("what was never sent cannot be refused")
    origin = segment.target.origin
    others = work.budget.running_at(origin)
    # A wait that is too long to obey fails the job; it must not close the origin to what comes later.
    wait_s = min(failure.retry_after_s or 0.0, work.limits.max_wait_secs)
    work.budget.policy(origin).refused(
        others,
        work.now,
        wait_s,
        answer=str(failure.status or failure.kind.value),
        begun_s=segment.begun_s,
        trial=segment.trial,
    )
    return others


def _hopeless(
    work: Work, job: Job, attempts: int, failure: Failure, segment: Segment | None = None
) -> bool:
    """Whether trying again makes no sense any more; then the job fails, or is tried plainly."""
    longest_s, after_s = work.limits.max_wait_secs, failure.retry_after_s or 0.0
    if after_s > longest_s:
        why = f"{failure.message}; it asks to wait {after_s:.0f} s, longer than max_wait_secs ({longest_s:.0f} s)"
    elif attempts >= retry.attempts_max(failure.kind, work.limits.retry):
        why = retry.gave_up(failure.message, attempts)
    else:
        return False
    if after_s > longest_s or segment is None or not _try_plainly(work, job, segment, failure):
        mirrors.fail(work, job, replace(failure, message=why))
    return True


def _try_plainly(work: Work, job: Job, segment: Segment, failure: Failure) -> bool:
    """Before a file is given up of which a range was refused: one GET without Range, which may be answered.

    What was fetched is kept until it is.
    """
    refused = failure.kind in _PLAIN_MAY_HELP or failure.status == 403
    if not refused or not segment.ranged or job.stream or job.in_vain or job.checking:
        return False
    restart(work, job, failure, keep=True)
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


def restart(work: Work, job: Job, failure: Failure, *, keep: bool = False) -> None:
    """Begin again as one stream. Coming down from ranges is no failed try; a stream that ends too soon is."""
    job.restarts += job.stream
    if not (job.stream and _hopeless(work, job, job.restarts, failure)):
        restarting.restart(work, job, failure, keep=keep)
