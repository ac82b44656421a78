"""The frozen pictures that a screen may draw."""

from __future__ import annotations

from msgspec import Struct

from ddm import redact
from ddm.core.job import Job
from ddm.failures import Failure
from ddm.http.disposition import choose_name
from ddm.record import JobRecord, State


class JobView(Struct, frozen=True):
    """One job at one moment.

    name: the final file name, or what will probably be it. url: redacted.
    size_bytes: None while unknown. done_bytes: what is in the file.
    speed_bps: bytes per second, lately. eta_s: seconds left, None if not to be said.
    connections: requests in flight. segments_done, segments_total: of the pieces planned so far.
    waiting_s: seconds until the next try, None if it does not wait; reason: why it waits or how it
    was degraded.
    failure: why it ended, for FAILED.
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


class QueueView(Struct, frozen=True):
    """The admitted jobs at one moment, in order of id, and their sums."""

    jobs: tuple[JobView, ...]
    speed_bps: float
    connections: int


def picture(job: Job, now: float, failure: Failure | None = None) -> JobView:
    """A job as it stands."""
    size, done = job.size_bytes, job.done.total
    speed = job.meter.speed_bps(now)
    wait = job.waiting_segment() if job.state is State.WAITING else None
    reason = wait.waits_for.message if wait and wait.waits_for else job.degraded
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
    )


def unreadable(record: JobRecord, failure: Failure) -> JobView:
    """A row that cannot become a job."""
    spec = record.spec
    return JobView(
        id=record.id,
        state=State.FAILED,
        name=record.name or spec.name or "",
        directory=spec.directory,
        url=redact.url(spec.url),
        size_bytes=record.size_bytes,
        done_bytes=record.written.total,
        speed_bps=0.0,
        eta_s=None,
        connections=0,
        segments_done=0,
        segments_total=0,
        failure=failure,
    )
