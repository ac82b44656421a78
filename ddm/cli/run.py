"""`ddm run`: the whole queue, first come, first served, until it is empty."""

from __future__ import annotations

from collections.abc import Mapping

import click

from ddm.cli import flags as limits
from ddm.cli import voice
from ddm.cli.asked_request import INSECURE
from ddm.cli.sections import SectionCommand
from ddm.cli.session import session
from ddm.errors import Exit
from ddm.record import State
from ddm.store.jobs import JobStore


@click.command(cls=SectionCommand)
@limits.parameters
@click.option(
    "--jobs",
    type=limits.bounds("max_jobs"),
    metavar="N",
    help="Fetch so many files at once. Default: max_jobs of config.toml.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(*, flags: Mapping[str, object], jobs: int | None, quiet: bool) -> int:
    """Fetch everything that is in the queue.

    The oldest first. Takes on what is added meanwhile, and ends when the queue is empty. Prints the
    path of each file on stdout once it is whole.
    """
    with session(quiet=quiet, flags={**flags, "max_jobs": jobs}) as here, here.manager() as manager:
        if not _left(manager.store):
            here.face.note("nothing to do: the queue is empty; `ddm add URL` fills it")
            return Exit.OK
        if any(job.spec.route.insecure for job in manager.store.in_state(State.QUEUED)):
            voice.say(f"warning: some jobs were added with {INSECURE}")
        here.tally.left = lambda: _left(manager.store)
        here.drive(manager, None)
        return here.exit_status()


def _left(store: JobStore) -> int:
    """How many jobs are not over."""
    return sum(count for state, count in store.counts().items() if not state.ended)
