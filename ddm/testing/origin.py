"""The simulated servers: who answers which URL, and how many connections they stand."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ddm.http.head import Head
from ddm.http.request import Request
from ddm.testing.body import Version
from ddm.testing.reply import Reply
from ddm.testing.served import ServedFile


@dataclass(slots=True)
class Origin:
    """One host.

    files: by path. moved: Locations by path. connections_max: above it every request gets a 503, until `calm_s`.
    """

    host: str
    files: dict[str, ServedFile] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    connections_max: int | None = None
    calm_s: float = 0.0


class Internet:
    """All origins; requests are counted per URL, bytes of bodies in all."""

    def __init__(self, origins: list[Origin], chance: random.Random) -> None:
        self._origins = {origin.host: origin for origin in origins}
        self._chance = chance
        self.requests: Counter[str] = Counter()
        self.bytes_sent = 0

    @property
    def versions(self) -> list[Version]:
        """Every version of every file."""
        files = (file for origin in self._origins.values() for file in origin.files.values())
        return [version for file in files for version in file.versions]

    def file(self, url: str) -> ServedFile | None:
        """The file that a URL leads to, by way of redirects; None if it leads nowhere."""
        for _ in range(20):
            parts = urlsplit(url)
            origin = self._origins[parts.netloc]
            if parts.path in origin.files:
                return origin.files[parts.path]
            if parts.path not in origin.moved:
                return None
            location = origin.moved[parts.path]
            url = location if "://" in location else f"http://{origin.host}{location}"
        return None

    def answer(self, request: Request, *, active: int, now: float, wall_s: float) -> Reply:
        """What comes of a request. active: connections to its host at this moment, with this one."""
        self.requests[request.url] += 1
        parts = urlsplit(request.url)
        origin = self._origins[parts.netloc]
        limit = origin.connections_max
        if limit is not None and active > limit and now < origin.calm_s:
            return Reply(Head(503))
        if parts.path in origin.moved:
            return Reply(Head(302, (("location", origin.moved[parts.path]),)))
        file = origin.files.get(parts.path)
        if file is None:
            return Reply(Head(404))
        file.requests += 1
        return file.answer(request, self._chance, now=now, wall_s=wall_s)
