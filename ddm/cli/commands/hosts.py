"""`ddm hosts`: what origins have taught, shown, forgotten, taken elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from ddm import config, redact
from ddm.cli.asking import completed
from ddm.cli.showing import host_rows, voice
from ddm.cli.working import lessons_file
from ddm.cli.working.opened import opened_database
from ddm.errors import Exit, UsageError
from ddm.http.url import Origin
from ddm.lesson import Lesson
from ddm.store import poke
from ddm.store.hosts import HostTable


@click.group(
    invoke_without_command=True,
    subcommand_metavar="[COMMAND] [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool) -> int:
    """Show what servers have taught.

    How many connections to each origin paid, where it refused more and with which answer, until when it
    wants to be left alone, its typical speed, and how old that is. A limit is forgotten after a day,
    the rest after 30 days.

    \b
    ddm hosts
    ddm hosts forget example.org
    ddm hosts export hosts.json
    """  # noqa: D301 - the backspace tells click to leave the lines below it as they are
    if ctx.invoked_subcommand is not None:
        if as_json:
            raise UsageError("--json belongs to `ddm hosts` without a command")
        return Exit.OK
    now_s = time.time()
    with _opened() as hosts:
        lessons = _believed(hosts, now_s)
    if as_json:
        voice.show(lessons_file.written(lessons))
    elif lessons:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        voice.show("\n".join(host_rows.table(lessons, now_s, width)))
    else:
        voice.say("no origin has taught anything yet")
    return Exit.OK


@command.command("forget")
@click.argument("origins", nargs=-1, metavar="[ORIGIN]...", shell_complete=completed.origins)
@click.option("--all", "everything", is_flag=True, help="Every origin.")
def forget(*, origins: tuple[str, ...], everything: bool) -> int:
    """Forget what origins have taught.

    Also while another ddm fetches from them: it begins anew. An ORIGIN is https://example.org, or
    example.org for short.
    """
    if bool(origins) == everything:
        raise UsageError("which origins? name them, or --all; `ddm hosts` lists them")
    keys = list(dict.fromkeys(Origin.of_key(text).key for text in origins))
    with _opened() as hosts:
        if everything:
            count = hosts.forget_all()
            voice.say(f"forgot {_origins(count)}")
        else:
            known = {*hosts.lessons(), *hosts.unreadable()}
            for key in keys:
                if key not in known:
                    raise UsageError(
                        f"nothing is known of {Origin.of_key(key)}; `ddm hosts` lists what is"
                    )
            hosts.forget(keys)
            for key in keys:
                voice.say(f"forgot {Origin.of_key(key)}")
    poke.send(config.state_dir())
    return Exit.OK


@command.command("export")
@click.argument("path", required=False, metavar="[FILE]", shell_complete=completed.files)
def export(*, path: str | None) -> int:
    """Write what origins have taught, as JSON, to FILE or stdout."""
    with _opened() as hosts:
        document = lessons_file.written(_believed(hosts, time.time()))
    if path in (None, "-"):
        voice.show(document)
        return Exit.OK
    from ddm import config_file  # noqa: PLC0415 - for a file only

    try:
        config_file.write(Path(path), document + "\n")
    except OSError as error:
        voice.say(f"could not write {redact.text(path)}: {error.strerror}")
        return Exit.CREATE_FAILED
    return Exit.OK


@command.command("import")
@click.argument("file", type=click.File("rb"), metavar="FILE", shell_complete=completed.files)
def import_(*, file: BinaryIO) -> int:
    """Take in what `ddm hosts export` has written; - is stdin.

    Of what is known here and there, the newer one is kept.
    """
    found = lessons_file.read(file, file.name)
    now_s = time.time()
    lessons = _fresh(found, now_s)
    with _opened() as hosts:
        taken = hosts.merge(lessons)
    poke.send(config.state_dir())
    said = [f"took in {_origins(len(taken))}"]
    if len(lessons) > len(taken):
        said.append(f"{len(lessons) - len(taken)} known as well or better")
    if len(found) > len(lessons):
        said.append(f"{len(found) - len(lessons)} too old")
    voice.say(", ".join(said))
    return Exit.OK


@contextmanager
def _opened() -> Iterator[HostTable]:
    with opened_database() as database:
        yield HostTable(database)


def _believed(hosts: HostTable, now_s: float) -> dict[str, Lesson]:
    """What is stored and still believed; a sentence for what cannot be read."""
    for key in hosts.unreadable():
        voice.say(
            f"what is kept of {redact.text(key)} cannot be read; the next ddm that fetches forgets it"
        )
    return _fresh(hosts.lessons(), now_s)


def _fresh(lessons: Mapping[str, Lesson], now_s: float) -> dict[str, Lesson]:
    aged = {key: lesson.aged(now_s) for key, lesson in lessons.items()}
    return {key: lesson for key, lesson in aged.items() if not lesson.empty}


def _origins(count: int) -> str:
    return "1 origin" if count == 1 else f"{count} origins"
