"""Bare libcurl handles, for tests of what libcurl does."""

from __future__ import annotations

from dataclasses import dataclass, field

import pycurl


@dataclass
class Fetched:
    """What a handle brought: its code, its message, lines of the head, blocks of the body."""

    code: int = 0
    message: str = ""
    lines: list[bytes] = field(default_factory=list)
    blocks: list[bytes] = field(default_factory=list)


def collecting(url: str, **options: object) -> tuple[pycurl.Curl, Fetched]:
    """A handle that knows of no proxy, and what it will collect. Options by their names."""
    easy, fetched = pycurl.Curl(), Fetched()
    easy.setopt(pycurl.URL, url)
    easy.setopt(pycurl.PROXY, "")
    easy.setopt(pycurl.HEADERFUNCTION, fetched.lines.append)
    easy.setopt(pycurl.WRITEFUNCTION, fetched.blocks.append)
    for name, value in options.items():
        easy.setopt(getattr(pycurl, name), value)
    return easy, fetched


def fetch(url: str, **options: object) -> Fetched:
    """One request to its end."""
    easy, fetched = collecting(url, **options)
    try:
        easy.perform()
    except pycurl.error as error:
        fetched.code, fetched.message = error.args
    easy.close()
    return fetched


def perform(multi: pycurl.CurlMulti, *easies: pycurl.Curl) -> list[int]:
    """Run handles to their end; the codes of those that failed."""
    for easy in easies:
        multi.add_handle(easy)
    while multi.perform()[1]:
        multi.select(0.1)
    _, _, broken = multi.info_read()
    for easy in easies:
        multi.remove_handle(easy)
    return [code for _, code, _ in broken]
