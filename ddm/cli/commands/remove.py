"""`ddm remove`: take jobs out of the queue, also while another ddm fetches them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ddm.cli.asking.chosen import ids_argument, named_or_all
from ddm.cli.showing import voice
from ddm.cli.working.opened import opened_store
from ddm.cli.working.steer import Told, steer
from ddm.errors import Exit
from ddm.limits import PART_SUFFIX
from ddm.record import JobRecord, Wanted


@click.command()
@ids_argument
@click.option("--all", "everything", is_flag=True, help="Every job, those that are done too.")
@click.option(
    "--delete-files", is_flag=True, help="Delete what the jobs fetched, finished files too."
)
@click.option("-y", "--yes", is_flag=True, help="Do not ask. Without a terminal nobody is asked.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what went wrong.")
def command(
    *, ids: tuple[int, ...], everything: bool, delete_files: bool, yes: bool, quiet: bool
) -> int:
    """Take jobs out of the queue.

    Works while another ddm fetches them. Files stay where they are, finished or not, unless they are
    to be deleted. On a terminal it asks first.

    \b
    ddm remove 3 4
    ddm remove --delete-files 5
    ddm remove --all --yes
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    with opened_store() as store:
        jobs = named_or_all(store, ids, everything=everything, among=lambda _: True)
        if not jobs and not quiet:
            voice.say("nothing to remove: there are no jobs")
        if jobs and not (yes or _agreed(len(jobs), delete_files=delete_files)):
            return Exit.UNEXPECTED
        files = {job.id: _file(job) for job in jobs}
        store.wish([job.id for job in jobs], Wanted.REMOVE, delete_files=delete_files)

        def tell(before: JobRecord, now: JobRecord | None) -> Told | None:
            if now is not None:
                return _tell_left(before, now)
            file = files[before.id]
            if file is None:
                return Told("removed")
            return Told(f"removed; {file} stays" if file.exists() else f"removed, with {file}")

        return steer(store, jobs, tell, quiet=quiet)


def _tell_left(before: JobRecord, now: JobRecord) -> Told | None:
    """Of a job that is still there: its files could not be deleted, or nobody has removed it yet."""
    if now.error is None or now.error == before.error:
        return None
    return Told(f"not removed: {now.error.message}", now.error.code)


def _agreed(count: int, *, delete_files: bool) -> bool:
    """Ask, where somebody can answer."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    jobs = "1 job" if count == 1 else f"{count} jobs"
    files = "delete what was fetched, finished files too" if delete_files else "keep all files"
    return click.confirm(f"remove {jobs} and {files}?", err=True)


def _file(job: JobRecord) -> Path | None:
    """The file that the job has, whole or not."""
    path = job.path
    if path is None:
        return None
    file = Path(path if job.whole else path + PART_SUFFIX)
    return file if file.exists() else None
