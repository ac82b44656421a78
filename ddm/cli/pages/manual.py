"""The man pages in docs/man: `python -m ddm.cli.pages.manual docs/man` writes them.

Source: groff_man(7).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ddm.cli.pages.described import Described, Paragraph, described
from ddm.errors import Exit

_FILES = (
    ("~/.config/ddm/config.toml", "The settings; XDG_CONFIG_HOME and DDM_CONFIG move it."),
    ("~/.local/state/ddm/jobs.db", "The queue; XDG_STATE_HOME moves it."),
    ("~/.local/state/ddm/ddm.log", "The log; `ddm log` prints it."),
    ("NAME.part", "A file on its way, beside where NAME will be."),
)
_ENVIRONMENT = (
    ("DDM_CONFIG", "Another configuration file."),
    ("DDM_MAX_SEGMENTS, ...", "A variable for each setting; `ddm config show` lists them."),
    ("NO_COLOR", "If it is not empty, no colours."),
    ("http_proxy, https_proxy, all_proxy, no_proxy", "Proxies, where --proxy is not given."),
)


def pages() -> dict[str, str]:
    """Every page by the name of its file: one for ddm, one for each command."""
    root = described()
    return {_file(each): page(each, root) for each in (root, *root.commands)}


def page(command: Described, root: Described) -> str:
    """The man page of a command, in roff."""
    title = _page_name(command)
    lines = [
        f'.TH {_text(title.upper())} 1 "" "DDM" "User Commands"',
        ".SH NAME",
        f"{_text(title)} \\- {_text(_headline(command.line))}",
        ".SH SYNOPSIS",
        f"\\fB{_text(command.name)}\\fR {_text(command.usage)}",
        ".SH DESCRIPTION",
        *_paragraphs(command.paragraphs),
        *_options(command, ".SH", ".SS"),
    ]
    if command is root:
        lines += [".SH COMMANDS", *_terms((each.name, each.line) for each in root.commands)]
        lines += [".SH EXIT STATUS", *_terms((str(each.value), each.text) for each in Exit)]
        lines += [".SH FILES", *_terms(_FILES), ".SH ENVIRONMENT", *_terms(_ENVIRONMENT)]
        others = root.commands
    else:
        for each in command.commands:
            lines += [f'.SH "{_text(each.name.upper())}"', f"\\fB{_text(each.name)}\\fR"]
            lines += [_text(each.usage), ".PP", _line(each.line), *_paragraphs(each.paragraphs)]
            lines += _options(each, ".SS", ".SS")
        lines += [".SH EXIT STATUS", "See \\fBddm\\fR(1)."]
        others = (root,)
    seen = ", ".join(f"\\fB{_text(_page_name(each))}\\fR(1)" for each in others)
    return "\n".join((*lines, ".SH SEE ALSO", seen, ""))


def _paragraphs(paragraphs: tuple[Paragraph, ...]) -> Iterator[str]:
    for paragraph in paragraphs:
        yield ".PP"
        if paragraph.as_is:
            yield from (".nf", ".RS 4", *map(_text, paragraph.text.splitlines()), ".RE", ".fi")
        else:
            yield _line(paragraph.text)


def _options(command: Described, first: str, each: str) -> Iterator[str]:
    yield f"{first} OPTIONS"
    for heading, records in command.options:
        if len(command.options) > 1:
            yield f'{each} "{_text(heading)}"'
        yield from _terms(records)


def _terms(records: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> Iterator[str]:
    for term, meaning in records:
        yield from (".TP", f"\\fB{_text(term)}\\fR", _line(meaning))


def _line(text: str) -> str:
    """A sentence, its `commands` bold."""
    return re.sub(r"`([^`]*)`", r"\\fB\1\\fR", _text(text))


def _text(text: str) -> str:
    """Text that roff prints as it is: a hyphen is one that can be copied, and no line is a request."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^(?=[.'])", r"\\&", escaped)


def _headline(sentence: str) -> str:
    """A sentence as the line after a name: "fetch files now"."""
    return (sentence[:1].lower() + sentence[1:]).removesuffix(".")


def _page_name(command: Described) -> str:
    return command.name.replace(" ", "-")


def _file(command: Described) -> str:
    return f"{_page_name(command)}.1"


def main(directory: Path) -> None:
    """Write every page into a directory, and remove those of commands that are gone."""
    directory.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in directory.glob("ddm*.1"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (directory / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
