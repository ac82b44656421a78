"""`ddm get`: add jobs, or find those of last time, and fetch them in the foreground."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from ddm.cli import asked
from ddm.cli.follow import follow
from ddm.cli.outcome import of_record, path_of
from ddm.cli.places import database_path
from ddm.cli.session import Session, session
from ddm.errors import HeldError
from ddm.record import JobRecord, State
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore

if TYPE_CHECKING:
    from ddm.manager import Manager


@click.command()
@asked.parameters
@click.option(
    "--force-restart",
    is_flag=True,
    help="Begin unfinished files again from nothing, for when they changed on the server.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(
    urls: tuple[str, ...],
    directory: str,
    name: str | None,
    list_file: BinaryIO | None,
    max_segments: int | None,
    force_restart: bool,  # noqa: FBT001 - click calls it by keyword
    quiet: bool,  # noqa: FBT001 - as above
) -> int:
    """Fetch files now, and wait for them.

    Prints the path of each file on stdout once it is whole. The same command again goes on where the
    last one stopped, and does nothing for files that are there already.

    \b
    ddm get https://example.org/image.iso
    ddm get -d ~/Downloads -i urls.txt
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    specs = asked.specs(urls, directory, name, list_file, max_segments)
    with session(quiet=quiet) as here:
        return _fetch(here, list(dict.fromkeys(specs)), force_restart=force_restart)


def _fetch(here: Session, specs: Sequence[JobSpec], *, force_restart: bool) -> int:
    try:
        manager = here.manager()
    except HeldError as held:
        with closing(open_database(database_path())) as database:
            store = JobStore(database)
            ids = _jobs(here, store, specs, force_restart=force_restart)
            if here.tally.left():
                here.face.note(str(held))
                here.face.note(
                    "the jobs are in the queue; waiting until they are done or it leaves"
                )
            follower = follow(here, store, ids)
            if follower is None:
                return here.exit_status()
        here.face.note("it has left; going on here")
        with follower:
            return _work(here, follower, ids)
    with manager:
        ids = _jobs(here, manager.store, specs, force_restart=force_restart)
        return _work(here, manager, ids)


def _work(here: Session, manager: Manager, ids: Collection[int]) -> int:
    """Fetch those of these jobs that are not over."""
    here.collect(manager.store, ids)
    here.drive(manager, [job_id for job_id in ids if job_id not in here.tally.outcomes])
    here.collect(manager.store, ids, all_of_them=not here.signals.caught)
    return here.exit_status()


def _jobs(
    here: Session, store: JobStore, specs: Sequence[JobSpec], *, force_restart: bool
) -> list[int]:
    """The job of each spec, queued if it is not; one whose file is there counts as over at once."""
    ids, there = [], []
    with store.transaction(durable=True):
        for spec in specs:
            known = store.find(spec.url, spec.directory, spec.name)
            if known is None or (known.state is State.DONE and not _is_there(known)):
                ids += store.add([spec])
                continue
            ids.append(known.id)
            if known.state is State.DONE:
                there.append(of_record(known))
            else:
                if force_restart:
                    store.start_over(known.id)
                store.requeue(known.id)
    here.tally.expect(ids)
    for outcome in there:
        here.face.note(f"{outcome.label}: it is there already; nothing to do")
        here.ended(outcome)
    return ids


def _is_there(record: JobRecord) -> bool:
    """Whether the file that was fetched still has its name and its size."""
    path = path_of(record)
    if path is None:
        return False
    try:
        size_bytes = Path(path).stat().st_size
    except OSError:
        return False
    return record.size_bytes in (None, size_bytes)
