"""`ddm add`: put jobs into the queue, also while another ddm works on it."""

from __future__ import annotations

import sys

import click
from msgspec.structs import replace

from ddm import config
from ddm.cli.asking.asked import Asked, parameters
from ddm.cli.asking.flags import RATE_OF_EACH
from ddm.cli.sections import SectionCommand
from ddm.cli.showing import voice
from ddm.cli.working.opened import opened_store
from ddm.cli.working.prepare import specs_of, told
from ddm.errors import UsageError
from ddm.spec import JobSpec
from ddm.store import poke


@click.command(cls=SectionCommand)
@parameters
@click.option("--limit-rate", **RATE_OF_EACH)
@click.option("-q", "--quiet", is_flag=True, help="Print the numbers only.")
def command(*, asked: Asked, limit_rate: int | None, quiet: bool) -> int:
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
    specs = [_limited(spec, limit_rate or 0) for spec in specs_of(asked)]
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


def _limited(spec: JobSpec, max_bytes_per_sec: int) -> JobSpec:
    """A job with this limit, where a list does not give it one."""
    return replace(spec, max_bytes_per_sec=spec.max_bytes_per_sec or max_bytes_per_sec)
