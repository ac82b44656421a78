"""What a URL of a rehearsal answers: its first requests may meet troubles, the others get the file."""

from __future__ import annotations

import hashlib
import math
import random
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypedDict, Unpack

from ddm.http.head import Head
from ddm.http.request import Request
from ddm.testing.body import GivenBody, Version
from ddm.testing.reply import Ending, Reply, with_fields
from ddm.testing.served import ServedFile, Traits
from ddm.testing.trouble import Temper, Trouble

_CONNECTION_BPS = 4e6


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection breaks after so many bytes of the body."""

    after_bytes: int


Failing = int | Trouble | Cut


class Shape(TypedDict, total=False):
    """What a server is like for a URL; all of it may be left out, then it is a good one.

    fails: what the first requests meet, one each: a status (200 is no failure), a `Trouble`, or a `Cut`. retry_after_s:
    what statuses of errors ask to wait. status: what it says for good instead of 200 and 206. etag: "auto" is one of
    the content's own, None is none. last_modified: a date as HTTP has it. fields: of the answers that bring the file,
    by their names. ranges: whether it answers 206. length: whether a 200 says its length. hangs_up_bytes: it closes
    after so many bytes of any body. digest: what its Repr-Digest is worth; by default it has none. delay_s: from a
    request to its head. speed_bps: bytes per second of a connection.
    """

    fails: Sequence[Failing]
    retry_after_s: int
    status: int
    etag: str | None
    last_modified: str
    fields: Mapping[str, str]
    ranges: bool
    length: bool
    hangs_up_bytes: int
    digest: Literal["right", "wrong"]
    delay_s: float
    speed_bps: float


class Script:
    """One URL of a rehearsal. Fits `cast.Answering`."""

    def __init__(self, content: bytes, **shape: Unpack[Shape]) -> None:
        etag = shape.get("etag", "auto")
        if etag == "auto":
            etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        version = Version(GivenBody(content), etag, shape.get("last_modified"))
        self._delay_s = shape.get("delay_s", 0.02)
        self._speed_bps = shape.get("speed_bps", _CONNECTION_BPS)
        self._fails = deque(shape.get("fails", ()))
        self._retry_after_s = shape.get("retry_after_s")
        self._status = shape.get("status", 200)
        self._fields: dict[str, str | None] = {
            name.lower(): value for name, value in shape.get("fields", {}).items()
        }
        self._file = ServedFile(
            [(0.0, version)],
            Traits(
                ranges=shape.get("ranges", True),
                length=shape.get("length", True),
                hangs_up_bytes=shape.get("hangs_up_bytes"),
                digest=shape.get("digest"),
            ),
            Temper(calm_s=math.inf),  # it hangs up for good
        )

    def answer(
        self, request: Request, chance: random.Random, *, now: float, wall_s: float
    ) -> Reply:
        """What comes of a request that is sent now."""
        failing = self._fails.popleft() if self._fails else self._status
        if isinstance(failing, int) and failing != 200:
            return replace(self._refused(failing), delay_s=self._delay_s)
        if isinstance(failing, Trouble):
            self._file.temper.script = (failing,)
        reply = self._file.answer(request, chance, now=now, wall_s=wall_s)
        if reply.head is not None and reply.head.status in (200, 206):
            reply = with_fields(reply, self._fields)
        if isinstance(failing, Cut) and failing.after_bytes < reply.stop - reply.start:
            reply = replace(reply, stop=reply.start + failing.after_bytes, ending=Ending.RESET)
        speed_bps = reply.speed_bps if failing is Trouble.DRIP else self._speed_bps
        return replace(reply, delay_s=self._delay_s, speed_bps=speed_bps)

    def _refused(self, status: int) -> Reply:
        wait_s = self._retry_after_s
        return Reply(Head(status, () if wait_s is None else (("retry-after", str(wait_s)),)))


@dataclass(frozen=True, slots=True)
class Moved:
    """A URL that leads elsewhere. Fits `cast.Answering`."""

    location: str
    status: int

    def answer(
        self, request: Request, chance: random.Random, *, now: float, wall_s: float
    ) -> Reply:
        """A redirect."""
        del request, chance, now, wall_s
        return Reply(Head(self.status, (("location", self.location),)))
