"""What a simulated server does with one request, and the good answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ddm.byteranges import ByteRange
from ddm.failures import Failure
from ddm.http.head import Head
from ddm.testing.body import Body, Version


class Ending(Enum):
    """How an answer ends once everything of it was sent."""

    WHOLE = "whole"
    RESET = "reset"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer.

    head: None if there is none; then `failure` (if given) is why, else `ending` tells.
    body, start, stop: the bytes that are really sent, whatever the head says.
    announced_stop: where the framing says that the body ends; None for chunked.
    flips: whether a bit is flipped on the way. refuses: whether it says "too many".
    delay_s: from the request to the head. speed_bps: of the body.
    """

    head: Head | None
    body: Body | None = None
    start: int = 0
    stop: int = 0
    announced_stop: int | None = None
    ending: Ending = Ending.WHOLE
    failure: Failure | None = None
    flips: bool = False
    refuses: bool = False
    delay_s: float = 0.01
    speed_bps: float = 1e6


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent: for which bytes (None for all), when, and what will come of it."""

    url: str
    asked: ByteRange | None
    reply: Reply
    now: float


def whole(version: Version, *, length: bool = True, disposition: str | None = None) -> Reply:
    """A 200, chunked without `length`."""
    size = version.body.size
    framing = ("content-length", str(size)) if length else ("transfer-encoding", "chunked")
    fields = [framing, *_validators(version)]
    if disposition is not None:
        fields.append(("content-disposition", disposition))
    announced_stop = size if length else None
    return Reply(Head(200, tuple(fields)), version.body, 0, size, announced_stop)


def partial(version: Version, start: int, stop: int) -> Reply:
    """A 206 (RFC 9110 section 15.3.7)."""
    fields = (
        ("content-range", f"bytes {start}-{stop - 1}/{version.body.size}"),
        ("content-length", str(stop - start)),
        *_validators(version),
    )
    return Reply(Head(206, fields), version.body, start, stop, stop)


def too_many(status: int, retry_after_s: int | None = None) -> Reply:
    """A refusal that has nothing to do with what is asked for: a status, or 0 for a reset."""
    if not status:
        return Reply(None, ending=Ending.RESET, refuses=True)
    fields = () if retry_after_s is None else (("retry-after", str(retry_after_s)),)
    return Reply(Head(status, fields), refuses=True)


def unsatisfiable(version: Version) -> Reply:
    """A 416 that tells the length (RFC 9110 section 15.5.17)."""
    fields = (("content-range", f"bytes */{version.body.size}"), *_validators(version))
    return Reply(Head(416, fields))


def with_fields(reply: Reply, changes: dict[str, str | None]) -> Reply:
    """The reply with some fields set, or left out for None."""
    head = reply.head or Head(200)
    fields: dict[str, str | None] = {**dict(head.fields), **changes}
    left = tuple((name, value) for name, value in fields.items() if value is not None)
    return replace(reply, head=Head(head.status, left))


def _validators(version: Version) -> list[tuple[str, str]]:
    fields = [("etag", version.etag), ("last-modified", version.last_modified)]
    return [(name, value) for name, value in fields if value is not None]
