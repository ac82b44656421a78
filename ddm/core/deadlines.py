"""What happens because time has passed, and when it does next."""

from __future__ import annotations

from ddm.core import rates, room, slow, tail
from ddm.core.job import Job
from ddm.core.segment import Segment
from ddm.core.work import Work
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import LOOK_INTERVAL_S
from ddm.record import State


def on_time(work: Work) -> None:
    """Give up what is too slow, end what is overdue, look for room."""
    for job in work.agenda.take_due(work.jobs, work.now):
        _give_up_stalled(work, job)
        _end_overdue(work, job)
        if _look_s(work, job) == work.now:
            job.looked_s = work.now
            slow.close_slow(work, job)
        if job.room is not None and not job.leaving and job.room.check_s <= work.now:
            room.look(work, job, job.room)


def next_s(work: Work, job: Job) -> float | None:
    """When time has something to do for a job; None if never."""
    own = (job.record_due_s, job.sync_due_s, job.overdue_s(work.limits.timeout_secs))
    times = [due_s for due_s in own if due_s is not None]
    if job.room is not None and not job.leaving:
        times.append(job.room.check_s)
    if (look_s := _look_s(work, job)) is not None:
        times.append(look_s)
    for segment in job.segments:
        if segment.live:
            times.append(segment.watched_s + work.limits.stall_timeout_secs)
        elif segment.not_before_s > work.now:
            times.append(segment.not_before_s)
    return min(times, default=None)


def _look_s(work: Work, job: Job) -> float | None:
    """When its connections are to be compared next, None if there is nothing to compare."""
    if job.state is not State.RUNNING or job.leaving:
        return None
    if not tail.is_near(job, work.window_bytes) and not slow.may_be_told(job):
        return None
    return max(work.now, job.looked_s + LOOK_INTERVAL_S)


def _give_up_stalled(work: Work, job: Job) -> None:
    limits, least = work.limits, rates.least_bps(work, job)
    for segment in job.segments:
        if not segment.live:
            continue
        stalled = segment.stalled(work.now, timeout_s=limits.stall_timeout_secs, least_bps=least)
        if stalled and segment.given_up is None and not _waits_for_reader(work, job, segment):
            why = f"less than {least:.0f} bytes per second for {limits.stall_timeout_secs:.0f} s"
            work.give_up(segment, Failure(Kind.STALLED, why, Exit.TOO_SLOW))


def _waits_for_reader(work: Work, job: Job, segment: Segment) -> bool:
    """Whether what is not passed on fills the window, or nearly: then it is not the server who is slow."""
    window_bytes = work.window_bytes
    return window_bytes is not None and segment.position >= job.drained + window_bytes // 2


def _end_overdue(work: Work, job: Job) -> None:
    longest_s = work.limits.timeout_secs
    due_s = job.overdue_s(longest_s)
    if due_s is not None and due_s <= work.now:
        why = f"it is not done after {longest_s:.0f} s, the limit that was set"
        work.fail(job, Failure(Kind.STALLED, why, Exit.TOO_SLOW))
