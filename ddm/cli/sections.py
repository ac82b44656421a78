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
    """A command whose help has the sections of its options, in the order in which they come, and the rest last."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """See click."""
        sections: dict[str, list[tuple[str, str]]] = {}
        options = [found for found in self.get_params(ctx) if isinstance(found, click.Option)]
        for option in sorted(options, key=lambda option: not isinstance(option, SectionOption)):
            record = option.get_help_record(ctx)
            if record is not None:
                section = option.section if isinstance(option, SectionOption) else _THE_REST
                sections.setdefault(section, []).append(record)
        for name, records in sections.items():
            with formatter.section(name):
                formatter.write_dl(records)
