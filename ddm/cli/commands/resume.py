"""`ddm resume`: let paused and failed jobs go on, also while another ddm is at work."""

from __future__ import annotations

import click

from ddm.cli.asking.chosen import ids_argument, named_or_all
from ddm.cli.showing import voice
from ddm.cli.working.opened import opened_store
from ddm.cli.working.steer import Told, steer
from ddm.errors import Exit
from ddm.record import JobRecord, State, Wanted


@click.command()
@ids_argument
@click.option("--all", "everything", is_flag=True, help="Every job that is paused or has failed.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(*, ids: tuple[int, ...], everything: bool, quiet: bool) -> int:
    """Let paused and failed jobs go on.

    They are queued again and go on with what was fetched. A `ddm run` that is at work takes them up
    at once; without one, `ddm run` fetches them.

    \b
    ddm resume 3 4
    ddm resume --all
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    with opened_store() as store:
        jobs = named_or_all(store, ids, everything=everything, among=_rests)
        if not jobs and not quiet:
            voice.say("nothing to resume: no job is paused or has failed")
        store.resume([job.id for job in jobs if job.state is not State.DONE])
        return steer(store, jobs, _tell, quiet=quiet)


def _rests(job: JobRecord) -> bool:
    return job.state in (State.PAUSED, State.FAILED) or (
        job.wanted is Wanted.PAUSE and not job.state.ended
    )


def _tell(_: JobRecord, now: JobRecord | None) -> Told | None:
    if now is None:
        return Told("it is removed already", Exit.UNFINISHED)
    if now.wanted is Wanted.REMOVE:
        return Told("too late, it is about to be removed", Exit.UNFINISHED)
    match now.state:
        case State.DONE:
            return Told("it is done already")
        case State.FAILED:
            why = now.error.message if now.error else "for no known reason"
            return Told(f"it has failed again: {why}", Exit.UNFINISHED)
        case State.PAUSED if now.wanted is Wanted.RUN:
            return None
        case State.QUEUED if now.wanted is Wanted.RUN:
            return Told("queued; `ddm run` fetches it")
    if now.wanted is Wanted.PAUSE:
        return Told("paused again by another command", Exit.UNFINISHED)
    return Told("it is in work")
