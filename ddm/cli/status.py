"""`ddm status`: the jobs as the store knows them, as a table or as JSON (docs/json.md)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing

import click

from ddm import redact
from ddm.cli import human, voice
from ddm.cli.outcome import done_bytes, of_record, path_of
from ddm.cli.places import database_path
from ddm.record import JobRecord, State
from ddm.store.database import open_database
from ddm.store.jobs import JobStore

JSON_VERSION = 1

_HEADINGS = ("ID", "STATE", "SIZE", "DONE", "NAME")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def command(as_json: bool) -> int:  # noqa: FBT001 - click calls it by keyword
    """Show the jobs and how far they are.

    Works while another ddm fetches; what it shows is then about a second old.
    """
    with closing(open_database(database_path())) as database:
        records = JobStore(database).all()
    if as_json:
        jobs = [job_object(record) for record in records]
        voice.show(json.dumps({"version": JSON_VERSION, "jobs": jobs}, indent=1))
    elif records:
        voice.show(table(records))
    else:
        voice.say("no jobs; `ddm get URL` fetches a file")
    return 0


def table(records: Sequence[JobRecord]) -> str:
    """One line per job; what may be long stands last."""
    rows = [_HEADINGS, *(_row(record) for record in records)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS) - 1)]
    lines = []
    for number, state, size, done, name in rows:
        cells = (
            number.rjust(widths[0]),
            state.ljust(widths[1]),
            size.rjust(widths[2]),
            done.rjust(widths[3]),
            name,
        )
        lines.append("  ".join(cells))
    return "\n".join(lines)


def job_object(record: JobRecord) -> dict[str, object]:
    """A job for `--json`: without secrets and header fields, its text without control characters."""
    path, error = path_of(record), record.error
    return {
        "id": record.id,
        "state": record.state.value,
        "wanted": record.wanted.value,
        "url": redact.url(record.spec.url),
        "directory": redact.text(record.spec.directory),
        "name": None if record.name is None else redact.text(record.name),
        "path": None if path is None or record.state is not State.DONE else redact.text(path),
        "size_bytes": record.size_bytes,
        "done_bytes": done_bytes(record),
        "error": None
        if error is None
        else {
            "kind": error.kind,
            "message": redact.text(error.message),
            "exit_status": error.code,
        },
        "created_s": record.created_s,
        "updated_s": record.updated_s,
    }


def _row(record: JobRecord) -> tuple[str, str, str, str, str]:
    outcome = of_record(record)
    name = outcome.label
    if record.error is not None:
        name += f": {redact.text(record.error.message)}"
    return (
        str(record.id),
        record.state.value,
        "?" if record.size_bytes is None else human.size(record.size_bytes),
        human.percent(outcome.done_bytes, record.size_bytes) or "?",
        name,
    )
