"""`ddm add`: put jobs into the queue, also while another ddm works on it."""

from __future__ import annotations

from contextlib import closing

import click

from ddm.cli.asked import Asked, parameters
from ddm.cli.places import database_path
from ddm.cli.sections import SectionCommand
from ddm.store.database import open_database
from ddm.store.jobs import JobStore


@click.command(cls=SectionCommand)
@parameters
def command(asked: Asked) -> int:
    """Put files into the queue, for `ddm run`.

    Prints the number of each job on stdout; what is printed is on the disk. A `ddm run` that is at
    work picks them up.
    """
    specs = asked.specs()
    with closing(open_database(database_path())) as database:
        ids = JobStore(database).add(specs)
    for job_id in ids:
        click.echo(job_id)
    return 0
