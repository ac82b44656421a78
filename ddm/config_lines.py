"""One key set or taken out in the text of a config.toml, every other line left as it is.

TOML can say one thing in many ways. What stands on one line, alone, is changed there; the caller reads the new text
and compares: where a key stands in some other way, nothing has changed or something else has.
"""

from __future__ import annotations

import re
import tomllib

from msgspec import Struct

from ddm.settings import HostSetting, Setting

_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s#"']+)"""


class _Lines(Struct):
    """A text as lines without their ends. return_: what stands before each line feed."""

    lines: list[str]
    return_: str

    def table(self, path: tuple[str, ...]) -> tuple[int, int] | None:
        """Where the lines below a table's heading start and stop; () is the top of the file."""
        start = None if path else 0
        for number, line in enumerate(self.lines):
            heading = _heading(line)
            if heading is None:
                continue
            if start is not None:
                return start, number
            if heading == path:
                start = number + 1
        return None if start is None else (start, len(self.lines))

    def where(self, pattern: str, start: int, stop: int) -> int | None:
        """The first line of these that begins so."""
        beginning = re.compile(pattern)
        return next((n for n in range(start, stop) if beginning.match(self.lines[n])), None)

    def text(self) -> str:
        """The text again."""
        return f"{self.return_}\n".join(self.lines)


def with_key(text: str, setting: Setting, value: str) -> str:
    """The text with this key set: where it stands, else below its commented-out default, else in its table.

    value: as TOML writes it.
    """
    lines = _split(text)
    here = _found(lines, setting)
    if here is not None:
        pattern = rf"([^=]*=\s*){_VALUE}(\s*(?:#.*)?)"
        lines.lines[here] = re.sub(
            pattern, lambda m: m[1] + value + m[2], lines.lines[here], count=1
        )
        return lines.text()
    table = lines.table(setting.path[:-1])
    entry = f"{setting.name} = {value}"
    if table is None:
        rest = [] if lines.lines == [""] else [""]
        before = lines.lines[:-1] if lines.lines[-1] == "" else lines.lines
        lines.lines = [*before, *rest, f"[{setting.table}]", entry, ""]
        return lines.text()
    default = lines.where(_default(setting), *table)
    at = _end(lines, setting, *table) if default is None else default + 1
    lines.lines.insert(at, entry)
    if at == len(lines.lines) - 1:
        lines.lines.append("")
    return lines.text()


def without_key(text: str, setting: Setting) -> str:
    """The text without this key; where nothing else tells its default, that stands in its place, commented out.

    An origin's table goes with its last key.
    """
    lines = _split(text)
    here = _found(lines, setting)
    if here is None:
        return text
    table = lines.table(setting.path[:-1])
    told = table is not None and lines.where(_default(setting), *table) is not None
    alone = "." not in lines.lines[here].partition("=")[0]
    default = f"#{setting.name} = {setting.toml(setting.default)}"
    if isinstance(setting, HostSetting):
        del lines.lines[here]
        _drop_if_empty(lines, setting)
    else:
        lines.lines[here : here + 1] = [] if told or not alone else [default]
    return lines.text()


def _split(text: str) -> _Lines:
    return_ = "\r" if "\r\n" in text else ""
    return _Lines(text.split(f"{return_}\n"), return_)


def _found(lines: _Lines, setting: Setting) -> int | None:
    """The line that sets a key: in its table, or as retry.max_attempts above all tables."""
    name = rf"""\s*(["']?){setting.name}\1\s*=\s*{_VALUE}\s*(?:#.*)?$"""
    table = lines.table(setting.path[:-1])
    here = None if table is None else lines.where(name, *table)
    if here is None and setting.table:
        dotted = r"\s*\.\s*".join(
            rf"""(?:{key}|"{key}"|'{key}')""" for key in map(re.escape, setting.path)
        )
        here = lines.where(rf"\s*{dotted}\s*=\s*{_VALUE}\s*(?:#.*)?$", *(lines.table(()) or (0, 0)))
    return here


def _drop_if_empty(lines: _Lines, setting: Setting) -> None:
    """Take a table's heading away if nothing follows it, with one of the empty lines around it."""
    start, stop = lines.table(setting.path[:-1]) or (0, 0)
    if start and not any(line.strip() for line in lines.lines[start:stop]):
        heading = start - 1
        first = heading - 1 if heading and not lines.lines[heading - 1] else heading
        kept = first < heading or stop == len(lines.lines)
        lines.lines[first:stop] = [""] if kept else []


def _heading(line: str) -> tuple[str, ...] | None:
    """The path of the table that begins at this line; () for an array of tables, None for another sort of line."""
    if not line.lstrip().startswith("["):
        return None
    try:
        found: object = tomllib.loads(line)
    except ValueError:
        return None
    path = []
    while isinstance(found, dict) and found:
        ((name, found),) = found.items()
        path.append(name)
    return () if isinstance(found, list) else tuple(path)


def _default(setting: Setting) -> str:
    return rf"#\s?{setting.name}\s*="


def _end(lines: _Lines, setting: Setting, start: int, stop: int) -> int:
    """Where a key goes of which the table says nothing: below the heading, or after the last key of the top."""
    if setting.table:
        return start
    while stop > start and (not lines.lines[stop - 1].strip() or lines.lines[stop - 1][0] == "#"):
        stop -= 1
    return stop
