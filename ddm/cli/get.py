"""`ddm get`: add jobs, or find those of last time, and fetch them in the foreground."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import click

from ddm.cli import flags
from ddm.cli.asked import Asked, parameters
from ddm.cli.follow import follow
from ddm.cli.outcome import of_record
from ddm.cli.places import database_path
from ddm.cli.present import has_digests, is_there
from ddm.cli.sections import SectionCommand
from ddm.cli.session import Session, session
from ddm.errors import HeldError
from ddm.record import JobRecord, State
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore

if TYPE_CHECKING:
    from ddm.manager import Manager


@click.command(cls=SectionCommand)
@parameters
@flags.parameters
@click.option(
    "--force-restart",
    is_flag=True,
    help="Begin unfinished files again from nothing, for when they changed on the server.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(*, asked: Asked, flags: Mapping[str, object], force_restart: bool, quiet: bool) -> int:
    """Fetch files now, and wait for them.

    Prints the path of each file on stdout once it is whole. The same command again goes on where the
    last one stopped, and does nothing for files that are there already.

    \b
    ddm get https://example.org/image.iso
    ddm get -d ~/Downloads -i urls.txt
    ddm get --checksum sha-256:... --cookie sid=... https://example.org/a.iso
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    specs = asked.specs()
    with session(quiet=quiet, flags=flags) as here:
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
    other = _with_other_digests(store, specs)
    with store.transaction(durable=True):
        for spec in specs:
            known = store.find(spec.url, spec.directory, spec.name)
            done = known is not None and known.state is State.DONE
            if known is None or (done and (spec.overwrite or spec in other or not is_there(known))):
                ids += store.add([spec])
                continue
            ids.append(known.id)
            if done:
                there.append(of_record(known))
                continue
            if spec != known.spec:
                _give_options(here, store, known, spec)
            if force_restart:
                store.start_over(known.id)
            store.requeue(known.id)
    here.tally.expect(ids)
    for outcome in there:
        here.face.note(f"{outcome.label}: it is there already; nothing to do")
        here.ended(outcome)
    return ids


def _with_other_digests(store: JobStore, specs: Sequence[JobSpec]) -> set[JobSpec]:
    """Those whose file was fetched, but does not have the digests that are asked for now."""
    found = set()
    for spec in specs:
        if spec.checksums and not spec.overwrite:
            known = store.find(spec.url, spec.directory, spec.name)
            if known and known.state is State.DONE and not has_digests(known, spec.checksums):
                found.add(spec)
    return found


def _give_options(here: Session, store: JobStore, known: JobRecord, spec: JobSpec) -> None:
    """Let a job that was asked for otherwise go on as it is asked for now."""
    label = of_record(known).label
    if store.set_spec(known.id, spec):
        here.face.note(f"{label}: goes on with the options given now")
    else:
        here.face.note(f"{label}: it is in work already, and keeps the options it has")
