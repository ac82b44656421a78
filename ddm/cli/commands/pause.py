"""`ddm pause`: let jobs rest, also while another ddm fetches them."""

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
@click.option("--all", "everything", is_flag=True, help="Every job that is not over.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(*, ids: tuple[int, ...], everything: bool, quiet: bool) -> int:
    """Let jobs rest until they are resumed.

    Works while another ddm fetches them, and within half a second. What was fetched is kept.

    \b
    ddm pause 3 4
    ddm pause --all
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    with opened_store() as store:
        jobs = named_or_all(
            store, ids, everything=everything, among=lambda job: not job.state.ended
        )
        if not jobs and not quiet:
            voice.say("nothing to pause: no job is queued or in work")
        store.wish([job.id for job in jobs if not job.state.ended], Wanted.PAUSE)
        return steer(store, jobs, _tell, quiet=quiet)


def _tell(_: JobRecord, now: JobRecord | None) -> Told | None:
    if now is None:
        return Told("it is removed already")
    match now.state:
        case State.PAUSED:
            return Told("paused")
        case State.DONE:
            return Told("too late, it is done already")
        case State.FAILED:
            return Told(f"it has failed already; `ddm resume {now.id}` tries again")
        case State.FINISHING if now.wanted is Wanted.RUN:
            return Told("too late, it is being finished")
    match now.wanted:
        case Wanted.PAUSE:
            return None
        case Wanted.REMOVE:
            return Told("it is about to be removed")
        case Wanted.RUN:
            return Told("resumed by another command", Exit.UNFINISHED)
