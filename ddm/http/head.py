"""The head of a response: status line and header section, as libcurl hands it over line by line.

libcurl's header callback sees 1xx responses, every hop, the final header section and trailers. A
new `HTTP/` line starts over; the blank line after a status of 200 or more freezes the head, and
what comes later (trailers, RFC 9110 section 6.5) is ignored.
"""

from __future__ import annotations

import re

from msgspec import Struct

from ddm import redact
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.limits import RESPONSE_HEADER_BYTES_MAX

# RFC 9112 section 4; HTTP/2 and 3 come as "HTTP/2 200 ", and some servers leave out the reason.
_STATUS_LINE = re.compile(r"HTTP/([0-9](?:\.[0-9])?) ([0-9]{3})(?: .*)?")


class Head(Struct, frozen=True):
    """A final response's status and fields, names in lower case, in the order they came."""

    status: int
    fields: tuple[tuple[str, str], ...] = ()
    http_version: str = "1.1"

    def get(self, name: str) -> str | None:
        """A field's value, several joined by ", " (RFC 9110 section 5.3); None where absent.

        name: in lower case.
        """
        values = self.all(name)
        return ", ".join(values) if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """A field's values one by one, for those where a second one is a contradiction."""
        return tuple(value for field, value in self.fields if field == name)


class HeadReader:
    """Makes one Head out of the lines of libcurl's HEADERFUNCTION; one reader per transfer."""

    __slots__ = ("_bytes", "_fields", "_frozen", "_status", "_version")

    def __init__(self) -> None:
        self._bytes = 0
        self._fields: list[tuple[str, str]] = []
        self._frozen = False
        self._status = 0
        self._version = ""

    def feed(self, line: bytes) -> Head | None:
        """Take the next line with its line end; the Head when it is complete, which happens once.

        Raises FailureError(BAD_RESPONSE) for too many bytes, 1xx responses and trailers counted,
        for a bad status line, and for a second answer.
        """
        self._bytes += len(line)
        if self._bytes > RESPONSE_HEADER_BYTES_MAX:
            raise _bad(f"the server sent more than {RESPONSE_HEADER_BYTES_MAX} bytes of headers")
        text = line.decode("latin-1").rstrip("\r\n")
        if self._frozen:
            if _STATUS_LINE.fullmatch(text):
                # Where a stream is reset with HTTP_1_1_REQUIRED (RFC 9113 section 7), libcurl asks again by itself,
                # also in the middle of a body: what comes now would be appended to it.
                raise _bad("the server began its answer a second time")
            return None
        if text.startswith("HTTP/"):
            self._begin(text)
        elif text:
            self._add(text)
        elif self._status >= 200:
            self._frozen = True
            return Head(self._status, tuple(self._fields), self._version)
        return None

    def _begin(self, status_line: str) -> None:
        match = _STATUS_LINE.fullmatch(status_line)
        if match is None:
            raise _bad(f"the server's answer begins with {redact.short(status_line)}")
        self._fields.clear()
        self._version, self._status = match[1], int(match[2])

    def _add(self, field_line: str) -> None:
        name, colon, value = field_line.partition(":")
        name = name.rstrip(" \t").lower()
        # libcurl unfolds obsolete line folding; what still begins with a space belongs to nothing.
        if colon and name and name[0] not in " \t":
            self._fields.append((name, value.strip(" \t")))


def _bad(message: str) -> FailureError:
    return FailureError(Failure(Kind.BAD_RESPONSE, message, Exit.BAD_RESPONSE))
