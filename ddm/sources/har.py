"""The requests of a HAR file (HTTP Archive 1.2), one entry at a time.

A HAR is a stranger's file and a large one: nothing in it is believed, every amount in it has a
bound, and of an entry only what may be fetched again is kept. Entries that DDM would not fetch are
counted, with the reason, and never make the others fail.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

import msgspec
from msgspec import Struct

from ddm.errors import UsageError
from ddm.http import url as urls
from ddm.http.request import Fields
from ddm.sources.browser_headers import sort_out
from ddm.sources.har_parts import Request, Response, decoded
from ddm.sources.json_stream import BrokenJSONError, JSONStream

# A browser that was left open for days has some ten thousand.
ENTRIES_MAX = 100_000
# Request or response without what is longer than JSONStream's bound on strings. Fields are 64 KiB at most.
PART_BYTES_MAX = 1 << 20
# The memory for URLs and fields of all entries; equal fields count once. A large HAR has some MB of them.
KEPT_BYTES_MAX = 64 << 20

_AGAIN = "save the list of the browser's network panel as HAR again"
_FEWER = "filter the list in the browser's network panel, and save that"


class Skipped(StrEnum):
    """Why an entry is no candidate, as the user reads it after a number."""

    NOT_GET = "not GET"
    NOT_HTTP = "not http or https"
    NO_ANSWER = "without an answer that has a file"
    MALFORMED = "malformed or too large"


class Entry(Struct, frozen=True):
    """A GET that was answered with a file, or with a redirect.

    url: canonical, without userinfo. size_bytes: of the whole file, as far as the entry tells.
    attachment: the server wished it to be saved. media_type: "text/html", in lower case.
    target: where it redirects to, canonical; None if it has the file.
    harmless, secret: the request's fields, as `browser_headers` sorts them. userinfo: of the URL, as
        secret.
    """

    url: str
    size_bytes: int
    attachment: bool
    media_type: str
    target: str | None = None
    harmless: Fields = ()
    secret: Fields = ()
    userinfo: str | None = None

    def __repr__(self) -> str:
        """For tracebacks: without secrets."""
        return f"Entry({urls.parse(self.url)!r})"


class Archive(Struct, frozen=True):
    """What a HAR holds: the entries in their order, and how many others there are, by reason."""

    entries: tuple[Entry, ...]
    skipped: dict[Skipped, int]


def read(source: Callable[[int], bytes]) -> Archive:
    """The entries of a HAR. Raises UsageError: no JSON, no HAR, more than the bounds.

    source: up to so many bytes, none at the end, as a binary file's `read`.
    """
    stream = JSONStream(source)
    try:
        found = _log(stream)
    except BrokenJSONError as error:
        raise UsageError(f"this is no HAR: {error}; {_AGAIN}") from None
    if found is None:
        raise UsageError(f'this is no HAR: there is no "log" with "entries" in it; {_AGAIN}')
    return found


def _log(stream: JSONStream) -> Archive | None:
    found = None
    for key in stream.members():
        if key != "log" or found is not None:
            stream.skip()
            continue
        for log_key in stream.members():
            if log_key == "entries" and found is None:
                found = _entries(stream)
            else:
                stream.skip()
    return found


class _Kept:
    """What is kept of all entries together. Equal fields are held once: most are in every request."""

    def __init__(self) -> None:
        self._single: dict[tuple[str, str], tuple[str, str]] = {}
        self._together: dict[Fields, Fields] = {}
        self._room = KEPT_BYTES_MAX

    def text(self, text: str) -> str:
        """Count a text. Raises UsageError when there is no room."""
        self._take(text)
        return text

    def fields(self, fields: Fields) -> Fields:
        """These fields, or the same ones as they were kept before. Raises UsageError."""
        kept = tuple(map(self._field, fields))
        if kept not in self._together:
            self._take(kept)
            self._together[kept] = kept
        return self._together[kept]

    def _field(self, field: tuple[str, str]) -> tuple[str, str]:
        if field not in self._single:
            self._take(field, *field)
            self._single[field] = field
        return self._single[field]

    def _take(self, *values: object) -> None:
        self._room -= sum(map(sys.getsizeof, values))
        if self._room < 0:
            raise UsageError(f"its URLs and header fields are too many to hold; {_FEWER}")


def _entries(stream: JSONStream) -> Archive:
    kept, entries, skipped = _Kept(), [], Counter[Skipped]()
    for count, offset in enumerate(stream.items(), 1):
        if count > ENTRIES_MAX:
            raise UsageError(f"it has more than {ENTRIES_MAX} entries; {_FEWER}")
        try:
            found = _entry(_parts(stream), kept)
        except ValueError:
            raise stream.broken("begins an entry that is no JSON", offset) from None
        if isinstance(found, Skipped):
            skipped[found] += 1
        else:
            entries.append(found)
    return Archive(tuple(entries), dict(skipped))


def _parts(stream: JSONStream) -> dict[str, bytes | None]:
    """Request and response of the entry that comes now; None for what is too large."""
    parts: dict[str, bytes | None] = {}
    for key in stream.members():
        if key in ("request", "response"):
            parts[key] = stream.copy(PART_BYTES_MAX)
        else:
            stream.skip()
    return parts


def _entry(parts: dict[str, bytes | None], kept: _Kept) -> Entry | Skipped:
    """What an entry is. Raises ValueError for one that is no JSON."""
    try:
        request = decoded(parts.get("request") or b"null", Request)
        if request.method != "GET":
            return Skipped.NOT_GET
        if not request.url[:8].lower().startswith(("http://", "https://")):
            return Skipped.NOT_HTTP
        response = decoded(parts.get("response") or b"null", Response)
    except msgspec.ValidationError:
        return Skipped.MALFORMED
    # 204 and 205 have no content (RFC 9110 section 15.3).
    if response.location is None and response.status not in (200, 203, 206):
        return Skipped.NO_ANSWER
    try:
        url = urls.parse(request.url)
        target = None if response.location is None else str(url.join(response.location))
        fields = sort_out(request.fields())
    except UsageError:
        return Skipped.MALFORMED
    return Entry(
        url=kept.text(str(url)),
        size_bytes=response.size_bytes,
        attachment=response.attachment,
        media_type=kept.text(response.content.media_type),
        target=target and kept.text(target),
        harmless=kept.fields(fields.harmless),
        secret=kept.fields(fields.secret),
        userinfo=url.userinfo and kept.text(url.userinfo),
    )
