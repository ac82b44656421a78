"""The simulated servers: who answers which URL, and how many connections they stand."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.head import Head
from ddm.http.request import Request
from ddm.testing.body import Version
from ddm.testing.manners import Door, Manners
from ddm.testing.reply import Reply, too_many
from ddm.testing.served import ServedFile

_NOBODY = Failure(Kind.UNREACHABLE, "nobody listens there", Exit.NETWORK)


@dataclass(slots=True)
class Origin:
    """One host.

    files: by path. moved: Locations by path. connections_max: above it every request gets `too_many`, until
    `calm_s`: a status, or 0 for a reset. life_s: how long what a Location names may be asked for, until `calm_s`;
    then it gets `expired`. manners: more of the same, for good. http_version: what it speaks over TLS, with who asks
    for it.
    """

    host: str
    files: dict[str, ServedFile] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    connections_max: int | None = None
    too_many: int = 503
    life_s: float | None = None
    expired: int = 403
    calm_s: float = 0.0
    manners: Manners = field(default_factory=Manners)
    http_version: str = "1.1"


class Internet:
    """All origins; requests are counted per URL, bytes of bodies in all."""

    def __init__(self, origins: list[Origin], chance: random.Random) -> None:
        self._origins = {origin.host: origin for origin in origins}
        self._doors = {origin.host: Door(origin.manners) for origin in origins}
        self._chance = chance
        self._chains: dict[str, list[str]] = {}
        self.requests: Counter[str] = Counter()
        self.bytes_sent = 0

    @property
    def versions(self) -> list[Version]:
        """Every version of every file."""
        files = (file for origin in self._origins.values() for file in origin.files.values())
        return [version for file in files for version in file.versions]

    def chain(self, url: str) -> list[str]:
        """A URL and those that redirects lead to."""
        if url not in self._chains:
            self._chains[url] = self._walk(url)
        return self._chains[url]

    def _walk(self, url: str) -> list[str]:
        chain: list[str] = []
        while url not in chain:
            chain.append(url)
            parts = urlsplit(url)
            location = self._origins[parts.netloc].moved.get(parts.path, parts.path)
            url = location if "://" in location else f"{parts.scheme}://{parts.netloc}{location}"
        return chain

    def file(self, url: str) -> ServedFile | None:
        """The file that a URL leads to, by way of redirects; None if it leads nowhere."""
        last = urlsplit(self.chain(url)[-1])
        return self._origins[last.netloc].files.get(last.path)

    def door(self, host: str) -> Door:
        """Where a host's connections come in."""
        return self._doors[host]

    def speaks(self, request: Request) -> str:
        """The HTTP version of the answer to a request that may be answered with any."""
        parts = urlsplit(request.url)
        return self._origins[parts.netloc].http_version if parts.scheme == "https" else "1.1"

    def answer(self, request: Request, *, active: int, now: float, wall_s: float) -> Reply:
        """What comes of a request. active: connections to its host at this moment, with this one."""
        self.requests[request.url.partition("?")[0]] += 1
        parts = urlsplit(request.url)
        origin = self._origins[parts.netloc]
        limit = origin.connections_max
        door = self._doors[parts.netloc]
        if door.is_dead(now):
            return Reply(None, failure=_NOBODY)
        if limit is not None and active > limit and now < origin.calm_s:
            return too_many(origin.too_many, origin.manners.retry_after_s)
        if not door.bears(now):
            return too_many(429, origin.manners.retry_after_s)
        if parts.path in origin.moved:
            location = origin.moved[parts.path]
            if origin.life_s is not None:
                location += f"?until={now + origin.life_s}"
            return Reply(Head(302, (("location", location),)))
        if parts.query and float(parts.query.removeprefix("until=")) < now < origin.calm_s:
            return Reply(Head(origin.expired))
        file = origin.files.get(parts.path)
        if file is None:
            return Reply(Head(404))
        file.requests += 1
        return file.answer(request, self._chance, now=now, wall_s=wall_s)
