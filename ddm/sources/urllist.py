"""Lists of URLs, in the syntax of aria2's input files (its manual, "Input File"): one file a line.

Tabs separate a URL from mirrors of it. Lines that begin with white space are options of the file
above them, `key=value`. Blank lines and lines that begin with "#" are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct, field

from ddm import redact
from ddm.errors import UsageError
from ddm.http import url as urls
from ddm.sources.urllist_options import Options
from ddm.spec import Checksum

# Room for the longest URL that `http.url` takes, and for a mirror of it.
LINE_BYTES_MAX = 128 * 1024
# Each becomes a row of the queue in one transaction, and takes about 1 KiB until then.
ENTRIES_MAX = 100_000
# Far more than anybody writes on purpose.
MIRRORS_MAX = 64
OPTIONS_MAX = 256

_URL = re.compile(r"https?://", re.IGNORECASE)


class Entry(Struct, frozen=True):
    """One file of a list; None where the list says nothing.

    line: where it begins, from 1. url: checked. mirrors: other URLs of the same file.
    directory: as written. max_segments: 1 to SEGMENTS_MAX. proxy: as `http.proxy` lets it through.
    priority: within PRIORITY_MAX of 0. max_bytes_per_sec: within RATE_MAX; 0 is no limit.
    """

    line: int
    url: str
    mirrors: tuple[str, ...] = ()
    name: str | None = None
    directory: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    checksums: tuple[Checksum, ...] = ()
    max_segments: int | None = None
    overwrite: bool | None = None
    proxy: str | None = None
    priority: int | None = None
    max_bytes_per_sec: int | None = None

    def __repr__(self) -> str:
        """For tracebacks: without secrets."""
        return f"Entry({self.line}, {redact.url(self.url)!r})"


class _Block(Struct):
    """The lines of one file: that with its URLs, and its options, each with its number."""

    line: int
    text: str
    options: list[tuple[int, str]] = field(default_factory=list)


def entries(lines: Iterable[bytes], source: str) -> Iterator[Entry]:
    """The files of a list, in order. Raises UsageError with the list's name and the line.

    lines: with their ends or without. source: what the list is called in messages.
    """
    for count, block in enumerate(_blocks(lines, source), 1):
        with _at(source, block.line):
            if count > ENTRIES_MAX:
                raise UsageError(f"a list holds {ENTRIES_MAX} files at most; split it")
            url, *mirrors = _urls(block.text)
        options = Options()
        for number, text in block.options:
            with _at(source, number):
                options.take(number, text)
        with _at(source, block.line):
            options.check_credentials()
        yield Entry(
            line=block.line,
            url=url,
            mirrors=tuple(mirrors),
            name=options.name,
            directory=options.directory,
            headers=tuple(options.headers),
            checksums=tuple(options.checksums),
            max_segments=options.max_segments,
            overwrite=options.overwrite,
            proxy=options.proxy,
            priority=options.priority,
            max_bytes_per_sec=options.max_bytes_per_sec,
        )


def _blocks(lines: Iterable[bytes], source: str) -> Iterator[_Block]:
    block: _Block | None = None
    for number, line in enumerate(lines, 1):
        with _at(source, number):
            text = _decoded(line, number).rstrip()
            stripped = text.lstrip()
            if not stripped or stripped.startswith("#"):
                continue
            if text[0] in " \t" and not _URL.match(stripped):
                if block is None:
                    raise UsageError("an option of what? the URL stands above its options")
                if len(block.options) == OPTIONS_MAX:
                    raise UsageError(f"a file has {OPTIONS_MAX} options at most")
                block.options.append((number, stripped))
                continue
        if block is not None:
            yield block
        block = _Block(number, stripped)
    if block is not None:
        yield block


def _decoded(line: bytes, number: int) -> str:
    if len(line) > LINE_BYTES_MAX:
        raise UsageError(f"the line is longer than {LINE_BYTES_MAX // 1024} KiB")
    try:
        return line.decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError:
        raise UsageError("this is not UTF-8 text") from None


def _urls(text: str) -> list[str]:
    """The URLs of a line, each once. Raises UsageError."""
    found = list(dict.fromkeys(part.strip() for part in text.split("\t") if part.strip()))
    if len(found) > MIRRORS_MAX + 1:
        raise UsageError(f"a file has {MIRRORS_MAX} mirrors at most")
    for each in found:
        urls.parse(each)
    return found


@contextmanager
def _at(source: str, number: int) -> Iterator[None]:
    """Name the list and the line in what is raised."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{source}, line {number}: {error}") from None
