"""`ddm explain`: why jobs are as fast as they are, for people and for programs (docs/json.md)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence

import click
from msgspec.structs import replace

from ddm import config, redact
from ddm.cli.asking.chosen import ids_argument, named
from ddm.cli.showing import human, voice
from ddm.cli.watch.rows import Row
from ddm.cli.watch.source import Snapshot, Source
from ddm.cli.working import resting
from ddm.cli.working.opened import opened_database
from ddm.core.causes import Explanation
from ddm.errors import Exit
from ddm.store.jobs import JobStore

VERSION = 1


@click.command()
@ids_argument
@click.option("-v", "--verbose", is_flag=True, help="Also what happened to them lately.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def command(*, ids: tuple[int, ...], verbose: bool, as_json: bool) -> int:
    """Tell why jobs are as fast as they are.

    What each waits for and until when; what limits it: its server, your limits, the connections
    there are, the disk. The first line is what holds it back most. Without a number: all jobs in
    work, a line each. Asks the ddm that fetches; without one it tells what the queue knows.

    \b
    ddm explain 3
    ddm explain -v 3
    ddm explain --json | jq '.jobs[] | {id, why: .causes[0].word}'
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    with opened_database() as database:
        store = JobStore(database)
        named(store, ids)
        source = Source(config.state_dir(), database)
        source.await_manager(ids if verbose else ())
        snapshot = source.look(time.monotonic(), ids)
        found = list(_explained(snapshot, store, ids, story=verbose))
    if as_json:
        jobs = [job_object(row, why) for row, why in found]
        head = {"version": VERSION, "time_s": snapshot.time_s, "manager": snapshot.manager}
        voice.show(json.dumps(head | {"jobs": jobs}))
    elif not found:
        voice.say("no job is in work; `ddm explain ID` tells of any")
    elif ids:
        told = [line for row, why in found for line in lines(row, why, story=verbose)]
        voice.show("\n".join(told + (_turns(snapshot) if verbose else [])))
    else:
        voice.show("\n".join(f"{heading(row)}; {_first(why)}" for row, why in found))
    return Exit.OK


def _explained(
    snapshot: Snapshot, store: JobStore, ids: Sequence[int], *, story: bool
) -> Iterable[tuple[Row, Explanation]]:
    """Those of these numbers, and why they are so; without any, those in work."""
    for row in snapshot.rows:
        if row.why is not None:
            yield row, row.why if story else replace(row.why, story=())
        elif ids and (record := store.get(row.id)) is not None:
            causes = resting.causes(record, row.position, snapshot.manager)
            yield row, Explanation(row.id, causes)


def _turns(snapshot: Snapshot) -> list[str]:
    """What the turns of the ddm that fetches took."""
    turns = None if snapshot.live is None else snapshot.live.turns
    if turns is None or turns.longest is None:
        return []
    told = [f"turns of ddm: {turns.count}; the longest took {turns.longest.words}"]
    told += (f"  {bar}" for bar in turns.bars)
    if turns.late.latest is not None:
        told.append(f"  came late: {turns.late.count}; most of all, {turns.late.latest.words}")
    return told


def heading(row: Row) -> str:
    """A job, and how fast it is: "job 3 f.iso: running, 3.1 MiB/s over 4 connections"."""
    line = f"job {row.id} {row.label}: {row.words}"
    if row.moving:
        several = "" if row.connections == 1 else "s"
        line += f", {human.speed(row.speed_bps)} over {row.connections} connection{several}"
    return line


def _first(why: Explanation) -> str:
    return redact.text(why.causes[0].sentence)


def lines(row: Row, why: Explanation, *, story: bool) -> list[str]:
    """A job, its causes, and with `story` what happened to it."""
    told = [heading(row), *(f"  {redact.text(cause.sentence)}" for cause in why.causes)]
    if story and not why.story:
        told.append(f"  `ddm log {row.id}` has its story")
    elif story:
        ago = [f"{line.ago_s:.1f} s ago" for line in why.story]
        width = max(map(len, ago))
        told += [
            f"  {when:>{width}}  {redact.text(line.text)}"
            for when, line in zip(ago, why.story, strict=True)
        ]
    return told


def job_object(row: Row, why: Explanation) -> dict[str, object]:
    """A job as JSON, without secrets, its text without control characters."""
    return {
        "id": row.id,
        "state": row.state.value,
        "name": row.label,
        "speed_bps": row.speed_bps,
        "connections": row.connections,
        "causes": [
            {
                "word": cause.word.value,
                "sentence": redact.text(cause.sentence),
                "until_s": cause.until_s,
            }
            for cause in why.causes
        ],
        "story": [{"ago_s": line.ago_s, "text": redact.text(line.text)} for line in why.story],
    }
