"""`ddm add`: put jobs into the queue, also while another ddm works on it."""

from __future__ import annotations

import sys

import click

from ddm import config
from ddm.cli.asking.asked import Asked, parameters
from ddm.cli.sections import SectionCommand
from ddm.cli.showing import voice
from ddm.cli.working.opened import opened_store
from ddm.cli.working.prepare import specs_of, told
from ddm.errors import UsageError
from ddm.store import poke


@click.command(cls=SectionCommand)
@parameters
@click.option("-q", "--quiet", is_flag=True, help="Print the numbers only.")
def command(*, asked: Asked, quiet: bool) -> int:
    """Put files into the queue, for `ddm run`.

    Prints the number of each job on stdout; what is printed is on the disk. A `ddm run` that is at
    work picks them up at once.

    \b
    ddm add https://example.org/image.iso
    ddm add -d ~/Downloads -i urls.txt
    ddm add --from-curl < copied
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    if asked.name == "-":
        raise UsageError("-o - is the stdout of `ddm get`; a job of the queue has a file")
    specs = specs_of(asked)
    if asked.dry_run:
        return told(asked, specs)
    with opened_store() as store:
        ids = store.add(specs)
    poke.send(config.state_dir())
    if ids:
        click.echo("\n".join(map(str, ids)))
        if not quiet and sys.stderr.isatty():
            voice.say("in the queue; `ddm run` fetches it, if none is at work already")
    return 0
