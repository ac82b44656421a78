"""The frozen pictures that a screen may draw."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from ddm import redact
from ddm.byteranges import RangeSet
from ddm.core.budget import Budget
from ddm.core.circumstances import Found
from ddm.core.job import Job
from ddm.core.segment import Segment
from ddm.failures import Failure
from ddm.http.disposition import choose_name
from ddm.limits import Limits
from ddm.record import JobRecord, State


class SegmentView(Struct, frozen=True):
    """A range of a job that is on its way, half-open.

    position: the first offset not yet in the file. stop: None for the rest of a file of unknown length.
    live: whether a request is under way; else it waits for its next try.
    """

    start: int
    position: int
    stop: int | None
    live: bool


class OriginView(Struct, frozen=True):
    """One origin that jobs in work are asking.

    connections: requests in flight, of all jobs. limit: how many there may be now. learned: whether the
    origin taught us that limit by refusing more; else it is the configured one.
    waiting_s: seconds until it may be asked again at all (Retry-After). trial_s: seconds until one more than
    the learned limit is tried. None where there is nothing to wait for.
    """

    origin: str
    connections: int
    limit: int
    learned: bool = False
    waiting_s: float | None = None
    trial_s: float | None = None


class LimitsView(Struct, frozen=True):
    """The limits in force that hold for all jobs together; max_bytes_per_sec 0 is no limit."""

    max_total_connections: int
    max_connections_per_host: int
    max_bytes_per_sec: int


class JobView(Struct, frozen=True):
    """One job at one moment.

    name: the final file name, or what will probably be it. url: redacted.
    size_bytes: None while unknown. done_bytes: what is in the file.
    speed_bps: bytes per second, lately. eta_s: seconds left, None if not to be said.
    connections: requests in flight. segments_done, segments_total: of the pieces planned so far.
    waiting_s: seconds until the next try, None if it does not wait; reason: why it waits or how it
    was degraded.
    failure: why it ended, for FAILED; for DONE, why it could not be asked whether the file is still the server's.
    removed: the job left because a user wanted it gone.
    found: what the server says of it, where a description was asked for. max_bytes_per_sec: its own limit; 0 is none.
    origin: where requests go now. done: which ranges are in the file. segments: which are on their way.
    """

    id: int
    state: State
    name: str
    directory: str
    url: str
    size_bytes: int | None
    done_bytes: int
    speed_bps: float
    eta_s: float | None
    connections: int
    segments_done: int
    segments_total: int
    waiting_s: float | None = None
    reason: str | None = None
    failure: Failure | None = None
    removed: bool = False
    origin: str = ""
    done: RangeSet = RangeSet()
    segments: tuple[SegmentView, ...] = ()
    found: Found | None = None
    max_bytes_per_sec: int = 0


class QueueView(Struct, frozen=True):
    """The admitted jobs at one moment, in the order of the queue, their sums, whom they ask, and what limits them."""

    jobs: tuple[JobView, ...]
    speed_bps: float
    connections: int
    origins: tuple[OriginView, ...] = ()
    limits: LimitsView | None = None


def queue_picture(jobs: Iterable[Job], budget: Budget, limits: Limits, now: float) -> QueueView:
    """All admitted jobs as they stand."""
    views = tuple(picture(job, now) for job in sorted(jobs, key=lambda job: job.order))
    return QueueView(
        views,
        sum(view.speed_bps for view in views),
        budget.running,
        _origins(jobs, budget, now),
        LimitsView(
            limits.max_total_connections, limits.max_connections_per_host, limits.max_bytes_per_sec
        ),
    )


def _origins(jobs: Iterable[Job], budget: Budget, now: float) -> tuple[OriginView, ...]:
    """The origins that these jobs ask, in order of their names."""
    views = []
    for origin in {job.target.origin for job in jobs}:
        policy = budget.policy(origin)
        wait_s, trial_s = policy.waits_s(now)
        view = OriginView(
            str(origin),
            budget.running_at(origin),
            policy.limit,
            learned=policy.learned,
            waiting_s=wait_s,
            trial_s=trial_s,
        )
        views.append(view)
    return tuple(sorted(views, key=lambda view: view.origin))


def picture(
    job: Job, now: float, failure: Failure | None = None, *, removed: bool = False
) -> JobView:
    """A job as it stands."""
    size, done = job.size_bytes, job.done.total
    if job.checking and size is not None:
        done = size
    speed = job.meter.speed_bps(now)
    wait = job.waiting_segment() if job.state is State.WAITING else None
    reason = wait.waits_for.message if wait and wait.waits_for else job.degraded
    if job.room is not None:
        reason = job.room.reason
    elif job.state is State.RESOLVING:
        reason = f"the address of {job.lacks} is looked up"
    return JobView(
        id=job.id,
        state=job.state,
        name=job.name or job.spec.name or choose_name(None, None, job.url),
        directory=job.spec.directory,
        url=redact.url(job.spec.url),
        size_bytes=size,
        done_bytes=done,
        speed_bps=speed,
        eta_s=(size - done) / speed if size is not None and speed > 0 else None,
        connections=job.live,
        segments_done=job.pieces_done,
        segments_total=job.pieces_done + len(job.segments),
        waiting_s=max(0.0, wait.not_before_s - now) if wait else None,
        reason=reason,
        failure=failure,
        removed=removed,
        origin=str(job.target.origin),
        done=job.done if not job.checking or size is None else RangeSet.of(0, size),
        segments=tuple(map(_segment, job.segments)),
        found=job.found,
        max_bytes_per_sec=job.spec.max_bytes_per_sec,
    )


def _segment(segment: Segment) -> SegmentView:
    return SegmentView(segment.start, segment.position, segment.stop, segment.live)


def recorded(record: JobRecord) -> JobView:
    """A job that is not in work, as its row says."""
    spec, error = record.spec, record.error
    size = record.size_bytes
    done = RangeSet.of(0, size) if record.whole and size is not None else record.written
    return JobView(
        id=record.id,
        state=record.state,
        name=record.name or spec.name or "",
        directory=spec.directory,
        url=redact.url(spec.url),
        size_bytes=size,
        done_bytes=done.total,
        speed_bps=0.0,
        eta_s=None,
        connections=0,
        segments_done=0,
        segments_total=0,
        failure=None if error is None else error.failure,
        done=done,
        max_bytes_per_sec=spec.max_bytes_per_sec,
    )


def unreadable(record: JobRecord, failure: Failure) -> JobView:
    """A row that cannot become a job."""
    return replace(recorded(record), state=State.FAILED, failure=failure)
