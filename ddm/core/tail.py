"""The end of a file: nothing is left to ask for, some connections are free, others still have much to bring.

Cutting a running request costs its connection and a window of data in flight, so it is done only where a
good while is left: from the slowest its tail is taken, in proportion to the speeds. Below that the rest of the
slowest is asked for a second time, and the first one home wins; those few bytes are all that is ever fetched twice.
"""

from __future__ import annotations

from ddm.byteranges import ByteRange
from ddm.core import rates
from ddm.core.commands import ShortenTransfer
from ddm.core.job import Job
from ddm.core.segment import Phase, Segment
from ddm.core.work import Work
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import KIB, PIECE_ALIGN_BYTES, PIECE_REST_BYTES
from ddm.record import State

BEATEN = Failure(Kind.CANCELLED, "another connection brought it sooner", Exit.UNFINISHED)

_SPLIT_LEAST_BYTES = 512 * KIB
_SPLIT_S, _SPLIT_ROUND_TRIPS = 0.1, 8
_DOUBLE_S, _DOUBLE_ROUND_TRIPS = 0.1, 4
_ANEW_ROUND_TRIPS = 2
# So young a connection has not shown its speed.
_YOUNG_S, _YOUNG_ROUND_TRIPS = 0.2, 3


def is_near(job: Job, window_bytes: int | None) -> bool:
    """Whether a job has connections left over, because everything is being asked for."""
    if job.state is not State.RUNNING or job.leaving or job.stream:
        return False
    if job.alone is not None or job.room is not None or job.takeable(window_bytes):
        return False
    return 0 < job.live < min(job.max_segments, job.connections_planned)


def help_out(work: Work, job: Job) -> bool:
    """Let a free connection help the slowest of the job; whether there was something to do."""
    if not is_near(job, work.window_bytes) or job.spec.mirrors:
        return False
    if rates.hold_back(work, job):
        return False
    if not work.budget.allows(job.target.origin, work.now):
        return False
    known = job.representation
    if known is None or not known.resumable:
        return False  # two answers could not be told to be of one file
    helped = [s for s in job.segments if s.live and s.ranged and not s.asks and s.unhelped]
    if not helped:
        return False
    slowest = max(helped, key=lambda s: _left_s(work, job, s))
    return _split(work, job, slowest) or _double(work, job, slowest)


def _pace_bps(work: Work, job: Job, segment: Segment) -> float:
    """What a connection may be expected to bring; a young one as much as the others."""
    age_s = work.now - segment.flowing_s
    young = age_s < _YOUNG_S + _YOUNG_ROUND_TRIPS * (job.rtt_s or 0.0)
    if segment.phase is Phase.FLOWING and not young:
        return segment.pace_bps(work.now)
    return job.speed_guess_bps() or 0.0


def _left_s(work: Work, job: Job, segment: Segment) -> float:
    """How long a connection will need for the rest."""
    left = (segment.stop or segment.position) - segment.position
    pace_bps = _pace_bps(work, job, segment)
    if segment.phase is not Phase.FLOWING:
        # Nothing has come yet: the longer that lasts, the less likely it will.
        return (work.now - segment.begun_s) + (left / pace_bps if pace_bps else 0.0)
    return left / pace_bps if pace_bps > 0 else float("inf")


def _split(work: Work, job: Job, segment: Segment) -> bool:
    if segment.stop is None or segment.phase is not Phase.FLOWING or segment.transfer_id is None:
        return False
    left = segment.stop - segment.position
    long_s = _SPLIT_S + _SPLIT_ROUND_TRIPS * (job.rtt_s or 0.0)
    if left < _SPLIT_LEAST_BYTES or _left_s(work, job, segment) <= long_s:
        return False
    own_bps = _pace_bps(work, job, segment)
    helper_bps = job.speed_guess_bps() or own_bps
    share = own_bps / (own_bps + helper_bps) if own_bps + helper_bps > 0 else 0.5
    cut = segment.position + int(left * share)
    cut += -cut % PIECE_ALIGN_BYTES
    cut = min(cut, segment.stop - PIECE_REST_BYTES)
    segment.shortening = True
    work.tell(job, ShortenTransfer(segment.transfer_id, cut))
    return True


def on_shortened(job: Job, segment: Segment, stop: int) -> None:
    """A transfer will end earlier: what is beyond is somebody else's."""
    old, segment.shortening = segment.stop, False
    if old is None or stop >= old:
        return
    segment.stop, segment.cut = stop, True
    job.missing = job.missing.add(ByteRange(stop, old))


def _double(work: Work, job: Job, segment: Segment) -> bool:
    long_s = _DOUBLE_S + _DOUBLE_ROUND_TRIPS * (job.rtt_s or 0.0)
    young = work.now - segment.begun_s < long_s
    left_s = _left_s(work, job, segment)
    if segment.stop is None or young or left_s <= long_s:
        return False
    # A second request begins where the first one stands: of one that is no slower than usual it would come behind.
    usual_bps = job.meter.speed_bps(work.now) / job.connections_planned
    left = segment.stop - segment.position
    if (
        usual_bps > 0
        and left_s < _DOUBLE_S + _ANEW_ROUND_TRIPS * (job.rtt_s or 0.0) + left / usual_bps
    ):
        return False
    twin = Segment(
        segment.position,
        segment.stop,
        ranged=True,
        asks=False,
        phase=Phase.STARTING,
        position=segment.position,
    )
    twin.rival, segment.rival = segment, twin
    job.segments.append(twin)
    work.start(job, twin)
    return True


def lost(work: Work, segment: Segment) -> bool:
    """Of two that fetch the same one is over: whether it may simply go; else the other one is not needed."""
    rival = segment.rival
    if rival is None:
        return False
    segment.rival = rival.rival = None
    if segment.position <= rival.position:
        return True
    work.give_up(rival, BEATEN)
    return False
