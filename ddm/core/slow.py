"""Connections that are far slower than their neighbours are closed, and what they leave is asked for again.

Somewhere between a balancer and its machines one connection in eight may be twenty times slower than the others. A
new one most likely is not, and nobody then waits for the old one. Measured: docs/performance.md.
"""

from __future__ import annotations

from ddm.core import rates
from ddm.core.job import Job
from ddm.core.segment import Phase, Segment
from ddm.core.work import Work
from ddm.errors import Exit
from ddm.failures import Failure, Kind

CLOSED = Failure(Kind.CANCELLED, "it was far slower than the others", Exit.UNFINISHED)

# Loopback and shared links jitter: at half a second no good connection is closed, at a third some are.
_OLD_ENOUGH_S, _OLD_ENOUGH_ROUND_TRIPS = 0.5, 8
# Where less than this is left, a new connection would not be done sooner.
_WORTH_IT_S, _WORTH_IT_ROUND_TRIPS = 0.5, 4
_SLOW = 0.3
_NEIGHBOURS_LEAST = 3
# Where every connection jitters so much, closing them for ever would be no cure.
_CLOSED_AT_ONCE, _CLOSED_EVERY_S = 2, 5.0


def may_be_told(job: Job) -> bool:
    """Whether there are enough connections to tell a slow one."""
    if len(job.segments) < _NEIGHBOURS_LEAST or job.stream or job.alone is not None:
        return False
    return sum(s.phase is Phase.FLOWING for s in job.segments) >= _NEIGHBOURS_LEAST


def close_slow(work: Work, job: Job) -> None:
    """Give up what is far below the median."""
    flowing = [s for s in job.segments if s.live and s.phase is Phase.FLOWING and s.ranged]
    if not may_be_told(job) or rates.hold_back(work, job):
        return
    paces = sorted(s.pace_bps(work.now) for s in flowing)
    median_bps = paces[len(paces) // 2]
    for segment in flowing:
        if _is_slow(work, job, segment, median_bps) and _may_close(work, job):
            job.closed_slow += 1
            work.give_up(segment, CLOSED)


def _is_slow(work: Work, job: Job, segment: Segment, median_bps: float) -> bool:
    if segment.given_up is not None or segment.rival is not None or segment.stop is None:
        return False
    rtt_s = job.rtt_s or 0.0
    if work.now - segment.flowing_s < _OLD_ENOUGH_S + _OLD_ENOUGH_ROUND_TRIPS * rtt_s:
        return False
    pace_bps = segment.pace_bps(work.now)
    soon_bytes = pace_bps * (_WORTH_IT_S + _WORTH_IT_ROUND_TRIPS * rtt_s)
    return pace_bps < _SLOW * median_bps and segment.stop - segment.position > soon_bytes


def _may_close(work: Work, job: Job) -> bool:
    lasted_s = work.now - (job.begun_s or work.now)
    return job.closed_slow < _CLOSED_AT_ONCE * job.connections_planned + lasted_s / _CLOSED_EVERY_S
