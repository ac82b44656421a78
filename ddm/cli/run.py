"""`ddm run`: the whole queue, first come, first served, until it is empty."""

from __future__ import annotations

import click

from ddm.cli import asked
from ddm.cli.session import session
from ddm.errors import Exit
from ddm.store.jobs import JobStore


@click.command()
@click.option(
    "--jobs",
    type=asked.bounds("max_jobs"),
    metavar="N",
    help="Fetch so many files at once. Default: max_jobs of config.toml.",
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(jobs: int | None, quiet: bool) -> int:  # noqa: FBT001 - click calls it by keyword
    """Fetch everything that is in the queue.

    The oldest first. Takes on what is added meanwhile, and ends when the queue is empty. Prints the
    path of each file on stdout once it is whole.
    """
    with session(quiet=quiet, flags={"max_jobs": jobs}) as here, here.manager() as manager:
        if not _left(manager.store):
            here.face.note("nothing to do: the queue is empty; `ddm add URL` fills it")
            return Exit.OK
        here.tally.left = lambda: _left(manager.store)
        here.drive(manager, None)
        return here.exit_status()


def _left(store: JobStore) -> int:
    """How many jobs are not over."""
    return sum(count for state, count in store.counts().items() if not state.ended)
