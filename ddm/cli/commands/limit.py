"""`ddm limit`: how fast jobs may be, each or all together, also while another ddm fetches them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence

import click
from msgspec import json

from ddm import config
from ddm.cli.asking.chosen import ids_argument, named
from ddm.cli.asking.flags import Rate
from ddm.cli.showing import human, voice
from ddm.cli.showing.outcome import of_record
from ddm.cli.watch.rows import Row
from ddm.cli.watch.source import Snapshot, watching
from ddm.cli.working.opened import opened_store
from ddm.errors import Exit, UsageError
from ddm.live import LiveReader
from ddm.record import State, Wanted
from ddm.store import poke
from ddm.units import format_bytes

# A manager that is poked obeys at once; its picture of it comes twice a second.
_PATIENCE_S = 2.0
_POLL_S = 0.02


@click.command()
@click.argument("rate", type=Rate(), required=False, metavar="[RATE|off]")
@ids_argument
@click.option("--json", "as_json", is_flag=True, help="Without a rate: print JSON, for programs.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(*, rate: int | None, ids: tuple[int, ...], as_json: bool, quiet: bool) -> int:
    """Limit the speed of jobs, or of all together.

    RATE is bytes per second, as 500K or 5M; off takes a limit off. With numbers of jobs each of them
    keeps its limit until another is given. Without, it holds for all that the ddm at work fetches,
    until that one leaves; jobs share it evenly. Without a rate it shows what holds.

    \b
    ddm limit 5M
    ddm limit 500K 3 4
    ddm limit off
    ddm limit
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    if rate is None:
        return _show(as_json=as_json)
    if as_json:
        raise UsageError("--json shows the limits; give no rate with it")
    return _limit_jobs(rate, ids, quiet=quiet) if ids else _limit_all(rate, quiet=quiet)


def _limit_jobs(rate: int, ids: Sequence[int], *, quiet: bool) -> int:
    """Limit each of these jobs, at work or not."""
    with opened_store() as store:
        jobs = named(store, ids)
        for job in jobs:
            if job.state is State.DONE:
                raise UsageError(f"job {job.id} is done already; `ddm status` lists the jobs")
            if job.wanted is Wanted.REMOVE:
                raise UsageError(f"job {job.id} is about to be removed")
        store.set_rate([job.id for job in jobs], rate)
    poke.send(config.state_dir())
    if not quiet:
        words = human.limit(rate) if rate else "no limit of its own"
        for job in jobs:
            voice.say(f"{job.id} {of_record(job).label}: {words}")
    return Exit.OK


def _limit_all(rate: int, *, quiet: bool) -> int:
    """Ask the ddm at work for it, and wait until it does so. Raises UsageError if there is none."""
    reader = LiveReader(config.state_dir())
    until_s = time.monotonic() + _PATIENCE_S
    with opened_store() as store:
        manager = reader.manager()
        if manager is not None:
            store.ask_rate(rate)
            poke.send(config.state_dir())
        while manager is not None and time.monotonic() < until_s:
            reader.touch()
            live = reader.look()
            if live and live.queue.limits and live.queue.limits.max_bytes_per_sec == rate:
                if not quiet:
                    voice.say(f"all jobs together: {human.limit(rate)}, until ddm {manager} leaves")
                return Exit.OK
            time.sleep(_POLL_S)
            manager = reader.manager()
    if manager is None:
        text = format_bytes(rate)
        raise UsageError(
            f"no ddm is at work; `ddm config set max_bytes_per_sec {text}` holds from the next one on, "
            f"`ddm run --limit-rate {text}` for one run"
        )
    voice.say(f"asked for, but not done yet: ddm {manager} does not answer")
    return Exit.UNFINISHED


def _show(*, as_json: bool) -> int:
    """Print what holds: for the ddm at work, else for the next one; and for each job that has a limit."""
    with watching(config.state_dir()) as source:
        source.await_manager()
        snapshot = source.look(time.monotonic())
    total = _total(snapshot)
    jobs = [row for row in snapshot.rows if row.job.max_bytes_per_sec and not row.state.ended]
    if as_json:
        found = {
            "version": 1,
            "manager": snapshot.manager,
            "max_bytes_per_sec": total,
            "jobs": [
                {"id": row.id, "max_bytes_per_sec": row.job.max_bytes_per_sec} for row in jobs
            ],
        }
        voice.show(json.encode(found).decode())
        return Exit.OK
    voice.show("\n".join((f"all jobs together: {human.limit(total)}", *map(_line, jobs))))
    return Exit.OK


def _total(snapshot: Snapshot) -> int:
    limits = snapshot.live and snapshot.live.queue.limits
    if limits:
        return limits.max_bytes_per_sec
    return config.load(os.environ, write=False).limits.max_bytes_per_sec


def _line(row: Row) -> str:
    return f"{row.id} {row.label}: {human.limit(row.job.max_bytes_per_sec)}"
