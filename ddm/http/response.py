"""The only door for bytes: `judge` looks at a response's head before a byte of its body is taken.

A 206 has to bring exactly the range that was asked for, of the representation that was begun, in
the same coding. A 200 is the whole file, which fits only where the whole was asked for. What `ask`
is set for is brought before the engine, which decides.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from ddm import redact
from ddm.byteranges import ByteRange
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.http.digests import repr_digests
from ddm.http.fields import ContentRange, Unsatisfied, parse_content_length, parse_content_range
from ddm.http.head import Head
from ddm.http.refusal import not_modified, refusal
from ddm.http.representation import Representation, changed
from ddm.spec import Checksum


class Expectation(Struct, frozen=True):
    """What a transfer's answer has to be.

    range: what was asked for with Range, None for a plain GET.
    representation: what the bytes have to belong to, None while nothing is known.
    ask: an acceptable head is brought before the engine instead of being accepted (the probe).
    unless: what is there already, if the request asked for anything else: then a 304 may come.
    """

    range: ByteRange | None
    representation: Representation | None = None
    ask: bool = False
    unless: Representation | None = None


class Accept(Struct, frozen=True):
    """The body is the bytes from start to stop; stop None means to the end of an unknown length."""

    start: int
    stop: int | None


class Ask(Struct, frozen=True):
    """Somebody has to look before bytes are taken.

    representation: what this answer says the file is. start, stop: which bytes the body would be.
    partial: whether it is a 206 (ranges work). content_disposition: the field, for the name.
    digests: what the server says the whole file's digests are (RFC 9530).
    """

    representation: Representation
    start: int
    stop: int | None
    partial: bool
    content_disposition: str | None = None
    digests: tuple[Checksum, ...] = ()


class Reject(Struct, frozen=True):
    """Not a byte of this body is taken."""

    failure: Failure


Verdict = Accept | Ask | Reject


def judge(expectation: Expectation, head: Head, *, wall_s: float) -> Verdict:
    """Whether the body that follows this head may be taken, and as which bytes. Never raises.

    wall_s: Unix time, for a Retry-After that is a date.
    The messages of failures do not name the URL; who knows it adds it.
    """
    try:
        if head.status == 206:
            return _judge_part(expectation, head)
        if head.status == 200:
            return _judge_whole(expectation, head)
        if head.status == 416:
            return _judge_unsatisfied(expectation, head)
    except FailureError as error:
        return Reject(error.failure)
    unless = expectation.unless
    if head.status == 304 and unless is not None and unless.conditional:
        return Reject(not_modified(unless, head))
    return Reject(refusal(head, wall_s=wall_s))


def _judge_part(expectation: Expectation, head: Head) -> Verdict:
    """A 206 (RFC 9110 section 15.3.7)."""
    if expectation.range is None:
        raise _wrong(head, "the server sent a part of the file where all of it was asked for")
    brought = _content_range(head)
    start, stop, size = brought.start, brought.stop, brought.complete_length
    if size is None:
        raise _wrong(head, "the server sent a part of a file of unknown length")
    if (start, stop) != (expectation.range.start, min(expectation.range.stop, size)):
        asked = expectation.range
        raise _wrong(
            head, f"the server sent the bytes {start}..{stop} where {asked} were asked for"
        )
    length = _body_length(head)
    if length is not None and length != stop - start:
        raise _wrong(head, f"the server sent {length} bytes as the bytes {start}..{stop}")
    found = _representation(head, size)
    _check_identity(expectation, head, found)
    return _ask(head, found, start, stop) if expectation.ask else Accept(start, stop)


def _judge_whole(expectation: Expectation, head: Head) -> Verdict:
    """A 200: all of the file from its beginning."""
    length = _body_length(head)
    found = _representation(head, length)
    if expectation.ask:
        return _ask(head, found, 0, length)
    if expectation.range is not None:
        raise _range_ignored(expectation.representation, head, found)
    _check_identity(expectation, head, found)
    return Accept(0, length)


def _judge_unsatisfied(expectation: Expectation, head: Head) -> Verdict:
    """A 416: the range begins behind the end, as any does in an empty file.

    Source: RFC 9110 section 15.5.17. What it brings is an error page, not the file.
    """
    found = parse_content_range(head.get("content-range") or "")
    size = found.complete_length if isinstance(found, Unsatisfied) else None
    if size is not None and expectation.representation is not None:
        _check_same(expectation.representation, head, Representation(size))
    if expectation.ask and expectation.range is not None and size == 0:
        # A coding would be the error page's.
        return _ask(head, replace(_representation(head, 0), content_coding=None), 0, 0)
    of_bytes = "" if size is None else f" of {size} bytes"
    raise _wrong(head, f"the server says that the range asked for is outside of the file{of_bytes}")


def _content_range(head: Head) -> ContentRange:
    if (head.get("content-type") or "").strip().lower().startswith("multipart/byteranges"):
        raise _wrong(head, "the server sent several ranges where one was asked for")
    values = head.all("content-range")
    found = parse_content_range(values[0]) if len(values) == 1 else None
    if not isinstance(found, ContentRange):
        said = redact.short(", ".join(values)) or "nothing"
        raise _wrong(head, f"the server sent a part of the file and says of which bytes: {said}")
    return found


def _body_length(head: Head) -> int | None:
    """How long the body will be, None if not known; chunked outweighs (RFC 9112 section 6.3)."""
    if (head.get("transfer-encoding") or "identity").lower() != "identity":
        return None
    try:
        return parse_content_length(head.all("content-length"))
    except ValueError as error:
        raise _failure(head, Kind.BAD_RESPONSE, f"the server's {error}") from None


def _representation(head: Head, size_bytes: int | None) -> Representation:
    coding = (head.get("content-encoding") or "identity").lower()
    return Representation(
        size_bytes,
        head.get("etag"),
        head.get("last-modified"),
        None if coding == "identity" else coding,
    )


def _ask(head: Head, found: Representation, start: int, stop: int | None) -> Ask:
    digests = () if head.status == 416 else repr_digests(head)
    return Ask(found, start, stop, head.status != 200, head.get("content-disposition"), digests)


def _check_identity(expectation: Expectation, head: Head, found: Representation) -> None:
    """Raise unless the bytes may belong to what was begun, in the same coding."""
    expected = expectation.representation
    if not expectation.ask:
        _check_coding(expected or Representation(None), head, found)
    if expected is not None:
        _check_same(expected, head, found)


def _check_coding(expected: Representation, head: Head, found: Representation) -> None:
    if found.content_coding == expected.content_coding:
        return
    # A 206 to If-Range leaves out what the client knows already (RFC 9110 section 15.3.7); an equal
    # ETag vouches for it.
    same = found.strong_etag is not None and found.strong_etag == expected.strong_etag
    if head.status == 206 and found.content_coding is None and same:
        return
    coding = redact.short(found.content_coding or "identity")
    asked = redact.short(expected.content_coding or "identity")
    raise _failure(head, Kind.CODED, f"the server sent the file coded as {coding}, not as {asked}")


def _check_same(expected: Representation, head: Head, found: Representation) -> None:
    if change := expected.difference(found):
        raise _changed(expected, head, found, change)


def _changed(
    expected: Representation, head: Head, found: Representation, change: str
) -> FailureError:
    rest = replace(found, etag=None)
    only_etag = found.size_bytes is not None and expected.difference(rest) is None
    other_etag = found.strong_etag if only_etag else None
    return FailureError(changed(change, status=head.status, other_etag=other_etag))


def _range_ignored(
    expected: Representation | None, head: Head, found: Representation
) -> FailureError:
    """What a 200 to a range means: another file, or a server that does not do ranges.

    It is another file if its strong ETag says so. A date or a length alone is no proof: error pages
    come with 200, too; and in another coding all would differ anyway. Raises the former, returns the latter.
    """
    heeded = replace(found, last_modified=None, size_bytes=None)
    comparable = expected is not None and found.content_coding == expected.content_coding
    if expected is not None and comparable and (change := expected.difference(heeded)):
        raise _changed(expected, head, found, change)
    message = "the server sent the whole file where a part was asked for"
    return _failure(head, Kind.RANGE_IGNORED, message)


def _wrong(head: Head, message: str) -> FailureError:
    return _failure(head, Kind.RANGE_WRONG, message)


def _failure(head: Head, kind: Kind, message: str, code: Exit = Exit.BAD_RESPONSE) -> FailureError:
    return FailureError(Failure(kind, message, code, head.status))
