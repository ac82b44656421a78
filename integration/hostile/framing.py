"""Framing lies: how long a body is, where it ends, in which pieces it comes (RFC 9112)."""

from __future__ import annotations

from integration.hostile.lies import (
    add,
    both,
    chunked,
    cut,
    drop,
    either,
    having,
    ignore_range,
    later,
    plain,
    put,
    ranged,
    times,
    when,
)
from integration.hostile.row import BIG, SMALL, Row, refused
from integration.hostile.wire import Answer, Visit


def _trailers(_: Visit, answer: Answer) -> None:
    chunked(end=b'ETag: "other"\r\nContent-Range: bytes 5-9/10\r\nContent-Length: 1\r\n\r\n')(
        _, answer
    )


def _coded(first: bytes, end: bytes = b"0\r\n\r\n") -> Row:
    """All of the file, its framing put by hand; then the end."""

    def lie(visit: Visit, answer: Answer) -> None:
        ignore_range(visit, answer)
        answer.drop("Content-Length")
        answer.put("Transfer-Encoding", "chunked")
        answer.body, answer.end = first + answer.body + end, "close"

    return lie


def _longer(count: int) -> object:
    def lie(_: Visit, answer: Answer) -> None:
        answer.after = b"x" * count

    return lie


def _one_more_in_part(_: Visit, answer: Answer) -> None:
    answer.body += b"x"
    answer.put("Content-Length", len(answer.body))


def _one_less_in_part(_: Visit, answer: Answer) -> None:
    answer.body = answer.body[:-1]
    answer.put("Content-Length", len(answer.body))


def _length(value: str) -> object:
    return both(ignore_range, put("Content-Length", value), having(end="close"))


_TO_THE_END = both(ignore_range, drop("Content-Length"), having(end="close"))
_SPLIT = (
    b"HTTP/1.1 206 Evil\r\nContent-Range: bytes 262144-299999/300000\r\n"
    b'ETag: "v1"\r\nContent-Length: 37856\r\n\r\n' + b"E" * 37856
)

# fmt: off
ROWS = (
    Row(id="honest", what="an honest server, for comparison", least_connections=3, **BIG),
    Row(id="no-ranges", what="knows no ranges, says nothing of them",
        lie=both(ignore_range, drop("Accept-Ranges"))),
    Row(id="chunked", what="no length, chunked", lie=both(ignore_range, chunked())),
    Row(id="chunked-extensions", what="chunk extensions with quotes and semicolons",
        lie=both(ignore_range, chunked(extension=b';a="x;\\"y";b'))),
    Row(id="chunked-trailers", what="trailers that contradict the head",
        lie=both(ignore_range, _trailers)),
    Row(id="chunked-single-bytes", what="chunks of one byte", size=SMALL,
        lie=both(ignore_range, chunked(1))),
    Row(id="chunked-ranges", what="chunked 206 answers", lie=chunked(), **BIG),
    Row(id="chunked-with-length", what="chunked, with a Content-Length that is wrong",
        lie=both(ignore_range, chunked(), put("Content-Length", "17"))),
    Row(id="chunked-with-huge-length", what="chunked, with an enormous Content-Length",
        lie=both(ignore_range, chunked(), put("Content-Length", "9" * 15))),
    Row(id="chunked-range-with-length", what="chunked 206 with a wrong Content-Length",
        lie=when(ranged, chunked(), put("Content-Length", "17"))),
    Row(id="chunked-no-end", what="chunked, closed before the last chunk", codes=refused(6),
        lie=both(ignore_range, chunked(), cut(0.9))),
    Row(id="chunked-no-last-chunk", what="all the bytes, but closed without the last chunk",
        codes=refused(6), lie=_coded(b"493e0\r\n", b"\r\n")),
    Row(id="chunked-never-ends", what="chunks without an end", codes=refused(5), size=SMALL,
        lie=both(ignore_range, chunked(), cut(0.9, "hang"))),
    Row(id="chunk-size-no-number", what="a chunk size that is no number", codes=refused(22),
        lie=_coded(b"zz\r\n")),
    Row(id="chunk-size-negative", what="a negative chunk size", codes=refused(22),
        lie=_coded(b"-5\r\n")),
    Row(id="chunk-size-overflow", what="a chunk size beyond 64 bits", codes=refused(22),
        lie=_coded(b"1" + b"0" * 16 + b"5\r\n")),
    Row(id="chunk-size-empty", what="an empty chunk size", codes=refused(22), lie=_coded(b"\r\n")),
    Row(id="chunk-too-long", what="a chunk that is longer than its size", codes=refused(22),
        lie=_coded(b"5\r\n")),
    Row(id="transfer-gzip", what="Transfer-Encoding: gzip, chunked, not asked for",
        codes=refused(22), lie=both(ignore_range, chunked(),
                                    put("Transfer-Encoding", "gzip, chunked"))),
    Row(id="transfer-unknown", what="a transfer coding that nobody knows", codes=refused(22),
        lie=both(ignore_range, put("Transfer-Encoding", "foo"), having(end="close"))),
    Row(id="transfer-identity", what="Transfer-Encoding: identity, of old",
        lie=both(put("Transfer-Encoding", "identity"), having(end="close"))),
    Row(id="length-twice", what="two equal Content-Length fields",
        lie=add("Content-Length", lambda _, answer: str(len(answer.body)))),
    Row(id="lengths-differ", what="two Content-Length fields that differ", codes=refused(22),
        lie=both(ignore_range, add("Content-Length", "17"), having(end="close"))),
    Row(id="length-list-differs", what="Content-Length: 300000, 17", codes=refused(22),
        lie=_length("300000, 17")),
    Row(id="length-negative", what="a negative length", codes=refused(22), lie=_length("-1")),
    Row(id="length-plus", what="Content-Length: +300000", codes=refused(22),
        lie=_length("+300000")),
    Row(id="length-hex", what="a length in hexadecimal", codes=refused(22),
        lie=_length("0x493e0")),
    Row(id="length-decimal", what="a length with a decimal point", codes=refused(22),
        lie=_length("300000.0")),
    Row(id="length-word", what="a length in words", codes=refused(22), lie=_length("many")),
    Row(id="length-enormous", what="a length near 2^63", codes=refused(9),
        lie=_length("9" * 18)),
    Row(id="length-beyond", what="a length beyond 2^63", codes=refused(22),
        lie=_length("9" * 30)),
    Row(id="short-always", what="always a byte short, without ranges", codes=refused(6),
        lie=both(ignore_range, cut(0.99))),
    Row(id="short-once", what="cut short once, without ranges",
        lie=both(ignore_range, when(times(1), cut()))),
    Row(id="half-each-time", what="each body is cut in half, ranges work", lie=cut(), **BIG),
    Row(id="short-parts-once", what="three parts lack their last byte",
        lie=when(times(3, later), cut(0.99)), **BIG),
    Row(id="too-long", what="a byte more than the length says", lie=_longer(1)),
    Row(id="much-too-long", what="a megabyte more than the length says", lie=_longer(1 << 20)),
    Row(id="part-too-long", what="a 206 a byte longer than its Content-Range",
        lie=when(ranged, _one_more_in_part)),
    Row(id="later-part-too-long", what="later 206 a byte longer than their Content-Range",
        lie=when(later, _one_more_in_part), **BIG),
    Row(id="later-part-too-short", what="later 206 a byte shorter than their Content-Range",
        lie=when(later, _one_less_in_part), **BIG),
    Row(id="chunked-part-too-long", what="chunked 206 longer than their Content-Range",
        lie=when(later, _one_more_in_part, chunked()), **BIG),
    Row(id="chunked-part-too-short", what="chunked 206 shorter than their Content-Range",
        lie=when(later, _one_less_in_part, chunked()), **BIG),
    Row(id="http-1.0", what="HTTP/1.0 with a length, closes",
        lie=both(ignore_range, having(version="HTTP/1.0", end="close"))),
    Row(id="http-1.0-no-length", what="HTTP/1.0 without a length, closes",
        lie=both(_TO_THE_END, having(version="HTTP/1.0"))),
    Row(id="http-1.0-ranges", what="HTTP/1.0 with ranges, closes each time",
        lie=having(version="HTTP/1.0", end="close"), **BIG),
    Row(id="close-delimited", what="no length; the end is the end", lie=_TO_THE_END),
    Row(id="close-delimited-parts", what="206 without a length; the end is the end",
        lie=both(drop("Content-Length"), having(end="close")), **BIG),
    Row(id="never-closes", what="no length, and never closes", codes=refused(5), size=SMALL,
        lie=both(_TO_THE_END, having(end="hang"))),
    Row(id="reset-without-length", what="no length, and a reset where the end should be",
        codes=refused(6), size=SMALL, lie=both(_TO_THE_END, having(end="reset"), cut(0.5, "reset"))),
    Row(id="connection-close", what="Connection: close with every answer",
        lie=both(put("Connection", "close"), having(end="close")), **BIG),
    Row(id="silent-close", what="closes after every answer, without saying so",
        lie=having(end="close"), **BIG),
    Row(id="two-answers", what="a second answer follows that nobody asked for",
        lie=when(times(1), having(after=_SPLIT))),
    Row(id="empty", what="an empty file: 416 to the range, with */0", size=0),
    Row(id="empty-length", what="an empty file: 200 with length 0", size=0, lie=ignore_range),
    Row(id="empty-chunked", what="an empty file, chunked", size=0,
        lie=both(ignore_range, chunked())),
    Row(id="empty-close", what="an empty file without a length", size=0, lie=_TO_THE_END),
    Row(id="empty-416-no-range", what="an empty file: 416 without Content-Range", size=0,
        lie=either(plain, ignore_range, drop("Content-Range"))),
    Row(id="one-byte", what="a file of one byte", size=1),
)
# fmt: on
