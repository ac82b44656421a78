"""Heads that are not what a head should be (RFC 9112 sections 2 to 5)."""

from __future__ import annotations

from integration.hostile.lies import (
    add,
    both,
    having,
    ignore_range,
    later,
    put,
    status,
    times,
    when,
)
from integration.hostile.row import BIG, SMALL, Row, refused
from integration.hostile.wire import Answer, Lie, Visit


def _raw(head: bytes, end: str = "close") -> Lie:
    """These bytes instead of a head, then the end."""
    return having(raw=head, end=end)


def _line(version: str = "HTTP/1.1", code: int = 200, reason: str = " OK") -> Lie:
    """Another status line before all of the file."""
    return both(ignore_range, having(version=version, status=code, reason=reason, end="close"))


def _many_fields(count: int, length: int) -> Lie:
    def lie(_: Visit, answer: Answer) -> None:
        answer.fields += [(f"X-Field-{number}", "v" * length) for number in range(count)]

    return lie


def _folded(_: Visit, answer: Answer) -> None:
    answer.fields.append(("X-Folded", "one\r\n  two\r\n\tContent-Length: 3"))


def _space_before_colon(_: Visit, answer: Answer) -> None:
    answer.fields.insert(0, ("X-Odd ", "value"))


def _no_colon(_: Visit, answer: Answer) -> None:
    answer.reason += "\r\nthis line has no colon"


_HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nContent-Length: 5\r\n"
_HINTS += b'Content-Range: bytes 0-4/5\r\nETag: "early"\r\nLocation: /elsewhere\r\n\r\n'
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_ESCAPES = " \x1b[31mred\x1b]0;title\x07\x9b2J"

# fmt: off
ROWS = (
    Row(id="bare-lf", what="lines end with LF alone", lie=having(newline=b"\n"), **BIG),
    Row(id="no-reason", what="a status line without a reason phrase", lie=having(reason=" ")),
    Row(id="no-reason-no-space", what="a status line that ends with the number",
        lie=having(reason="")),
    Row(id="long-reason", what="a reason phrase of 20 000 characters",
        lie=having(reason=" " + "O" * 20_000)),
    Row(id="escapes-in-reason", what="terminal escapes in the reason phrase",
        lie=having(reason=_ESCAPES)),
    Row(id="escapes-in-fields", what="terminal escapes in ETag and Content-Type of an error",
        codes=refused(3), lie=both(status(404, body=_ESCAPES.encode()), having(reason=_ESCAPES),
                                   put("ETag", f'"{_ESCAPES}"'), put("Server", _ESCAPES))),
    Row(id="escapes-in-range", what="terminal escapes in Content-Range",
        lie=when(later, put("Content-Range", "bytes " + _ESCAPES))),
    Row(id="no-head", what="a body without a head (HTTP/0.9)", codes=refused(22), size=SMALL,
        lie=_raw(b"just bytes, no head at all\n" * 40)),
    Row(id="icy", what="ICY 200 OK, as radio servers say", codes=refused(22), size=SMALL,
        lie=_line("ICY")),
    Row(id="http-2.0", what="HTTP/2.0 in a status line of text, all else in order",
        lie=_line("HTTP/2.0")),
    Row(id="http-3.7", what="HTTP/3.7 in a status line of text, all else in order",
        lie=_line("HTTP/3.7")),
    Row(id="http-word", what="HTTP/one.one", codes=refused(22), size=SMALL,
        lie=_line("HTTP/one.one")),
    Row(id="status-99", what="status 099", codes=refused(22), size=SMALL,
        lie=_raw(b"HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n")),
    Row(id="status-0", what="status 000", codes=refused(22), size=SMALL,
        lie=_raw(b"HTTP/1.1 000 None\r\nContent-Length: 0\r\n\r\n")),
    Row(id="status-999", what="status 999", codes=refused(22), size=SMALL, lie=_line(code=999)),
    Row(id="status-2000", what="status 2000", codes=refused(22), size=SMALL, lie=_line(code=2000)),
    Row(id="status-word", what="a status that is a word", codes=refused(22), size=SMALL,
        lie=_raw(b"HTTP/1.1 OK 200\r\nContent-Length: 0\r\n\r\n")),
    Row(id="garbage", what="random bytes instead of a head", codes=refused(22), size=SMALL,
        lie=_raw(bytes(range(1, 256)) * 8)),
    Row(id="tls-alert", what="a TLS alert where HTTP was spoken", codes=refused(22), size=SMALL,
        lie=_raw(b"\x15\x03\x01\x00\x02\x02\x46")),
    Row(id="nothing", what="closes without an answer", codes=refused(6), size=SMALL,
        lie=_raw(b"")),
    Row(id="half-a-head", what="closes in the middle of the head", codes=refused(6), size=SMALL,
        lie=_raw(b"HTTP/1.1 200 OK\r\nContent-Len")),
    Row(id="head-never-ends", what="half a head, then silence", codes=refused(5), size=SMALL,
        lie=_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n", "hang")),
    Row(id="head-trickles", what="a head that comes a byte at a time", codes=refused(5),
        size=SMALL, lie=having(head_bytes_per_s=10.0)),
    Row(id="head-half-once", what="half a head and the end, once",
        lie=when(times(1), _raw(b"HTTP/1.1 206 P"))),
    Row(id="endless-head", what="fields without an end", codes=refused(22), size=SMALL,
        lie=having(raw=b"HTTP/1.1 200 OK\r\n", flood=b"X-Field: " + b"v" * 1000 + b"\r\n")),
    Row(id="endless-field", what="one field without an end", codes=refused(22), size=SMALL,
        lie=having(raw=b"HTTP/1.1 200 OK\r\nX: ", flood=b"v" * 10_000)),
    Row(id="endless-status-line", what="a status line without an end", codes=refused(22),
        size=SMALL, lie=having(raw=b"HTTP/1.1 200 ", flood=b"O" * 10_000)),
    Row(id="megabyte-field", what="a field of a megabyte", codes=refused(22), size=SMALL,
        lie=put("X-Long", "v" * (1 << 20))),
    Row(id="many-fields", what="2 000 fields, 100 KB together", lie=_many_fields(2000, 30)),
    Row(id="long-field", what="a field of 60 000 bytes", lie=_many_fields(1, 60_000)),
    Row(id="too-many-fields", what="20 000 fields, a megabyte together", codes=refused(22),
        size=SMALL, lie=_many_fields(20_000, 40)),
    Row(id="endless-trailers", what="trailers without an end", codes=refused(22), size=SMALL,
        lie=having(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
                   flood=b"X-Trailer: " + b"v" * 1000 + b"\r\n")),
    Row(id="folded-field", what="a field folded over three lines, as was allowed once",
        lie=_folded),
    Row(id="space-before-colon", what="a space between a field's name and its colon",
        lie=_space_before_colon),
    Row(id="line-without-colon", what="a line of the head without a colon", codes=refused(22),
        lie=_no_colon, size=SMALL),
    Row(id="latin-1-field", what="bytes beyond ASCII in a field", lie=put("Server", "s\xfcd\xff")),
    Row(id="nul-in-field", what="a NUL in a field", codes=refused(22), size=SMALL,
        lie=put("Server", "a\x00b")),
    Row(id="continue", what="100 Continue before each answer", lie=having(before=_CONTINUE)),
    Row(id="early-hints", what="three 103 with fields that do not count before each answer",
        lie=having(before=_HINTS * 3), **BIG),
    Row(id="1xx-many", what="200 answers 100 Continue, then the real one",
        lie=having(before=_CONTINUE * 200)),
    Row(id="1xx-flood", what="1xx answers without an end", codes=refused(22), size=SMALL,
        lie=having(raw=b"", flood=_HINTS)),
    Row(id="switching-protocols", what="101 that nobody asked for, then the end", codes=refused(6), size=SMALL,
        lie=_raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n")),
    Row(id="type-is-html", what="Content-Type: text/html for a binary file",
        lie=put("Content-Type", "text/html; charset=utf-8")),
    Row(id="cookies", what="1 000 cookies that would go back to the server",
        lie=lambda _, answer: answer.fields.extend(
            ("Set-Cookie", f"c{n}=v{n}; Path=/; Domain=127.0.0.1") for n in range(1000))),
    Row(id="refresh", what="a Refresh field that leads elsewhere",
        lie=add("Refresh", "0; url={other}/evil.bin")),
    Row(id="location-with-200", what="a Location in an answer that is no redirect",
        lie=add("Location", "{other}/evil.bin")),
)
# fmt: on
