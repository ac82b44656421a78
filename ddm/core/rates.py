"""Our own limits of speed. What they leave to a connection is no fault of its server."""

from __future__ import annotations

from msgspec.structs import replace

from ddm.core.commands import SetRate
from ddm.core.events import RateChanged
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.limits import BLOCK_BYTES_MAX

# So much of what it may have is a job that is held back by that, and not by its servers.
_NEARLY_ALL = 0.7
# Connections share evenly in the long run; in a minute one may get a quarter of another.
_UNEVEN = 4
# Fewer blocks than these say nothing.
_BLOCKS_LEAST = 2


def on_changed(work: Work, event: RateChanged) -> None:
    """Let another limit hold from now on."""
    job_id, rate = event.job_id, event.max_bytes_per_sec
    if job_id is None:
        work.limits = replace(work.limits, max_bytes_per_sec=rate)
    elif job_id in work.jobs:
        job = work.jobs[job_id]
        job.spec = replace(job.spec, max_bytes_per_sec=rate)
    else:
        return  # it left meanwhile
    work.out.append(SetRate(job_id, rate))


def allowed_bps(work: Work, job: Job) -> float | None:
    """What a job may have at least, by its limit and its share of that of all; None where there is none."""
    rates = [job.spec.max_bytes_per_sec] if job.spec.max_bytes_per_sec else []
    if work.limits.max_bytes_per_sec:
        rates.append(work.limits.max_bytes_per_sec // max(1, len(work.jobs)))
    return min(rates, default=None)


def hold_back(work: Work, job: Job) -> bool:
    """Whether a job is as slow as it is because of our limits: other connections would not make it faster."""
    allowed = allowed_bps(work, job)
    return allowed is not None and job.meter.speed_bps(work.now) >= _NEARLY_ALL * allowed


def least_bps(work: Work, job: Job) -> float:
    """What a connection of a job has to bring so as not to be stalled; 0 where limits leave it too little to tell."""
    least = float(work.limits.stall_bytes_per_sec)
    allowed = allowed_bps(work, job)
    if allowed is None:
        return least
    each = allowed / max(1, job.live)
    if each * work.limits.stall_timeout_secs < _BLOCKS_LEAST * BLOCK_BYTES_MAX:
        return 0.0
    return min(least, each / _UNEVEN)
