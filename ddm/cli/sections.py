"""Help that can be read: options that belong together stand together, under a heading."""

from __future__ import annotations

from typing import Any

import click

_THE_REST = "Options"


class SectionOption(click.Option):
    """An option with the heading that it stands under."""

    def __init__(self, *arguments: Any, section: str, **attributes: Any) -> None:
        super().__init__(*arguments, **attributes)
        self.section = section


class SectionCommand(click.Command):
    """A command whose help has the sections of its options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click."""
        for name, records in sections(self, ctx).items():
            with formatter.section(name):
                formatter.write_dl(records)


def sections(command: click.Command, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
    """The options of a command and what they mean, by heading, in the order in which they come; the rest last."""
    found: dict[str, list[tuple[str, str]]] = {}
    options = [option for option in command.get_params(ctx) if isinstance(option, click.Option)]
    for option in sorted(options, key=lambda option: not isinstance(option, SectionOption)):
        record = option.get_help_record(ctx)
        if record is not None:
            heading = option.section if isinstance(option, SectionOption) else _THE_REST
            found.setdefault(heading, []).append(record)
    return found
