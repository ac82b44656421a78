"""What `get` and `add` are asked for: their options, and the job specs that come of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial, wraps
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from ddm.cli import asked_request
from ddm.cli.asked_request import AskedRequest, Decorator
from ddm.cli.flags import bounds
from ddm.cli.sections import SectionOption
from ddm.errors import UsageError
from ddm.http import disposition, url
from ddm.http.digests import parse_checksum
from ddm.spec import JobSpec

Command = TypeVar("Command", bound=Callable[..., Any])

# More than the longest URL that `http.url` takes: what is cut here is refused there.
_LINE_BYTES_MAX = 128 * 1024


_option = partial(click.option, cls=partial(SectionOption, section="What to fetch"))  # type: ignore[arg-type]  # makes one

_OPTIONS: tuple[Decorator, ...] = (
    click.argument("urls", nargs=-1, metavar="[URL]..."),
    _option(
        "-d",
        "--dir",
        "--download-dir",
        "directory",
        default=".",
        metavar="DIR",
        help="Where the files go; made if it is missing. Default: the current directory.",
    ),
    _option(
        "-o",
        "name",
        metavar="NAME",
        help="The file's name, if there is one URL only. Default: what the server or the URL says.",
    ),
    _option(
        "-i",
        "list_file",
        type=click.File("rb"),
        metavar="FILE",
        help="Read URLs from FILE, one a line; - is stdin. Blank lines and # comments are skipped.",
    ),
    _option(
        "--checksum",
        "checksums",
        multiple=True,
        metavar="ALGO:HEX",
        help="The digest that the file must have, if there is one URL only: sha-256, sha-512, sha-1 or md5.",
    ),
    _option("--overwrite", is_flag=True, help="Replace files of the same name, once whole."),
    _option(
        "--max-segments",
        type=bounds("max_segments"),
        metavar="N",
        help="Connections for each file at most. Default: max_segments of config.toml.",
    ),
)


class Asked(Struct, frozen=True):
    """What a command is asked for, as click found it."""

    urls: tuple[str, ...] = ()
    directory: str = "."
    name: str | None = None
    list_file: BinaryIO | None = None
    max_segments: int | None = None
    checksums: tuple[str, ...] = ()
    overwrite: bool = False
    request: AskedRequest = AskedRequest()

    def specs(self) -> list[JobSpec]:
        """One spec per URL, those of the list last. Raises UsageError."""
        urls = [_checked(text) for text in self.urls]
        if self.list_file is not None:
            urls += _listed(self.list_file)
        if not urls and self.list_file is None:
            raise UsageError("nothing to fetch; give a URL, or a file of URLs with -i")
        if self.name is not None:
            if len(urls) != 1:
                raise UsageError(
                    f"-o names one file, but there are {len(urls)} URLs; use -d for many"
                )
            disposition.check_asked_name(self.name)
        if self.checksums and len(urls) != 1:
            raise UsageError(f"--checksum is of one file, but there are {len(urls)} URLs")
        like = JobSpec(
            url="",
            directory=_absolute(self.directory),
            name=self.name,
            max_segments=self.max_segments or 0,
            checksums=tuple(map(parse_checksum, self.checksums)),
            route=self.request.route(),
            allow_downgrade=self.request.allow_downgrade,
            overwrite=self.overwrite,
            headers=self.request.fields(),  # last: it may ask for a password
        )
        return [replace(like, url=text) for text in urls]


def parameters(function: Command) -> Command:
    """Give a command these options; it gets them as `asked`."""

    @wraps(function)
    def collected(**values: Any) -> Any:
        request = AskedRequest(**_taken(values, AskedRequest.__struct_fields__))
        own = [field for field in Asked.__struct_fields__ if field != "request"]
        asked = Asked(**_taken(values, own), request=request)
        return function(asked=asked, **values)

    command: Callable[..., Any] = collected
    for option in reversed((*_OPTIONS, *asked_request.OPTIONS)):
        command = option(command)
    return command  # type: ignore[return-value]  # a command that takes more


def _taken(values: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: values.pop(name) for name in names}


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
