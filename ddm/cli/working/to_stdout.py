"""`ddm get -o - URL | tar x`: one file to stdout, in order, on several connections, within a window of memory.

Nothing is kept: no row, no part file, no state directory, and nothing to go on with. So leaving is all there is
to do when the reader has gone or a signal comes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from ddm import redact
from ddm.cli.asking.asked import Asked
from ddm.cli.showing import human, voice
from ddm.cli.showing.outcome import of_view
from ddm.cli.working.prepare import specs_of
from ddm.cli.working.session import Session, session
from ddm.core.view import JobView
from ddm.disk.outlet import Outlet, reader_is_gone
from ddm.disk.pipe import PipeDisk
from ddm.errors import Exit, UsageError
from ddm.failures import from_os_error
from ddm.limits import WINDOW_BYTES
from ddm.spec import JobSpec

if TYPE_CHECKING:
    from ddm.house import House

# Options that are about a file that stays, by click's name for them, and as they are written.
_OF_FILES = {
    "directory": "-d",
    "list_file": "-i",
    "overwrite": "--overwrite",
    "dry_run": "--dry-run",
    "receipt": "--receipt",
    "force_restart": "--force-restart",
}


def get_to_stdout(
    asked: Asked, flags: Mapping[str, object], *, quiet: bool, verbose: int = 0
) -> int:
    """Fetch one file to stdout; the exit status. Raises UsageError, ConfigError, StateError."""
    _check_options(click.get_current_context())
    fd = _stdout()
    specs = specs_of(replace(asked, name=None), flags)
    if len(specs) != 1:
        raise UsageError(f"-o - passes one file on, but there are {len(specs)} URLs")
    with session(quiet=quiet, verbose=verbose, flags=flags) as here:
        return pass_on(here, specs[0], fd)


def pass_on(here: Session, spec: JobSpec, fd: int) -> int:
    """Fetch a file into a descriptor, in order; the exit status."""
    from ddm.house import House  # noqa: PLC0415 - pycurl, which no help text and no typo needs

    with ExitStack() as exits:
        outlet = Outlet(fd)
        exits.callback(outlet.close)

        def algorithms() -> set[str]:
            record = manager.store.get(job_id)
            vouched = record.vouched if record is not None else ()
            return {checksum.algorithm for checksum in (*spec.checksums, *vouched)}

        disk = PipeDisk(outlet, WINDOW_BYTES, algorithms)
        exits.callback(disk.close)
        manager = exits.enter_context(
            House.open(None, here.limits, log=here.log, disk=disk, window_bytes=WINDOW_BYTES)
        )
        (job_id,) = manager.add([spec])
        disk.on_passed = lambda position: manager.passed_on(job_id, position)
        disk.use(manager.reactor)
        manager.wait_while(disk.full)
        return _drive(here, manager, disk, job_id)


def _drive(here: Session, manager: House, disk: PipeDisk, job_id: int) -> int:
    """Turn the manager until the file has left, or there is no use in going on."""
    ended: list[JobView] = []
    manager.listeners.on_ended = ended.append
    here.tally.expect([job_id])
    here.face.picture = lambda: here.tally.picture(manager.view())
    manager.reactor.join(here.face)
    manager.reactor.join(disk)
    here.signals.wake(manager.wakeup_fd)
    manager.work_on([job_id])
    try:
        while not (manager.idle or here.signals.caught or disk.error):
            if here.signals.resting:
                here.face.hide()
                here.signals.rest()
            manager.turn()
    finally:
        here.signals.wake(-1)
        here.face.close()
    return _status(here, disk, ended)


def _status(here: Session, disk: PipeDisk, ended: list[JobView]) -> int:
    """What there is to say at the end, and the exit status."""
    if disk.error is not None:
        return _broken(disk.error)
    if not ended:
        return here.signals.exit_status or Exit.UNFINISHED
    (view,) = ended
    outcome = of_view(view)
    here.tally.outcomes[view.id] = outcome
    if outcome.code != Exit.OK:
        here.face.ended(outcome)
        if disk.passed:
            voice.say(
                f"{outcome.label}: {human.size(disk.passed)} went to stdout and cannot be taken back;"
                " what read it has not got the whole file, or not the right one"
            )
    return here.exit_status()


def _broken(error: OSError) -> int:
    """Writing failed. Who only wanted the beginning, as head does, is told nothing."""
    if reader_is_gone(error):
        return Exit.NO_READER
    failure = from_os_error(error, "stdout", "write")
    voice.say(redact.text(failure.message))
    return failure.code


def _check_options(context: click.Context) -> None:
    """Raises UsageError for options that make no sense with `-o -`."""
    given = click.core.ParameterSource.COMMANDLINE
    for name, option in _OF_FILES.items():
        if context.get_parameter_source(name) is given:
            raise UsageError(
                f"{option} is about files that are kept; -o - passes one on to stdout and keeps nothing"
            )


def _stdout() -> int:
    """The descriptor. Raises UsageError if there is none, or if it is a terminal."""
    closed = UsageError("stdout is closed; -o - writes the file to it")
    if sys.__stdout__ is None:  # it was closed before we began; sys.stdout leads nowhere
        raise closed
    try:
        fd = sys.stdout.fileno()
        os.fstat(fd)
    except (AttributeError, OSError, ValueError):
        raise closed from None
    if os.isatty(fd):
        raise UsageError(
            "stdout is a terminal, and what a server sends may do anything to it; "
            "pass it on (`ddm get -o - URL | less`), or name a file with -o"
        )
    return fd
