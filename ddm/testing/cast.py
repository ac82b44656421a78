"""The servers of a rehearsal: who answers which URL, and what they were asked."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from ddm import redact
from ddm.errand import Done, Errand
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http import url as urls
from ddm.http.head import Head
from ddm.http.request import Request
from ddm.testing.manners import Door, Manners
from ddm.testing.reply import Reply


class Answering(Protocol):
    """One URL."""

    def answer(
        self, request: Request, chance: random.Random, *, now: float, wall_s: float
    ) -> Reply:
        """What comes of a request that is sent now."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a server of a rehearsal got.

    fields: of the request, by their names in lower case. status: of the answer, None where the connection brought none.
    at_s: when, in virtual seconds since the rehearsal began.
    """

    url: str
    fields: Mapping[str, str] = field(repr=False)
    status: int | None
    at_s: float

    @property
    def range(self) -> str | None:
        """The bytes that were asked for, such as "bytes=0-1023"; None for all."""
        return self.fields.get("range")


class Cast:
    """All servers. Fits `network.Servers` and, because every name is found, `ports.Names`."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._files: dict[str, Answering] = {}
        self._doors: dict[str, Door] = {}
        self.asked: list[Asked] = []
        self.bytes_sent = 0

    def enter(self, url: str, file: Answering) -> None:
        """Let this answer a URL from now on. Raises UsageError for what is no URL."""
        self._files[str(urls.parse(url))] = file

    def look_up(self, host: str) -> Errand[tuple[str, ...]]:
        """An address for documentation (RFC 5737), whatever the host."""
        del host
        return Done(lambda: ("192.0.2.1",))

    def door(self, host: str) -> Door:
        """See network.Servers."""
        return self._doors.setdefault(host, Door(Manners()))

    def speaks(self, request: Request) -> str:
        """See network.Servers."""
        del request
        return "1.1"

    def answer(self, request: Request, *, active: int, now: float, wall_s: float) -> Reply:
        """See network.Servers."""
        del active
        file = self._files.get(request.url)
        if file is not None:
            reply = file.answer(request, self._chance, now=now, wall_s=wall_s)
        elif any(_host(url) == _host(request.url) for url in self._files):
            reply = Reply(Head(404))
        else:
            reply = Reply(None, failure=_nobody(request.url))
        fields = {name.lower(): value for name, value in request.headers}
        status = None if reply.head is None else reply.head.status
        self.asked.append(Asked(request.url, fields, status, now))
        return reply


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _nobody(url: str) -> Failure:
    why = f"the name {urlsplit(url).hostname} has no address: nobody serves {redact.url(url)} in this rehearsal"
    return Failure(Kind.UNRESOLVED, why, Exit.NAME_RESOLUTION)
