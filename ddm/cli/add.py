"""`ddm add`: put jobs into the queue, also while another ddm works on it."""

from __future__ import annotations

from contextlib import closing
from typing import BinaryIO

import click

from ddm.cli import asked
from ddm.cli.places import database_path
from ddm.store.database import open_database
from ddm.store.jobs import JobStore


@click.command()
@asked.parameters
def command(
    urls: tuple[str, ...],
    directory: str,
    name: str | None,
    list_file: BinaryIO | None,
    max_segments: int | None,
) -> int:
    """Put files into the queue, for `ddm run`.

    Prints the number of each job on stdout; what is printed is on the disk. A `ddm run` that is at
    work picks them up.
    """
    specs = asked.specs(urls, directory, name, list_file, max_segments)
    with closing(open_database(database_path())) as database:
        ids = JobStore(database).add(specs)
    for job_id in ids:
        click.echo(job_id)
    return 0
