"""A snapshot as JSON, for programs (docs/json.md): once, or a line a second."""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from ddm import redact
from ddm.cli.showing import voice
from ddm.cli.watch.rows import Row, Totals
from ddm.cli.watch.source import Snapshot, watching
from ddm.cli.working.signals import Signals
from ddm.core.view import JobView, OriginView
from ddm.errors import Exit
from ddm.live import Live
from ddm.turns import BOUNDS_MS, TurnFigures

VERSION = 1
_EVERY_S = 1.0


def show(snapshot: Snapshot) -> None:
    """Print a snapshot, a job on each line. Raises OSError."""
    jobs = ",\n".join(json.dumps(job_object(row)) for row in snapshot.rows)
    head = json.dumps(head_object(snapshot)).removesuffix("}")
    voice.show(f'{head},\n"jobs": [\n{jobs}\n]}}' if jobs else f'{head}, "jobs": []}}')


def stream(state_dir: Path, ids: Sequence[int]) -> int:
    """Print a snapshot a second, each on one line, until a signal ends it or nobody reads; the exit status."""
    wake_in, wake_out = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    poll = select.poll()
    poll.register(wake_in, select.POLLIN)
    poll.register(sys.stdout.fileno(), 0)  # only whether it has been closed
    due_s = time.monotonic()
    with Signals(lambda: None) as signals:
        signals.wake(wake_out)
        while True:
            with watching(state_dir) as source:
                source.await_manager()
                while not source.replaced:
                    snapshot = source.look(time.monotonic(), ids)
                    jobs = [job_object(row) for row in snapshot.rows]
                    try:
                        voice.show(json.dumps(head_object(snapshot) | {"jobs": jobs}))
                        sys.stdout.flush()
                    except BrokenPipeError:
                        voice.close_stdout()
                        return Exit.OK
                    due_s = max(due_s + _EVERY_S, time.monotonic())
                    if _ends(poll, due_s, wake_in, signals):
                        return signals.exit_status or Exit.OK


def _ends(poll: select.poll, due_s: float, wake_fd: int, signals: Signals) -> bool:
    """Wait until then; whether a signal came, or whoever read has left."""
    while (left_s := due_s - time.monotonic()) > 0:
        ready = dict(poll.poll(left_s * 1000))
        if wake_fd in ready:
            os.read(wake_fd, 1024)
        elif ready:
            voice.close_stdout()
            return True
        if signals.resting:
            signals.rest()
        if signals.caught:
            return True
    return signals.caught


def head_object(snapshot: Snapshot) -> dict[str, object]:
    """Everything but the jobs."""
    return {
        "version": VERSION,
        "time_s": snapshot.time_s,
        "manager": None if snapshot.live is None else _manager_object(snapshot.live),
        "totals": _totals_object(snapshot.totals),
    }


def _totals_object(totals: Totals) -> dict[str, object]:
    return {
        "jobs": totals.jobs,
        "states": {state.value: count for state, count in totals.counts.items()},
        "done_bytes": totals.done_bytes,
        "size_bytes": totals.size_bytes,
        "speed_bps": totals.speed_bps,
        "connections": totals.connections,
        "eta_s": totals.eta_s,
    }


def _manager_object(live: Live) -> dict[str, object]:
    queue, limits = live.queue, live.queue.limits
    return {
        "process": live.process,
        "speed_bps": queue.speed_bps,
        "connections": queue.connections,
        "max_total_connections": limits.max_total_connections if limits else None,
        "max_connections_per_host": limits.max_connections_per_host if limits else None,
        "max_bytes_per_sec": limits.max_bytes_per_sec if limits else None,
        "origins": [_origin_object(origin) for origin in queue.origins],
        "turns": None if live.turns is None else _turns_object(live.turns),
    }


def _turns_object(turns: TurnFigures) -> dict[str, object]:
    return {
        "count": turns.count,
        "busy_s": turns.busy_s,
        "histogram": {
            "bounds_ms": BOUNDS_MS,
            "counts": turns.histogram,
        },
        "longest": None if turns.longest is None else msgspec.structs.asdict(turns.longest),
        "late": turns.late.count,
        "latest": None if turns.late.latest is None else msgspec.structs.asdict(turns.late.latest),
    }


def _origin_object(origin: OriginView) -> dict[str, object]:
    return {
        "origin": origin.origin,
        "connections": origin.connections,
        "limit": origin.limit,
        "learned": origin.learned,
        "waiting_s": origin.waiting_s,
        "trial_s": origin.trial_s,
    }


def job_object(row: Row) -> dict[str, object]:
    """A job: without secrets and header fields, its text without control characters."""
    job, error = row.job, row.job.error
    path = str(Path(job.directory, job.name)) if job.name and job.whole else None
    return {
        "id": job.id,
        "state": row.state.value,
        "wanted": job.wanted.value,
        "priority": job.priority,
        "position": row.position,
        "max_bytes_per_sec": job.max_bytes_per_sec,
        "checking": job.checking,
        "url": redact.url(job.url),
        "directory": redact.text(job.directory),
        "name": None if job.name is None else redact.text(job.name),
        "path": None if path is None else redact.text(path),
        "size_bytes": row.size_bytes,
        "done_bytes": row.done_bytes,
        "error": None
        if error is None
        else {
            "kind": error.kind,
            "message": redact.text(error.message),
            "exit_status": error.code,
        },
        "created_s": job.created_s,
        "updated_s": job.updated_s,
        "live": None if row.live is None else _live_object(row.live),
    }


def _live_object(live: JobView) -> dict[str, object]:
    return {
        "speed_bps": live.speed_bps,
        "eta_s": live.eta_s,
        "connections": live.connections,
        "origin": live.origin,
        "waiting_s": live.waiting_s,
        "reason": None if live.reason is None else redact.text(live.reason),
        "ranges": [[r.start, r.stop] for r in live.done],
        "segments": [
            {
                "start": segment.start,
                "position": segment.position,
                "stop": segment.stop,
                "live": segment.live,
            }
            for segment in live.segments
        ],
    }
