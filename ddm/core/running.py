"""While bytes come: the next piece, the end of a transfer, and what each course of failure does."""

from __future__ import annotations

from msgspec.structs import replace

from ddm.byteranges import RangeSet
from ddm.core import failing, probing, refusing, restarting, slow, tail
from ddm.core.agenda import stands
from ddm.core.events import TransferEnded
from ddm.core.finishing import finish
from ddm.core.job import Job
from ddm.core.plan import next_piece, worth_its_request
from ddm.core.retry import COURSES, Course
from ddm.core.segment import Phase, Segment
from ddm.core.sharing import TOO_LONG
from ddm.core.work import Work
from ddm.failures import Failure, Kind
from ddm.limits import PROBE_BYTES
from ddm.record import State

# What we gave up ourselves because it is fetched better in another way.
_SPARE = (slow.CLOSED, tail.BEATEN)


def take_piece(work: Work, job: Job, speed_bps: float | None) -> None:
    """Ask for the next missing piece. The caller has asked the budget.

    Shares are counted over the connections that the job can have now: among many jobs it has few, and small
    pieces would only be more requests.
    """
    possible = job.live + work.budget.free_at(job.target.origin)
    piece = next_piece(
        job.takeable(work.window_bytes),
        connections=max(1, min(job.connections_planned, possible)),
        least_bytes=worth_its_request(job.least_piece_bytes, speed_bps, job.rtt_s),
        speed_bps=speed_bps,
    )
    job.missing = job.missing.minus(RangeSet((piece,)))
    segment = Segment(
        piece.start,
        piece.stop,
        ranged=True,
        asks=False,
        phase=Phase.STARTING,
        position=piece.start,
    )
    job.segments.append(segment)
    work.start(job, segment)


def on_end(work: Work, job: Job, segment: Segment, event: TransferEnded) -> None:
    """A transfer is over, well or not."""
    failure = _settle(work, job, segment, event)
    lost = tail.lost(work, segment)
    well = failure is None or (segment.full and _in_passing(failure, event.failure))
    spare = not well and (failure in _SPARE or (lost and _may_drop(work, segment, failure)))
    job.count(segment, well=well or spare)
    if job.leaving:
        job.segments.remove(segment)
        work.end_if_quiet(job)
        restarting.restart_if_quiet(work, job)
        return
    if spare:
        job.give_back(segment)
        if job.whole and not job.segments:
            finish(work, job)
        return
    if segment.progressed and failing.edges_disagree(work, job, event.transfer_id):
        return
    if failure is None or well:
        _filled(work, job, segment)
        return
    if failure is TOO_LONG:
        segment.wait(None, work.now)
        return
    failing.follow(work, job, segment, failure, event.transfer_id)


def _may_drop(work: Work, segment: Segment, failure: Failure | None) -> bool:
    """Whether one of two that ask for the same may simply go, because the other one goes on."""
    course = COURSES[failure.kind] if failure is not None else Course.CANCELLED
    if failure is not None and course is Course.THROTTLED:
        failing.tell_refused(work, segment, failure)
    return course in (Course.AGAIN, Course.THROTTLED, Course.CANCELLED)


def _in_passing(failure: Failure, told: Failure | None) -> bool:
    """Whether what came before the end is as good as if it had ended well: it broke off, or was given up by us."""
    given_up = told is not None and told.kind is Kind.CANCELLED
    return given_up or COURSES[failure.kind] is Course.AGAIN


def _settle(work: Work, job: Job, segment: Segment, event: TransferEnded) -> Failure | None:
    """The books of a try that is over: its connection, what it brought, and why it ended."""
    work.keep(job, segment, event.position)
    origin = (segment.target or job.target).origin
    work.budget.release(origin, shared=segment.shared)
    policy = work.budget.policy(origin)
    policy.ended(segment.begun_s)
    if segment.cut or (event.failure is not None and event.failure.kind is Kind.CANCELLED):
        policy.aborted(work.now)
    work.sharing.end(event.transfer_id, policy, event.http_version)
    segment.transfer_id = None
    if event.connect_s:
        job.rtt_s = min(event.connect_s, job.rtt_s or event.connect_s)
    failure = event.failure
    if failure is not None and failure.kind is Kind.UNREACHABLE and segment.target == job.target:
        work.addresses.doubt(work.way(job), work.now)
    # Given up, it may have ended well all the same, or for a graver reason than ours.
    if failure is not None and failure.kind is Kind.CANCELLED and segment.given_up:
        failure = segment.given_up
    if failure is not None and failure.kind is Kind.BAD_RESPONSE and segment.progressed:
        restarting.take_back(work, job, segment)
    if segment.progressed:
        # What came too slowly to be worth waiting for is a failed try all the same.
        if failure is None or failure.kind is not Kind.STALLED:
            segment.attempts = 0
        job.hops = 0
        job.seen_urls.clear()
        refusing.was_borne(job, segment)
    if segment.fruitful:
        segment.lean = 0
    if segment.phase is Phase.OFFERED:
        job.offer = None
        if segment.start == segment.stop:
            segment.stop = segment.start + PROBE_BYTES  # no range of an empty file can be asked for
    return failure


def _filled(work: Work, job: Job, segment: Segment) -> None:
    """The body came whole; its connection goes on with the next piece."""
    job.segments.remove(segment)
    job.pieces_done += 1
    origin = job.target.origin
    policy = work.budget.policy(origin)
    policy.bore(work.budget.running_at(origin) + 1, work.now, segment.begun_s, trial=segment.trial)
    policy.ranges = policy.ranges or segment.ranged
    if segment.stop is None and job.representation is not None:
        job.representation = replace(job.representation, size_bytes=segment.position)
        work.record_part(job)
    # The last bytes of several transfers are often there before the first of them has ended.
    if job.whole and not job.segments:
        finish(work, job)
    elif (
        job.takeable(work.window_bytes)
        and job.alone is None
        and job.room is None
        and job.live < job.max_segments
        and work.budget.allows(origin, work.now)
        and not _another_needs_it_more(work, job)
    ):
        take_piece(work, job, segment.speed_bps or job.speed_guess_bps())


def _another_needs_it_more(work: Work, job: Job) -> bool:
    """Whether another job wants a connection and goes before this one, with what this one has left."""
    other = work.agenda.neediest(work.budget, work.now)
    if other is None or other is job:
        return False
    return stands(other, work.budget)[:4] < stands(job, work.budget)[:4]


def go_on(work: Work, job: Job) -> bool:
    """Start one more transfer of this job, if it wants one; whether it did. The caller has asked the budget."""
    waiting = job.waiting_segment()
    if waiting is not None and waiting.not_before_s <= work.now:
        work.move(job, State.PROBING if waiting.asks else State.RUNNING)
        work.start(job, waiting)
        return True
    if not job.segments and not job.missing:
        job.break_seal()
    if not job.segments and not job.missing:
        if not probing.open_if_whole(work, job):
            probing.probe(work, job)
        return True
    if job.live < min(job.max_segments, job.connections_planned) and job.takeable(
        work.window_bytes
    ):
        work.move(job, State.RUNNING)
        take_piece(work, job, job.speed_guess_bps())
        return True
    return False


def wants(job: Job, work: Work) -> bool:
    """Whether the job would start one more transfer now."""
    if job.leaving or job.opening or job.room is not None:
        return False
    if job.state in (State.VERIFYING, State.FINISHING):
        return False
    waiting = job.waiting_segment()
    due = waiting is not None and waiting.not_before_s <= work.now
    if job.alone is not None:
        return due and not job.live
    if due:
        return job.live < job.max_segments or not job.live
    if not job.segments and not job.missing:
        return job.takes_seal(work.window_bytes)
    if job.live >= min(job.max_segments, job.connections_planned):
        return False
    return bool(job.takeable(work.window_bytes))


def rest_if_waiting(work: Work, job: Job) -> None:
    """A job of which nothing is under way but segments that wait for their time is WAITING."""
    if job.state not in (State.PROBING, State.RUNNING) or job.live or job.leaving or job.opening:
        return
    if job.room is not None:
        work.move(job, State.WAITING, job.room.failure)
        return
    waiting = job.waiting_segment()
    if waiting is not None and waiting.not_before_s > work.now:
        work.move(job, State.WAITING, waiting.waits_for)
