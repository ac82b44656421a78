"""`ddm move`: let jobs go earlier or later, also while another ddm works on the queue."""

from __future__ import annotations

import click

from ddm import config, redact
from ddm.cli.asking.chosen import ids_argument, named
from ddm.cli.showing import voice
from ddm.cli.showing.outcome import of_record
from ddm.cli.working.opened import opened_store
from ddm.errors import Exit, UsageError
from ddm.record import JobRecord, State, Wanted
from ddm.store import poke

# No queue is longer.
_DIGITS_MAX = 18
_WAY = "say first, last, or a number, 1 for the first"


@click.command()
@ids_argument
@click.argument("to", metavar="first|last|N")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(*, ids: tuple[int, ...], to: str, quiet: bool) -> int:
    """Let jobs go first, last, or as the Nth of the queue.

    The queue is what is still to be done, in the order of `ddm status`: what is in work or paused
    has its place in it, too. Several jobs stand one after the other, as they are given. Works while
    another ddm fetches; what that has begun goes on.

    \b
    ddm move 7 first
    ddm move 9 8 last
    ddm move 7 3
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    if not ids:
        raise UsageError(f"give the numbers of jobs, and where they go: {_WAY}")
    position = _position(to)
    # One transaction: nothing ends between the look at the jobs and their move.
    with opened_store() as store, store.transaction(durable=True):
        jobs = named(store, ids)
        for job in jobs:
            _check(job)
        left = len(store.queue())
        if position is not None and position > left:
            has = "1 job" if left == 1 else f"{left} jobs"
            raise UsageError(f"there is no position {position}: the queue has {has}; say last")
        positions = store.move([job.id for job in jobs], position)
    poke.send(config.state_dir())
    if not quiet:
        for job in jobs:
            now = f"at position {positions[job.id]} of the queue"
            voice.say(f"{job.id} {of_record(job).label}: {now}")
    return Exit.OK


def _position(to: str) -> int | None:
    """A position, from 1; None for the end. Raises UsageError."""
    if to in ("first", "last"):
        return 1 if to == "first" else None
    digits = to.isascii() and to.isdigit() and len(to) <= _DIGITS_MAX
    if not digits or int(to) == 0:
        raise UsageError(f"{redact.short(to)!r} is no position; {_WAY}")
    return int(to)


def _check(job: JobRecord) -> None:
    """Raise UsageError for one that is not to be done any more."""
    if job.wanted is Wanted.REMOVE:
        raise UsageError(f"job {job.id} is about to be removed")
    if job.state is State.DONE:
        raise UsageError(f"job {job.id} is done already; `ddm status` lists the queue")
    if job.state is State.FAILED:
        raise UsageError(f"job {job.id} has failed; `ddm resume {job.id}` puts it into the queue")
