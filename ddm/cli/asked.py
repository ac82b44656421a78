"""What `get` and `add` are asked for: their options, and the job specs that come of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from ddm.errors import UsageError
from ddm.http import disposition, url
from ddm.settings import SETTINGS
from ddm.spec import JobSpec

Command = TypeVar("Command", bound=Callable[..., Any])

# More than the longest URL that `http.url` takes: what is cut here is refused there.
_LINE_BYTES_MAX = 128 * 1024


def bounds(key: str) -> click.IntRange:
    """The type of an option that sets this setting."""
    setting = next(setting for setting in SETTINGS if setting.key == key)
    return click.IntRange(int(setting.minimum), int(setting.maximum))


_PARAMETERS = (
    click.argument("urls", nargs=-1, metavar="[URL]..."),
    click.option(
        "-d",
        "--dir",
        "--download-dir",
        "directory",
        default=".",
        metavar="DIR",
        help="Where the files go; made if it is missing. Default: the current directory.",
    ),
    click.option(
        "-o",
        "name",
        metavar="NAME",
        help="The file's name, if there is one URL only. Default: what the server or the URL says.",
    ),
    click.option(
        "-i",
        "list_file",
        type=click.File("rb"),
        metavar="FILE",
        help="Read URLs from FILE, one a line; - is stdin. Blank lines and # comments are skipped.",
    ),
    click.option(
        "--max-segments",
        type=bounds("max_segments"),
        metavar="N",
        help="Connections for each file at most. Default: max_segments of config.toml.",
    ),
)


def parameters(function: Command) -> Command:
    """Give a command the parameters that `specs` takes."""
    for parameter in reversed(_PARAMETERS):
        function = parameter(function)
    return function


def specs(
    urls: Sequence[str],
    directory: str,
    name: str | None,
    list_file: BinaryIO | None,
    max_segments: int | None,
) -> list[JobSpec]:
    """One spec per URL, those of the list last. Raises UsageError."""
    asked = [_checked(text) for text in urls]
    if list_file is not None:
        asked += _listed(list_file)
    if not asked and list_file is None:
        raise UsageError("nothing to fetch; give a URL, or a file of URLs with -i")
    if name is not None:
        if len(asked) != 1:
            raise UsageError(f"-o names one file, but there are {len(asked)} URLs; use -d for many")
        disposition.check_asked_name(name)
    place = _absolute(directory)
    return [JobSpec(text, place, name, max_segments=max_segments or 0) for text in asked]


def _checked(text: str) -> str:
    """The URL as it was written, if it is one that DDM fetches. Raises UsageError."""
    url.parse(text)
    return text.strip()


def _listed(list_file: BinaryIO) -> Iterator[str]:
    """The URLs of a list. Raises UsageError with the file and the line."""
    number = 0
    while line := list_file.readline(_LINE_BYTES_MAX):
        number += 1
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip()
            if text and not text.startswith("#"):
                yield _checked(text)
        except UnicodeDecodeError:
            raise UsageError(f"{list_file.name}, line {number}: this is not UTF-8 text") from None
        except UsageError as error:
            raise UsageError(f"{list_file.name}, line {number}: {error}") from None


def _absolute(directory: str) -> str:
    """The directory as the store knows it: one spelling for each, links left alone if possible."""
    path = Path(directory)
    return os.path.realpath(path) if ".." in path.parts else str(path.absolute())
