"""`ddm run`: the whole queue, first come, first served, until it is empty; or some of its jobs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from ddm.cli.asking import flags as limits
from ddm.cli.asking.asked_request import INSECURE
from ddm.cli.asking.chosen import ids_argument, named
from ddm.cli.sections import SectionCommand
from ddm.cli.showing import voice
from ddm.cli.showing.outcome import of_record
from ddm.cli.working.opened import opened_store
from ddm.cli.working.session import PATIENCE_S, Session, session
from ddm.errors import Exit, UsageError
from ddm.record import State
from ddm.store.jobs import JobStore

if TYPE_CHECKING:
    from ddm.manager import Manager


@click.command(cls=SectionCommand)
@ids_argument
@limits.parameters
@click.option(
    "--forever", is_flag=True, help="Wait for new jobs when the queue is empty, until stopped."
)
@click.option(
    "--force-restart",
    is_flag=True,
    help="Begin these jobs again from nothing; without any, those that changed on the server.",
)
@click.option(
    "--jobs",
    type=limits.bounds("max_jobs"),
    metavar="N",
    help="Fetch so many files at once. Default: max_jobs of config.toml.",
)
@click.option(
    "-v", "--verbose", count=True, help="Tell what happens to each file; -vv: each failed request."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(
    *,
    ids: tuple[int, ...],
    flags: Mapping[str, object],
    forever: bool,
    force_restart: bool,
    jobs: int | None,
    verbose: int,
    quiet: bool,
) -> int:
    """Fetch everything that is in the queue.

    The oldest first. Takes on what is added meanwhile, and ends when the queue is empty. With
    numbers of jobs it fetches these, also if they were paused or have failed. Prints the path of
    each file on stdout once it is whole.

    \b
    ddm run
    ddm run --jobs 2 --forever
    ddm run --force-restart 7
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    if ids and forever:
        raise UsageError("give the numbers of jobs, or --forever, not both")
    with (
        session(quiet=quiet, verbose=verbose, flags={**flags, "max_jobs": jobs}) as here,
        here.manager(patience_s=PATIENCE_S) as manager,
    ):
        chosen: list[int] = []
        with opened_store() as store:  # not the manager's, which never waits for who is writing
            if ids:
                chosen = _requeued(here, store, ids, force_restart=force_restart)
            elif force_restart:
                _restart_changed(here, store)
            if any(job.spec.route.insecure for job in store.in_state(State.QUEUED)):
                voice.say(f"warning: some jobs were added with {INSECURE}")
        if not ids:
            return _all(here, manager, forever=forever)
        here.tally.expect(chosen)
        return here.work(manager, chosen)


def _requeued(
    here: Session, store: JobStore, ids: tuple[int, ...], *, force_restart: bool
) -> list[int]:
    """Queue these jobs; those that are not done already. Raises UsageError."""
    left = []
    for job in named(store, ids):
        if job.state is State.DONE:
            here.face.note(f"{job.id} {of_record(job).label}: it is done already")
            continue
        left.append(job.id)
        if force_restart and not job.checking:
            store.start_over(job.id)
    store.resume(left)
    return left


def _all(here: Session, manager: Manager, *, forever: bool) -> int:
    """Fetch the whole queue."""
    if not _left(manager.store):
        if not forever:
            here.face.note("nothing to do: the queue is empty; `ddm add URL` fills it")
            return Exit.OK
        here.face.note("the queue is empty; waiting for `ddm add URL`")
    here.tally.left = lambda: _left(manager.store)
    here.drive(manager, None, forever=forever)
    status = here.exit_status()
    return here.signals.exit_status or status if forever else status


def _restart_changed(here: Session, store: JobStore) -> None:
    """Let the jobs that failed because their file changed begin again."""
    changed = [job.id for job in store.changed_files()]
    if not changed:
        here.face.note("--force-restart: no job has failed because its file changed")
    for job_id in changed:
        store.start_over(job_id)
    store.resume(changed)


def _left(store: JobStore) -> int:
    """How many jobs are not over."""
    return sum(count for state, count in store.counts().items() if not state.ended)
