"""`ddm run`: the whole queue, first come, first served, until it is empty; or some of its jobs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from ddm import redact
from ddm.cli.asking import flags as limits
from ddm.cli.asking.asked_request import INSECURE
from ddm.cli.asking.chosen import ids_argument, named
from ddm.cli.sections import SectionCommand
from ddm.cli.showing import voice
from ddm.cli.showing.outcome import of_record
from ddm.cli.working.opened import opened_store
from ddm.cli.working.session import PATIENCE_S, Session, session
from ddm.errors import Exit, UsageError
from ddm.record import JobRecord, State
from ddm.store.jobs import JobStore

if TYPE_CHECKING:
    from ddm.house import House


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
    "-v", "--verbose", count=True, help="Tell what happens to each file; -vv: each failed request."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(
    *,
    ids: tuple[int, ...],
    flags: Mapping[str, object],
    forever: bool,
    force_restart: bool,
    verbose: int,
    quiet: bool,
) -> int:
    """Fetch everything that is in the queue.

    In the order of `ddm status`. Takes on what is added meanwhile, and ends when the queue is
    empty. With numbers of jobs it fetches these, also if they were paused or have failed. Prints the path of
    each file on stdout once it is whole.

    \b
    ddm run
    ddm run --jobs 2 --forever
    ddm run --force-restart 7
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    if ids and forever:
        raise UsageError("give the numbers of jobs, or --forever, not both")
    with (
        session(quiet=quiet, verbose=verbose, flags=flags) as here,
        here.manager(patience_s=PATIENCE_S) as manager,
    ):
        chosen: list[int] = []
        with opened_store() as store:  # not the manager's, which never waits for who is writing
            if ids:
                chosen = _requeued(here, store, ids, force_restart=force_restart)
            elif force_restart:
                _restart_changed(here, store)
            if store.any_insecure():
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
            _tell_done(here, job, force_restart=force_restart)
            continue
        left.append(job.id)
        if force_restart and not job.checking:
            store.start_over(job.id)
    store.resume(left)
    return left


def _tell_done(here: Session, job: JobRecord, *, force_restart: bool) -> None:
    """Of a job that is done: there is nothing to do, or its file is not where it was."""
    done = of_record(job)
    if done.path and not Path(done.path).exists():
        gone = f"{redact.text(done.path)} is gone; `ddm get` with its URL fetches it again"
        here.ended(replace(done, path=None, done_bytes=0, message=gone, code=Exit.UNFINISHED))
        return
    again = "; `ddm get --overwrite` with its URL fetches it again" if force_restart else ""
    here.face.note(f"{job.id} {done.label}: it is done already{again}")


def _all(here: Session, manager: House, *, forever: bool) -> int:
    """Fetch the whole queue."""
    if not _left(manager.store):
        if not forever:
            here.face.note(f"nothing to do: {_why_empty(manager.store)}")
            return Exit.OK
        here.face.note("the queue is empty; waiting for `ddm add URL`")
    here.tally.left = lambda: _left(manager.store)
    here.drive(manager, None, forever=forever)
    status = here.exit_status()
    return here.signals.exit_status or status if forever else status


def _why_empty(store: JobStore) -> str:
    """Why there is nothing to fetch, and the way out."""
    counts = store.counts()
    if counts[State.PAUSED] or counts[State.FAILED]:
        return (
            "no job is queued; `ddm resume --all` lets those go on that are paused or have failed"
        )
    return "the queue is empty; `ddm add URL` fills it"


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
