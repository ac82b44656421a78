"""`ddm get`: add jobs, or find those of last time, and fetch them in the foreground."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import click

from ddm.cli.asking import flags
from ddm.cli.asking.asked import Asked, parameters
from ddm.cli.sections import SectionCommand
from ddm.cli.showing.outcome import of_record
from ddm.cli.working import again
from ddm.cli.working import receipt as receipts
from ddm.cli.working.follow import follow
from ddm.cli.working.opened import opened_store
from ddm.cli.working.prepare import specs_of, told
from ddm.cli.working.session import Session, session
from ddm.errors import HeldError, UsageError
from ddm.store import poke
from ddm.store.jobs import JobStore


@click.command(cls=SectionCommand)
@parameters
@flags.parameters
@click.option(
    "--force-restart",
    is_flag=True,
    help="Begin unfinished files again from nothing, for when they changed on the server.",
)
@click.option(
    "--receipt",
    "receipt",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write JSON there at the end: where each file came from, its digest, who vouched for it.",
)
@click.option(
    "-v", "--verbose", count=True, help="Tell what happens to each file; -vv: each failed request."
)
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(
    *,
    asked: Asked,
    flags: Mapping[str, object],
    force_restart: bool,
    receipt: Path | None,
    verbose: int,
    quiet: bool,
) -> int:
    """Fetch files now, and wait for them.

    Prints the path of each file on stdout once it is whole. The same command again goes on where the
    last one stopped; for files that are there already it asks the server whether they are still the
    same.

    \b
    ddm get https://example.org/image.iso
    ddm get -d ~/Downloads -i urls.txt
    ddm get --checksum sha-256:... --cookie sid=... https://example.org/a.iso
    ddm get -o - https://example.org/a.tar.gz | tar xz
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    if asked.name == "-":
        from ddm.cli.working.to_stdout import get_to_stdout  # noqa: PLC0415 - few ask for it

        return get_to_stdout(asked, flags, quiet=quiet, verbose=verbose)
    specs = specs_of(asked, flags)
    if asked.dry_run:
        if receipt is not None:
            raise UsageError("--receipt tells what was fetched; --dry-run fetches nothing")
        return told(asked, specs, flags)
    if receipt is not None:
        receipts.check_path(receipt)
    with session(quiet=quiet, verbose=verbose, flags=flags) as here:
        ids: list[int] = []
        queue = partial(
            again.queue,
            here,
            specs=list(dict.fromkeys(specs)),
            force_restart=force_restart,
            priority=asked.priority,
        )
        status = _fetch(here, queue, ids)
        return status if receipt is None else _written(here, receipt, ids, status)


def _fetch(here: Session, queue: Callable[[JobStore], list[int]], ids: list[int]) -> int:
    """Fetch what `queue` puts into the queue; the exit status. ids: the jobs that they are come in here."""
    try:
        manager = here.manager()
    except HeldError:
        with opened_store() as store:
            ids += queue(store)
            poke.send(here.directory)
            follower = follow(here, store, ids)
        if follower is None:
            return here.exit_status()
        with follower:
            return here.work(follower, ids)
    with manager:
        with opened_store() as store:  # not the manager's, which never waits for who is writing
            ids += queue(store)
        return here.work(manager, ids)


def _written(here: Session, receipt: Path, ids: Sequence[int], status: int) -> int:
    """Write the receipt of these jobs; the exit status then."""
    with opened_store() as store:
        records = [record for job_id in ids if (record := store.get(job_id)) is not None]
    outcomes = here.tally.outcomes
    jobs = [(record, outcomes.get(record.id) or of_record(record)) for record in records]
    return receipts.write(receipt, jobs, status, lambda: here.signals.caught)
