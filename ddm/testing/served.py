"""One file on a simulated server: what the server is like for good, and its answer to one request."""

from __future__ import annotations

import random
import re
from base64 import b64encode
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from typing import Literal

from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.head import Head
from ddm.http.request import Request
from ddm.testing.body import Version
from ddm.testing.reply import Ending, Reply, partial, unsatisfiable, whole, with_fields
from ddm.testing.trouble import Temper, Trouble

_RANGE = re.compile(r"bytes=(\d+)-(\d*)\Z")
_ABSURD_WAIT_S = 31_536_000
# Less than a stall is by default.
_DRIP_BPS = 900.0


@dataclass(frozen=True, slots=True)
class Traits:
    """What a server is like for this file, for good.

    ranges: whether it answers 206. length: whether a 200 says its length, else it is chunked.
    if_range: compared as RFC 9110 section 13.1.5 has it, not looked at, or taken for a reason to send everything.
    empty_is_416: an empty file's answer to any range. conditional: whether it answers 304 (RFC 9110 section 13.1.2).
    status: 200, or an error that is all it ever says.
    hangs_up_bytes: it closes after so many bytes of any body, until calm comes. digest: what its Repr-Digest is worth.
    disposition: a name to save as. delay_s, speed_bps: of one connection, at the most.
    """

    ranges: bool = True
    length: bool = True
    if_range: Literal["honest", "ignored", "everything"] = "honest"
    empty_is_416: bool = True
    conditional: bool = True
    status: int = 200
    hangs_up_bytes: int | None = None
    digest: Literal["right", "wrong"] | None = None
    disposition: str | None = None
    delay_s: float = 0.02
    speed_bps: float = 4e6


@dataclass(slots=True)
class ServedFile:
    """A file: its versions in time, its traits, its troubles.

    changes: (moment, version) in order, from the first at 0.0.
    """

    changes: list[tuple[float, Version]]
    traits: Traits = field(default_factory=Traits)
    temper: Temper = field(default_factory=Temper)
    requests: int = 0

    @property
    def versions(self) -> list[Version]:
        """Every version there ever is."""
        return [version for _, version in self.changes]

    def version(self, now: float) -> Version:
        """The one served at a moment."""
        return [version for moment, version in self.changes if moment <= now][-1]

    def answer(
        self, request: Request, chance: random.Random, *, now: float, wall_s: float
    ) -> Reply:
        """What comes of a request that is sent now."""
        trouble = self.temper.next(chance, now)
        if self.traits.status != 200:
            reply = Reply(Head(self.traits.status))
        else:
            reply = _refusal(trouble, wall_s) or self._served(request, trouble, chance, now)
            reply = self._cut(reply, now)
        speed_bps = self.traits.speed_bps * chance.uniform(0.1, 1.0)
        return replace(
            reply,
            delay_s=self.traits.delay_s * chance.uniform(0.2, 1.0),
            speed_bps=_DRIP_BPS if trouble is Trouble.DRIP else speed_bps,
            flips=trouble is Trouble.FLIP,
        )

    def _cut(self, reply: Reply, now: float) -> Reply:
        most = self.traits.hangs_up_bytes
        if most is None or reply.stop - reply.start <= most or now >= self.temper.calm_s:
            return reply
        return replace(reply, stop=reply.start + most, ending=Ending.RESET)

    def _vouched(self, version: Version) -> dict[str, str | None]:
        """Its Repr-Digest (RFC 9530)."""
        digest = version.body.sha256 if self.traits.digest == "right" else bytes(32)
        return {"repr-digest": f"sha-256=:{b64encode(digest).decode()}:"}

    def _served(
        self, request: Request, trouble: Trouble | None, chance: random.Random, now: float
    ) -> Reply:
        version = self.version(now)
        if self.traits.conditional and _has_it(request, version):
            return Reply(Head(304, (("etag", version.etag),) if version.etag else ()))
        size = version.body.size
        wanted = None if trouble is Trouble.RANGE_IGNORED else self._wanted(request, version)
        if wanted is None or (size == 0 and not self.traits.empty_is_416):
            disposition = self.traits.disposition
            reply = whole(version, length=self.traits.length, disposition=disposition)
        elif wanted[0] >= size:
            reply = unsatisfiable(version)
        else:
            reply = partial(version, *wanted)
        if trouble is not None:
            reply = _spoilt(reply, version, trouble, chance)
        return reply if self.traits.digest is None else with_fields(reply, self._vouched(version))

    def _wanted(self, request: Request, version: Version) -> tuple[int, int] | None:
        """The range to answer with, half-open; None for everything."""
        asked = _field(request, "range")
        matched = _RANGE.match(asked or "")
        if matched is None or not self.traits.ranges:
            return None
        condition = _field(request, "if-range")
        if condition is not None and self.traits.if_range == "everything":
            return None
        if condition is not None and self.traits.if_range == "honest":
            strong = version.etag if version.strong else None
            if condition not in {strong, version.last_modified}:
                return None
        stop = int(matched[2]) + 1 if matched[2] else version.body.size
        return int(matched[1]), min(stop, version.body.size)


_UNMET = {
    Trouble.UNRESOLVED: Failure(Kind.UNRESOLVED, "the name has no address", Exit.NAME_RESOLUTION),
    Trouble.UNREACHABLE: Failure(Kind.UNREACHABLE, "the connection was refused", Exit.NETWORK),
}
_HEADLESS = {Trouble.RESET_EARLY: Ending.RESET, Trouble.STALL_HEAD: Ending.SILENCE}
_STATUSES = {
    Trouble.NOT_FOUND: 404,
    Trouble.FORBIDDEN: 403,
    Trouble.SERVER_ERROR: 500,
    Trouble.BUSY: 503,
    Trouble.BUSY_S: 503,
    Trouble.BUSY_DATE: 503,
    Trouble.BUSY_ABSURD: 503,
    Trouble.THROTTLED: 429,
}


def _refusal(trouble: Trouble | None, wall_s: float) -> Reply | None:
    """An answer without a byte of the file, if the trouble is one."""
    if trouble in _UNMET:
        return Reply(None, failure=_UNMET[trouble])
    if trouble in _HEADLESS:
        return Reply(None, ending=_HEADLESS[trouble])
    if trouble not in _STATUSES:
        return None
    retry_after = {
        Trouble.BUSY_S: "3",
        Trouble.BUSY_DATE: formatdate(wall_s + 7, usegmt=True),
        Trouble.BUSY_ABSURD: str(_ABSURD_WAIT_S),
        Trouble.THROTTLED: "1",
    }.get(trouble)
    fields = () if retry_after is None else (("retry-after", retry_after),)
    return Reply(Head(_STATUSES[trouble], fields))


def _has_it(request: Request, version: Version) -> bool:
    """Whether the request says that this version is there already; ETags are compared weakly."""
    etag, modified = _field(request, "if-none-match"), _field(request, "if-modified-since")
    if etag is not None:
        return etag.removeprefix("W/") == (version.etag or "").removeprefix("W/")
    return modified is not None and modified == version.last_modified


def _field(request: Request, name: str) -> str | None:
    return next((value for field, value in request.headers if field.lower() == name), None)


def _spoilt(reply: Reply, version: Version, trouble: Trouble, chance: random.Random) -> Reply:
    """A good answer with one thing wrong. Where the trouble does not fit the answer, it stays good."""
    cut = chance.randint(reply.start, max(reply.start, reply.stop - 1))
    match trouble:
        case Trouble.RESET_BODY:
            return replace(reply, stop=cut, ending=Ending.RESET)
        case Trouble.STALL_BODY if reply.stop > reply.start:
            return replace(reply, stop=cut, ending=Ending.SILENCE)
        case Trouble.SHORT if reply.announced_stop is not None:
            return replace(reply, stop=cut)
        case Trouble.NO_VALIDATOR:
            return with_fields(reply, {"etag": None, "last-modified": None})
        case Trouble.CODED:
            return with_fields(reply, {"content-encoding": "gzip"})
        case _ if reply.head is not None and reply.head.status == 206:
            return _spoilt_part(reply, version, trouble, chance)
    return reply


def _spoilt_part(reply: Reply, version: Version, trouble: Trouble, chance: random.Random) -> Reply:
    """A 206 that is none, or one of something else."""
    start, stop, size = reply.start, reply.stop, version.body.size
    match trouble:
        case Trouble.UNSATISFIABLE:
            return unsatisfiable(version)
        case Trouble.LONG:
            longer = replace(reply, stop=stop + chance.choice((1, 40_000)), announced_stop=None)
            return with_fields(longer, {"content-length": None})
        case Trouble.NO_CONTENT_RANGE:
            return with_fields(reply, {"content-range": None})
        case Trouble.MULTIPART:
            kind = "multipart/byteranges; boundary=x"
            return with_fields(reply, {"content-range": None, "content-type": kind})
        case Trouble.START_WRONG:
            other = chance.choice((0, start - 1, start + 1)) if start else 1
            return partial(version, other, stop) if other < stop else reply
        case Trouble.STOP_WRONG:
            return partial(version, start, chance.randint(start + 1, size))
        case Trouble.TOTAL_WRONG if start and stop < size:
            # At the start of a file nobody can know better: there a wrong total is simply the total.
            total = size + chance.choice((-1, 1))
            return with_fields(reply, {"content-range": f"bytes {start}-{stop - 1}/{total}"})
    return reply
