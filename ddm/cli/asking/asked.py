"""What `get` and `add` are asked for: their options, and the job specs that come of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial, wraps
from typing import Any, BinaryIO, TypeVar

import click
from msgspec import Struct
from msgspec.structs import replace

from ddm.cli.asking import asked_request, completed
from ddm.cli.asking.asked_request import AskedRequest, Decorator
from ddm.cli.asking.asked_sources import from_stdin, listed, of_command, of_entry
from ddm.cli.asking.flags import bounds
from ddm.cli.sections import SectionOption
from ddm.errors import UsageError
from ddm.http import disposition, url
from ddm.http.digests import parse_checksum
from ddm.sources.urllist import Entry
from ddm.spec import PRIORITY_MAX, JobSpec
from ddm.specs import absolute

Command = TypeVar("Command", bound=Callable[..., Any])

_option = partial(click.option, cls=partial(SectionOption, section="What to fetch"))  # type: ignore[arg-type]  # makes one

# What every --priority is, whatever it stands beside.
PRIORITY: dict[str, Any] = {
    "type": click.IntRange(-PRIORITY_MAX, PRIORITY_MAX),
    "metavar": "N",
    "help": f"The higher number goes first, {-PRIORITY_MAX} to {PRIORITY_MAX}. Default: 0.",
}

# And every --dir.
DIRECTORY_NAMES = ("-d", "--dir", "--download-dir", "directory")
DIRECTORY: dict[str, Any] = {
    "default": ".",
    "metavar": "DIR",
    "shell_complete": completed.directories,
    "help": "Where the files go; made if it is missing. Default: the current directory.",
}

_OPTIONS: tuple[Decorator, ...] = (
    click.argument("urls", nargs=-1, metavar="[URL]..."),
    _option(*DIRECTORY_NAMES, **DIRECTORY),
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
        help="Read URLs from FILE, one a line, mirrors after tabs, options indented below; - is stdin.",
    ),
    _option(
        "--from-curl",
        is_flag=True,
        help='Read a browser\'s "Copy as cURL" from stdin. It is taken apart, never run.',
    ),
    _option(
        "--mirror",
        "mirrors",
        multiple=True,
        metavar="URL",
        help="Another place of the file, if there is one URL only, for when the first fails. "
        "May be given several times.",
    ),
    _option(
        "--checksum",
        "checksums",
        multiple=True,
        metavar="ALGO:HEX",
        help="The digest that the file must have, if there is one URL only: sha-256, sha-512, sha-1 or md5.",
    ),
    _option(
        "--checksums",
        "sums_from",
        metavar="FILE|URL",
        shell_complete=completed.files,
        help="A list of digests, such as SHA256SUMS, that names all of the files.",
    ),
    _option("--overwrite", is_flag=True, help="Replace files of the same name, once whole."),
    _option(
        "--max-segments",
        type=bounds("max_segments"),
        metavar="N",
        help="Connections for each file at most. Default: max_segments of config.toml.",
    ),
    _option("--priority", **PRIORITY),
    _option(
        "--dry-run",
        is_flag=True,
        help="Ask the servers and tell what would be fetched; write nothing.",
    ),
    _option("--json", "as_json", is_flag=True, help="With --dry-run: print JSON, for programs."),
)


class Asked(Struct, frozen=True):
    """What a command is asked for, as click found it."""

    urls: tuple[str, ...] = ()
    directory: str = "."
    name: str | None = None
    list_file: BinaryIO | None = None
    from_curl: bool = False
    mirrors: tuple[str, ...] = ()
    max_segments: int | None = None
    checksums: tuple[str, ...] = ()
    sums_from: str | None = None
    overwrite: bool = False
    priority: int | None = None
    dry_run: bool = False
    as_json: bool = False
    request: AskedRequest = AskedRequest()

    def specs(self) -> list[JobSpec]:
        """One spec per URL, those of the list last. Raises UsageError."""
        if self.as_json and not self.dry_run:
            raise UsageError("--json goes with --dry-run; `ddm status --json` tells of jobs")
        if self.from_curl:
            if self.urls or self.list_file is not None:
                raise UsageError("--from-curl brings the URL; give no other, and no list")
            command = from_stdin()
            like = self._like(1)
            return [replace(of_command(command, like), mirrors=self._mirrors())]
        entries = [Entry(0, _checked(text)) for text in self.urls]
        if self.list_file is not None:
            entries += listed(self.list_file)
        elif not entries:
            raise UsageError("nothing to fetch; give a URL, or a file of URLs with -i")
        like = self._like(len(entries))
        if self.mirrors:
            (entry,) = entries
            entries = [replace(entry, mirrors=(*entry.mirrors, *self._mirrors()))]
        return [of_entry(entry, like) for entry in entries]

    def _like(self, count: int) -> JobSpec:
        """What the command line says of all the jobs. Raises UsageError."""
        if count != 1:
            if self.name is not None:
                raise UsageError(f"-o names one file, but there are {count} URLs; use -d for many")
            for option, given in (("--checksum", self.checksums), ("--mirror", self.mirrors)):
                if given:
                    raise UsageError(f"{option} is of one file, but there are {count} URLs")
        if self.name is not None:
            disposition.check_asked_name(self.name)
        return JobSpec(
            url="",
            directory=absolute(self.directory),
            name=self.name,
            max_segments=self.max_segments or 0,
            checksums=tuple(map(parse_checksum, self.checksums)),
            route=self.request.route(),
            allow_downgrade=self.request.allow_downgrade,
            overwrite=self.overwrite,
            priority=self.priority or 0,
            headers=self.request.fields(),  # last: it may ask for a password
        )

    def _mirrors(self) -> tuple[str, ...]:
        return tuple(map(_checked, self.mirrors))


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
