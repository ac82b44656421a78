"""Range lies: other bytes, other lengths, other statuses than were asked for (RFC 9110 section 14)."""

from __future__ import annotations

import gzip

from integration.hostile.lies import (
    add,
    both,
    drop,
    either,
    every,
    having,
    ignore_range,
    later,
    plain,
    put,
    ranged,
    status,
    times,
    when,
)
from integration.hostile.row import BIG, SMALL, Row, refused
from integration.hostile.wire import Answer, Lie, Visit


def _moved(by: int, *, size_by: int = 0) -> Lie:
    """Content-Range names other bytes; the body is what was asked for."""

    def lie(visit: Visit, answer: Answer) -> None:
        first, last = answer.first + by, answer.first + len(answer.body) - 1 + by
        size = visit.scene.size + size_by
        answer.put("Content-Range", f"bytes {first}-{last}/{size}")

    return lie


def _part(start: int, stop: int | None = None) -> Lie:
    """An honest 206 of another part than was asked for: of what was asked, from `start` to `stop`."""

    def lie(visit: Visit, answer: Answer) -> None:
        content = visit.scene.content()
        first = max(0, answer.first + start)
        last = answer.first + (len(answer.body) if stop is None else min(stop, len(answer.body)))
        answer.status, answer.body = 206, content[first:last]
        answer.put("Content-Range", f"bytes {first}-{first + len(answer.body) - 1}/{len(content)}")
        answer.put("Content-Length", len(answer.body))

    return lie


def _whole_as_part(visit: Visit, answer: Answer) -> None:
    content = visit.scene.content()
    answer.status, answer.body, answer.first = 206, content, 0
    answer.put("Content-Range", f"bytes 0-{len(content) - 1}/{len(content)}")
    answer.put("Content-Length", len(content))


def _blocks(visit: Visit, answer: Answer) -> None:
    """Rounds the range to blocks of 64 KiB."""
    content = visit.scene.content()
    first = answer.first - answer.first % 65_536
    last = min(
        len(content), first + -(-(answer.first + len(answer.body) - first) // 65_536) * 65_536
    )
    answer.body, answer.first = content[first:last], first
    answer.put("Content-Range", f"bytes {first}-{last - 1}/{len(content)}")
    answer.put("Content-Length", last - first)


def _multipart(_: Visit, answer: Answer) -> None:
    said = next(value for name, value in answer.fields if name == "Content-Range")
    head = f"--XX\r\nContent-Type: a/b\r\nContent-Range: {said}\r\n\r\n".encode()
    answer.drop("Content-Range")
    answer.put("Content-Type", "multipart/byteranges; boundary=XX")
    answer.body = head + answer.body + b"\r\n--XX--\r\n"
    answer.put("Content-Length", len(answer.body))


def _gzipped(_: Visit, answer: Answer) -> None:
    answer.put("Content-Encoding", "gzip")
    answer.body = gzip.compress(answer.body, 1, mtime=0)
    answer.put("Content-Length", len(answer.body))


_HTML = b"<html><body>Something went wrong</body></html>\n" * 20
_PAGE = status(200, ("Content-Type", "text/html"), body=_HTML)
_RANGE = "Content-Range"
_IN_PARTS = when(ranged, put(_RANGE, "bytes */300000"))

# fmt: off
ROWS = (
    Row(id="range-ignored", what="200 to every range, though Accept-Ranges: bytes",
        lie=ignore_range, **BIG),
    Row(id="range-ignored-later", what="200 to every range but the first",
        lie=when(later, ignore_range), **BIG),
    Row(id="range-ignored-often", what="200 to every second range",
        lie=when(every(2, later), ignore_range), **BIG),
    Row(id="range-ignored-first", what="200 to the first range only",
        lie=when(times(1), ignore_range), **BIG),
    Row(id="ranges-none", what="Accept-Ranges: none, but ranges work",
        lie=put("Accept-Ranges", "none"), **BIG),
    Row(id="ranges-unsaid", what="no Accept-Ranges, but ranges work", lie=drop("Accept-Ranges"),
        least_connections=3, **BIG),
    Row(id="no-head-method", what="405 to HEAD",
        lie=when(lambda visit: visit.method == "HEAD", status(405))),
    Row(id="head-forbidden", what="403 to HEAD",
        lie=when(lambda visit: visit.method == "HEAD", status(403))),
    Row(id="head-hangs", what="no answer to HEAD",
        lie=when(lambda visit: visit.method == "HEAD", having(raw=b"", end="hang"))),
    Row(id="head-lies", what="another length in answer to HEAD",
        lie=when(lambda visit: visit.method == "HEAD", put("Content-Length", "17"))),
    Row(id="other-start", what="206 whose Content-Range begins a byte later",
        lie=when(ranged, _moved(1, size_by=1))),
    Row(id="other-start-later", what="the same, but for the first range",
        lie=when(later, _moved(-1)), **BIG),
    Row(id="other-start-once", what="the same, once", lie=when(times(1, later), _moved(-1)), **BIG),
    Row(id="bytes-before", what="206 of the bytes before those asked for, honest about it",
        lie=when(later, _part(-1000, -1000)), **BIG),
    Row(id="part-shorter", what="206 that ends early, honest about it (RFC 9110 allows that)",
        lie=when(ranged, _part(0, 100_000)), **BIG),
    Row(id="part-longer", what="206 rounded to blocks of 64 KiB, honest about it",
        lie=when(later, _blocks), **BIG),
    Row(id="all-as-206", what="206 with all of the file to any later range",
        lie=when(later, _whole_as_part), **BIG),
    Row(id="206-unasked", what="206 with half of the file where no range was asked for",
        codes=refused(22), lie=either(plain, _part(0, 150_000), drop(_RANGE))),
    Row(id="206-always-half", what="206 with the first half of the file to everything",
        codes=refused(22), lie=both(ignore_range, _part(0, 150_000))),
    Row(id="total-unknown", what="206 with total *",
        lie=when(ranged, put(_RANGE, lambda _, a: f"bytes {a.first}-{a.first + len(a.body) - 1}/*")),
        **BIG),
    Row(id="total-grows", what="206 with a total that grows with each range", codes=refused(41),
        lie=lambda visit, answer: _moved(0, size_by=visit.nth)(visit, answer), **BIG),
    Row(id="total-too-small", what="206 with a total smaller than its last byte",
        lie=when(later, put(_RANGE, lambda _, a: f"bytes {a.first}-{a.first + 9}/{a.first}"))),
    Row(id="no-content-range", what="206 without Content-Range", lie=when(ranged, drop(_RANGE))),
    Row(id="no-content-range-later", what="the same, but for the first range",
        lie=when(later, drop(_RANGE)), **BIG),
    Row(id="two-content-ranges", what="206 with two Content-Range that differ",
        lie=when(ranged, add(_RANGE, "bytes 5-9/10"))),
    Row(id="unit-items", what="206 in another unit", lie=when(ranged, put(_RANGE, "items 0-9/10"))),
    Row(id="content-range-equals", what="Content-Range: bytes=0-9/10, a mistake that is common",
        lie=when(ranged, put(_RANGE, lambda v, a: (
            f"bytes={a.first}-{a.first + len(a.body) - 1}/{v.scene.size}")))),
    Row(id="content-range-reversed", what="a last position before the first",
        lie=when(ranged, put(_RANGE, "bytes 9-0/300000"))),
    Row(id="content-range-negative", what="a negative position",
        lie=when(ranged, put(_RANGE, "bytes -1-9/300000"))),
    Row(id="content-range-huge", what="positions beyond 2^64",
        lie=when(ranged, put(_RANGE, f"bytes 0-{'9' * 25}/{'9' * 26}"))),
    Row(id="content-range-empty", what="an empty Content-Range", lie=when(ranged, put(_RANGE, ""))),
    Row(id="content-range-unsatisfied", what="206 with the Content-Range of a 416", lie=_IN_PARTS),
    Row(id="content-range-on-200", what="200 with a Content-Range",
        lie=both(ignore_range, put(_RANGE, "bytes 0-9/10"))),
    Row(id="multipart", what="multipart/byteranges with one part", lie=when(ranged, _multipart)),
    Row(id="multipart-later", what="the same, but for the first range",
        lie=when(later, _multipart), **BIG),
    Row(id="page-once", what="an HTML page with 200 for one range", lie=when(times(1, later), _PAGE),
        **BIG),
    Row(id="page-later", what="an HTML page with 200 for every range but the first",
        lie=when(later, _PAGE), **BIG),
    Row(id="page-to-ranges", what="an HTML page with 400 to every range",
        lie=when(ranged, status(400, body=_HTML))),
    Row(id="range-403", what="403 to every range", lie=when(ranged, status(403))),
    Row(id="range-403-later", what="403 to every range but the first", lie=when(later, status(403)),
        **BIG),
    Row(id="range-405", what="405 to every range", lie=when(ranged, status(405))),
    Row(id="range-500", what="500 to every range", lie=when(ranged, status(500))),
    Row(id="range-501", what="501 to every range", lie=when(ranged, status(501))),
    Row(id="416-always", what="416 to every range",
        lie=when(ranged, status(416, (_RANGE, "bytes */300000")))),
    Row(id="416-no-range", what="416 without Content-Range to every range",
        lie=when(ranged, status(416))),
    Row(id="416-later", what="416 to every range but the first",
        lie=when(later, status(416, (_RANGE, "bytes */2500000"))), **BIG),
    Row(id="416-plain", what="416 to everything", codes=refused(22), size=SMALL,
        lie=status(416, (_RANGE, "bytes */10000"))),
    Row(id="gzip-later", what="gzip on every range but the first", lie=when(later, _gzipped), **BIG),
    Row(id="gzip-whole-only", what="gzip on the whole, but not on ranges", lie=when(plain, _gzipped)),
    Row(id="gzip-all", what="gzip on everything, though the name says .bin", codes=refused(22),
        lie=_gzipped, size=SMALL),
    Row(id="gzip-label", what="Content-Encoding: gzip on a .tar.gz, saved as sent",
        path="/file.tar.gz", lie=put("Content-Encoding", "gzip"), name="file.tar.gz", **BIG),
    Row(id="coding-unknown", what="an unknown content coding", codes=refused(22), size=SMALL,
        lie=put("Content-Encoding", "rot13")),
    Row(id="coding-identity", what="Content-Encoding: identity",
        lie=put("Content-Encoding", "identity")),
    Row(id="coding-empty", what="an empty Content-Encoding", lie=put("Content-Encoding", "")),
    Row(id="coding-twice", what="Content-Encoding: gzip, br", codes=refused(22), size=SMALL,
        lie=put("Content-Encoding", "gzip, br")),
    Row(id="drops-if-range", what="drops Range when there is If-Range, as some CDNs do",
        lie=when(lambda visit: "if-range" in visit.headers, ignore_range), **BIG),
    Row(id="refuses-if-range", what="412 to If-Range",
        lie=when(lambda visit: "if-range" in visit.headers, status(412)), **BIG),
)
# fmt: on
