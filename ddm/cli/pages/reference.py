"""The page of all commands, docs/cli.md: `python -m ddm.cli.pages.reference` prints it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ddm.cli.pages.described import Described, described

_HEAD = """\
# Commands

What `ddm COMMAND --help` says, on one page. Results go to stdout, everything else to stderr; what `ddm` returns is in
[exit-codes.md](exit-codes.md), what `--json` prints in [json.md](json.md).

This page is made from the commands: `python -m ddm.cli.pages.reference > docs/cli.md`.
"""


def page() -> str:
    """The whole page, in Markdown."""
    every = described().commands
    rows = [f"| [{each.name}](#{_anchor(each)}) | {each.line} |" for each in every]
    table = "\n".join(("| command | |", "|---|---|", *rows))
    parts = [_HEAD, table, "", *(line for each in every for line in _command(each, "##"))]
    return "\n".join(parts).rstrip("\n") + "\n"


def _command(command: Described, hashes: str) -> Iterator[str]:
    yield from (f"{hashes} {command.name}", "", command.line, "")
    yield from ("```", f"{command.name} {command.usage}", "```", "")
    for paragraph in command.paragraphs:
        yield from ("```", paragraph.text, "```", "") if paragraph.as_is else (paragraph.text, "")
    for heading, records in command.options:
        yield from (f"| {heading.lower()} | |", "|---|---|")
        for option, meaning in records:
            yield f"| `{_cell(option)}` | {_cell(meaning)} |"
        yield ""
    for each in command.commands:
        yield from _command(each, f"{hashes}#")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(command: Described) -> str:
    return command.name.replace(" ", "-")


if __name__ == "__main__":
    sys.stdout.write(page())
