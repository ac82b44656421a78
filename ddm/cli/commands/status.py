"""`ddm status`: what every job is, does and waits for: as a table, as JSON (docs/json.md), or live."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence

import click

from ddm import config
from ddm.cli.asking.chosen import ids_argument
from ddm.cli.showing import human, voice
from ddm.cli.showing.terminal import is_dumb
from ddm.cli.watch import objects
from ddm.cli.watch.rows import Row
from ddm.cli.watch.source import Snapshot, watching
from ddm.errors import UsageError
from ddm.record import State

_HEADINGS = ("ID", "STATE", "SIZE", "DONE", "SPEED", "LEFT", "NAME")
_LEFT_ALIGNED = ("STATE", "NAME")
# Where it gets narrow, these go, the first one first.
_LEFT_OUT = ("LEFT", "SIZE", "SPEED")
_NAME_CELLS_MIN = 24
# Terminals that cannot move a cursor.
_COLOURS = {
    State.RUNNING: "cyan",
    State.WAITING: "yellow",
    State.FAILED: "red",
    State.DONE: "green",
}


@click.command()
@ids_argument
@click.option(
    "--watch",
    "live",
    is_flag=True,
    help="A live screen; ? shows its keys. With --json a line a second.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def command(*, ids: tuple[int, ...], live: bool, as_json: bool) -> int:
    """Show the jobs: how far they are, how fast, and what they wait for.

    All of them, or those of these numbers. What is over stands first, then the queue in the order
    in which it goes. Works beside a ddm that fetches.

    \b
    ddm status
    ddm status 3 4
    ddm status --watch
    ddm status --json | jq '.jobs[] | select(.state == "failed")'
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    state_dir = config.state_dir()
    if live and not as_json and not _can_be_redrawn(os.environ):
        raise UsageError(
            "--watch needs a terminal that can be redrawn; `ddm status --watch --json` prints a line a second"
        )
    with watching(state_dir) as source:
        source.await_manager()
        snapshot = source.look(time.monotonic(), ids)
    missing = set(ids) - {row.id for row in snapshot.rows}
    if missing:
        raise UsageError(f"there is no job {min(missing)}; `ddm status` lists them")
    if live and as_json:
        return objects.stream(state_dir, ids)
    if live:
        from ddm.cli.watch.watcher import watch  # noqa: PLC0415 - rich, which only the screen needs

        return watch(state_dir, ids)
    if as_json:
        objects.show(snapshot)
    elif snapshot.rows:
        _show(snapshot)
    else:
        voice.say("no jobs; `ddm get URL` fetches a file")
    return 0


def _can_be_redrawn(environ: Mapping[str, str]) -> bool:
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return terminal and not is_dumb(environ)


def _show(snapshot: Snapshot) -> None:
    """Print the table: cut and coloured for a terminal, whole and plain for a pipe."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    plain = os.environ.get("NO_COLOR") or is_dumb(os.environ)
    voice.show("\n".join(lines(snapshot, width, coloured=width is not None and not plain)))


def lines(snapshot: Snapshot, width: int | None, *, coloured: bool) -> list[str]:
    """The table and the sums. width: of a terminal."""
    rows = sorted(snapshot.rows, key=lambda row: row.order)
    headings, *jobs = table(rows, width)
    if coloured:
        jobs = list(map(_coloured, jobs, rows))
    totals = snapshot.totals
    sums = ", ".join((*totals.counted, totals.amount, *totals.speeds))
    return [headings, *jobs, sums, *_long_turn(snapshot)]


def _long_turn(snapshot: Snapshot) -> Iterable[str]:
    """The longest turn of the ddm that fetches, where it was too long."""
    turns = None if snapshot.live is None else snapshot.live.turns
    if turns is not None and turns.longest is not None and turns.longest.long:
        ago = human.duration(turns.longest.ago_s)
        yield f"ddm's longest turn, {ago} ago, took {turns.longest.words}"


def _coloured(line: str, row: Row) -> str:
    colour = _COLOURS.get(row.state)
    return click.style(line, fg=colour) if colour else line


def table(rows: Sequence[Row], width: int | None = None) -> list[str]:
    """The headings, then a line for each job, with its reason behind the name, which stands last.

    width: of a terminal. Lines are cut to it, and a reason gets a line of its own within that of its job.
    """
    cells = [_HEADINGS, *map(_cells, rows)]
    columns = {name: max(len(row[i]) for row in cells) for i, name in enumerate(_HEADINGS[:-1])}
    if width is not None:
        for name in _LEFT_OUT:
            if width - sum(columns.values()) - 2 * len(columns) >= _NAME_CELLS_MIN:
                break
            del columns[name]
    places = [(_HEADINGS.index(name), size, name) for name, size in columns.items()]
    lines = []
    for row in cells:
        line = "  ".join(
            row[i].ljust(size) if name in _LEFT_ALIGNED else row[i].rjust(size)
            for i, size, name in places
        )
        lines.append(f"{line}  {row[-1]}")
    reasons = ["", *(row.reason for row in rows)]
    if width is None:
        return [f"{line}: {why}" if why else line for line, why in zip(lines, reasons, strict=True)]
    indent = " " * (columns["ID"] + 2)
    return [
        human.cut(line, width) + (f"\n{human.cut(indent + why, width)}" if why else "")
        for line, why in zip(lines, reasons, strict=True)
    ]


def _cells(row: Row) -> tuple[str, ...]:
    working = row.moving
    return (
        str(row.id),
        row.words,
        "?" if row.size_bytes is None else human.size(row.size_bytes),
        human.percent(row.done_bytes, row.size_bytes) or "?",
        human.speed(row.speed_bps) if working else "-",
        human.duration(row.eta_s) if working and row.eta_s is not None else "-",
        row.label,
    )
