"""What a program asks for, made into a job: checked before it is queued."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from ddm.errors import UsageError
from ddm.http import url as urls
from ddm.http.digests import parse_checksum
from ddm.http.disposition import check_asked_name
from ddm.http.proxy import check_proxy
from ddm.http.request import check_headers
from ddm.spec import PRIORITY_MAX, JobSpec, Route


class Options(TypedDict, total=False):
    """What may be said of a download besides its URL and its place; all of it may be left out.

    headers: extra request fields, for the URL's own origin only. checksums: digests that the file must have, each as
    "sha-256:9f86...". mirrors: other URLs of the same file. overwrite: replace a file of that name; else it is an error
    where the name was given, and " (1)" is put after it where it was not. priority: the higher number goes first,
    -100 to 100. max_segments: ranges in flight at most; 0 is as configured. max_bytes_per_sec: 0 is no limit. proxy: as
    libcurl takes it, "" is none; by default the environment's. ca_file: trusted authorities, by default the system's.
    insecure: trust any certificate. allow_downgrade: follow a redirect from https to http.
    """

    headers: Mapping[str, str] | Sequence[tuple[str, str]]
    checksums: Sequence[str]
    mirrors: Sequence[str]
    overwrite: bool
    priority: int
    max_segments: int
    max_bytes_per_sec: int
    proxy: str
    ca_file: str | os.PathLike[str]
    insecure: bool
    allow_downgrade: bool


def spec_of(url: str, dest: str | os.PathLike[str], **options: Unpack[Options]) -> JobSpec:
    """The job that fetches a URL to `dest`.

    dest: a directory, if there is one of that name or it ends with a slash: then the server or the URL names the file;
    else the path of the file. Raises UsageError for what makes no sense.
    """
    directory, name = _place(dest)
    fields = options.get("headers", ())
    ca_file = options.get("ca_file")
    proxy = options.get("proxy")
    spec = JobSpec(
        url=url,
        directory=directory,
        name=name,
        headers=tuple(fields.items() if isinstance(fields, Mapping) else fields),
        max_segments=_count("max_segments", options.get("max_segments", 0)),
        checksums=tuple(map(parse_checksum, options.get("checksums", ()))),
        route=Route(
            proxy=None if proxy is None else check_proxy(proxy),
            ca_file=None if ca_file is None else str(Path(ca_file).absolute()),
            insecure=options.get("insecure", False),
        ),
        allow_downgrade=options.get("allow_downgrade", False),
        overwrite=options.get("overwrite", False),
        mirrors=tuple(options.get("mirrors", ())),
        priority=options.get("priority", 0),
        max_bytes_per_sec=_count("max_bytes_per_sec", options.get("max_bytes_per_sec", 0)),
    )
    check((spec,))
    return spec


def check(specs: Iterable[JobSpec]) -> None:
    """Raises UsageError for a URL, a name, a field or a number that makes no sense."""
    for spec in specs:
        for url in (spec.url, *spec.mirrors):
            urls.parse(url)
        check_headers(spec.headers)
        if spec.name is not None:
            check_asked_name(spec.name)
        if abs(spec.priority) > PRIORITY_MAX:
            raise UsageError(
                f"priority {spec.priority} is not between -{PRIORITY_MAX} and {PRIORITY_MAX}"
            )


def absolute(directory: str | os.PathLike[str]) -> str:
    """A directory as the store knows it: one spelling for each, links left alone if possible. Raises UsageError."""
    path = Path(directory)
    try:
        return os.path.realpath(path) if ".." in path.parts else str(path.absolute())
    except FileNotFoundError as error:
        raise UsageError(
            "the current directory was removed; go to another one, or give a full path"
        ) from error


def _place(dest: str | os.PathLike[str]) -> tuple[str, str | None]:
    """The directory, and the name of the file if `dest` says it."""
    text = os.fspath(dest)
    if not text:
        raise UsageError("an empty path is no place for a file; '.' is the current directory")
    directory, name = os.path.split(text)
    if name in ("", ".", "..") or Path(text).is_dir():
        return absolute(text), None
    return absolute(directory or "."), name


def _count(option: str, number: int) -> int:
    if number < 0:
        raise UsageError(f"{option} is {number}, which is less than none")
    return number
