"""`ddm log`: the story of a job, or of everything, from the log and its old files."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice

import click

from ddm import redact
from ddm.cli.asking.chosen import id_argument, named
from ddm.cli.places import log_path
from ddm.cli.showing import voice
from ddm.cli.showing.log_lines import Entry, entries
from ddm.cli.working.opened import opened_store
from ddm.errors import Exit

# Lines that are printed in one go.
_BATCH = 500


@click.command()
@id_argument
@click.option(
    "-n", "last", type=click.IntRange(min=1), metavar="LINES", help="Only so many, the last ones."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, an object a line, as stored.")
def command(*, job_id: int | None, last: int | None, as_json: bool) -> int:
    """Tell what happened: to one job, or to all.

    The oldest first, in local time. The log keeps the last 15 to 20 MiB, and jobs that were removed
    are still in it.

    \b
    ddm log 3
    ddm log -n 50
    ddm log --json | jq 'select(.level != "info")'
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    found = (entry for entry in entries(log_path()) if job_id is None or entry.job == job_id)
    told = Entry.stored if as_json else sentence
    if not _print(found if last is None else deque(found, last), told):
        _say_nothing(job_id)
    return Exit.OK


def _say_nothing(job_id: int | None) -> None:
    """Say that nothing is logged. Raises UsageError where there is no such job either."""
    if job_id is None:
        voice.say("nothing is logged")
        return
    with opened_store() as store:
        named(store, (job_id,))
    voice.say(f"nothing is logged about job {job_id}")


def sentence(entry: Entry) -> str:
    """An entry as a line for people."""
    words = redact.text(_told(entry))
    job = "" if entry.job is None else f"job {entry.job}: "
    level = redact.text(entry.level)
    return f"{_local(entry.time)}  {level:7}  {job}{words}"


def _told(entry: Entry) -> str:
    fields = entry.fields
    why = f": {fields['why']}" if fields.get("why") else ""
    match entry.event:
        case "job":
            return f"{fields.get('state')}{why}"
        case "transfer":
            return f"a request failed ({fields.get('kind')}){why}"
        case "traceback":
            return f"{fields.get('line')}"
        case event:
            rest = {name: value for name, value in fields.items() if name not in ("job", "why")}
            return " ".join((event, *(f"{name}={value}" for name, value in rest.items()))) + why


def _local(time: str) -> str:
    """A stored time as the clock on the wall shows it; as it is stored if it is none."""
    try:
        return datetime.fromisoformat(time).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError):
        return redact.text(time)


def _print(found: Iterable[Entry], told: Callable[[Entry], str]) -> bool:
    """Print them, some hundred at a time; whether there were any."""
    lines, some = map(told, found), False
    while batch := list(islice(lines, _BATCH)):
        voice.show("\n".join(batch))
        some = True
    return some
