"""A 403 to one piece while others flow: that piece may be forbidden, or was one connection too many.

Some servers that count connections answer 403. To find out, the job's other transfers make room at once,
and half a second later the piece is asked for alone. Refused again, it is forbidden, and the job ends;
answered, the origin bears no more than what had been flowing before, and the others come back. A piece
that only was a trial beyond the known limit tells nothing new: it goes back to what is missing.
"""

from __future__ import annotations

from ddm.core.job import Job
from ddm.core.retry import COURSES, Course
from ddm.core.segment import Phase, Segment
from ddm.core.work import Work
from ddm.failures import CANCELLED, Failure, Kind

# Until a server has noticed that connections are closed.
_NOTICED_S = 0.5


def may_bear_less(work: Work, job: Job, segment: Segment, failure: Failure) -> bool:
    """Whether a refusal may be about connections: a 403 to a piece, after bytes came, beside other transfers."""
    target = segment.target
    if failure.status != 403 or segment.asks or segment.stop is None or target is None:
        return False
    others = work.budget.running_at(target.origin)
    return bool(job.done) and (segment.trial or (job.alone is not segment and others > 0))


def ask_alone(work: Work, job: Job, segment: Segment, failure: Failure) -> None:
    """Let the others make room, and ask for the piece again."""
    origin = (segment.target or job.target).origin
    borne = sum(
        other.phase in (Phase.OFFERED, Phase.FLOWING) and other.target is not None
        and other.target.origin == origin
        for _, other in work.transfers.values()
    )  # fmt: skip
    work.budget.policy(origin).refused(borne, work.now, None, answer=str(failure.status))
    job.alone = segment
    job.degraded = f"fewer connections: {failure.message}"
    segment.wait(failure, work.now + _NOTICED_S)
    for other in job.segments:
        if other.live:
            work.give_up(other, CANCELLED)


def made_room(job: Job, segment: Segment, failure: Failure) -> bool:
    """Whether a transfer ended because another piece is to be asked for alone, or as that one did."""
    if job.alone is None or job.alone is segment or segment.given_up is not CANCELLED:
        return False
    course = COURSES[failure.kind]
    in_passing = course in (Course.CANCELLED, Course.AGAIN, Course.THROTTLED)
    return in_passing or failure.kind is Kind.NOT_ALLOWED


def was_borne(job: Job, segment: Segment) -> bool:
    """Whether a piece that was asked for alone brings bytes; then the others may come back."""
    if job.alone is not segment or not segment.progressed:
        return False
    job.alone = None
    return True
