"""Every command as it describes itself, for pages that are made of that: one source for docs/cli.md and docs/man.

Nothing in it depends on a terminal, the environment or the time.
"""

from __future__ import annotations

import inspect

import click
from msgspec import Struct

from ddm.cli.group import ddm
from ddm.cli.sections import sections


class Paragraph(Struct, frozen=True):
    """A part of a help text. as_is: its lines stay as they are, for they are commands."""

    text: str
    as_is: bool


class Described(Struct, frozen=True):
    """A command.

    name: "ddm get". usage: what follows the name. line: its help's first sentence.
    options: by heading, each as it is written and what it means. commands: those below it.
    """

    name: str
    usage: str
    line: str
    paragraphs: tuple[Paragraph, ...]
    options: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    commands: tuple[Described, ...]


def described(
    command: click.Command = ddm, name: str = "ddm", parent: click.Context | None = None
) -> Described:
    """A command with those below it."""
    ctx = click.Context(command, parent, name, **command.context_settings)
    line, *rest = _paragraphs(command.help or "")
    below = []
    if isinstance(command, click.Group):
        found = ((each, command.get_command(ctx, each)) for each in command.list_commands(ctx))
        below = [described(one, each, ctx) for each, one in found if one is not None]
    return Described(
        ctx.command_path,
        " ".join(command.collect_usage_pieces(ctx)),
        line.text,
        tuple(rest),
        tuple((heading, tuple(records)) for heading, records in sections(command, ctx).items()),
        tuple(below),
    )


def _paragraphs(text: str) -> list[Paragraph]:
    """A help text as click reads it: a line with a backspace keeps the lines after it as they are."""
    found = []
    for block in inspect.cleandoc(text).split("\n\n"):
        as_is = block.startswith("\b\n")
        lines = block.removeprefix("\b\n")
        found.append(Paragraph(lines if as_is else " ".join(lines.split()), as_is))
    return found
