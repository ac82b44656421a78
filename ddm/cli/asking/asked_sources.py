"""Where jobs come from that are no URL on the command line: a list, or a browser's "Copy as cURL".

Both say some things about a job, the command line says others. A list speaks of one file each, so it
goes before the command line; the command line was written after the curl command was copied.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from ddm.cli.asking.asked_request import INSECURE
from ddm.cli.showing import voice
from ddm.sources.urllist import LINE_BYTES_MAX, Entry, entries
from ddm.spec import JobSpec, Route
from ddm.specs import absolute

if TYPE_CHECKING:
    from ddm.sources.curl_command import CurlCommand

Fields = tuple[tuple[str, str], ...]


def listed(file: BinaryIO) -> list[Entry]:
    """The files of a list. Raises UsageError with the list's name and the line."""
    return list(entries(_lines(file), getattr(file, "name", "the list")))


def of_entry(entry: Entry, like: JobSpec) -> JobSpec:
    """The job of a list's file; what the list does not say is as in `like`."""
    return replace(
        like,
        url=entry.url.strip(),
        mirrors=entry.mirrors,
        name=like.name if entry.name is None else entry.name,
        directory=like.directory if entry.directory is None else _of_list(entry.directory),
        headers=_over(entry.headers, like.headers),
        checksums=entry.checksums or like.checksums,
        max_segments=entry.max_segments or like.max_segments,
        overwrite=like.overwrite if entry.overwrite is None else entry.overwrite,
        max_bytes_per_sec=entry.max_bytes_per_sec or 0,
        priority=like.priority if entry.priority is None else entry.priority,
        route=like.route if entry.proxy is None else replace(like.route, proxy=entry.proxy),
    )


def from_stdin() -> CurlCommand:
    """The curl command on stdin. Raises UsageError."""
    from ddm.sources import curl_command  # noqa: PLC0415 - a lot of patterns for one option

    return curl_command.read(sys.stdin.buffer)


def of_command(command: CurlCommand, like: JobSpec) -> JobSpec:
    """The job of a curl command; what `like` says goes before it. Says loudly what is dangerous."""
    route, asked = command.route, like.route
    if route.insecure and not asked.insecure:
        voice.say(f"warning: {INSECURE}")
    return replace(
        like,
        url=command.url,
        name=command.name if like.name is None else like.name,
        headers=_over(like.headers, command.headers),
        route=Route(
            proxy=route.proxy if asked.proxy is None else asked.proxy,
            ca_file=asked.ca_file or route.ca_file,
            insecure=asked.insecure or route.insecure,
        ),
    )


def _of_list(directory: str) -> str:
    """A directory of a list, where no shell has replaced the "~"."""
    return absolute(os.path.expanduser(directory))  # noqa: PTH111 - it leaves alone what it does not know


def _lines(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.readline(LINE_BYTES_MAX + 1), b"")


def _over(firm: Fields, soft: Fields) -> Fields:
    """Both; a field that is in `firm` is not taken from `soft`."""
    names = {name.lower() for name, _ in firm}
    return (*(each for each in soft if each[0].lower() not in names), *firm)
