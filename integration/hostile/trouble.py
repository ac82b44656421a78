"""Trouble: resets, stalls, too slow, too many, not now, not any more (RFC 9110 section 15)."""

from __future__ import annotations

from email.utils import formatdate
from time import time

from integration.hostile.lies import (
    Text,
    add,
    both,
    crowded,
    cut,
    cut_at,
    every,
    having,
    ignore_range,
    later,
    replaced,
    status,
    times,
    when,
)
from integration.hostile.row import BIG, LARGE, SMALL, Row, refused
from integration.hostile.scene import Scene
from integration.hostile.wire import Answer, Lie, Visit

_FEW = {"size": SMALL}


def _connecting(how: str, most: int | None = None) -> dict[str, object]:
    """What happens to the first so many connections, to all where most is None."""

    def on_connect(scene: Scene, _: str) -> str:
        return how if most is None or scene.count(on_connect) <= most else ""

    return {"on_connect": on_connect}


def _crowd(how: str, most: int) -> dict[str, object]:
    """What happens to a connection while there are more than `most`."""

    def on_connect(scene: Scene, _: str) -> str:
        return how if scene.active > most - 1 else ""

    return {"on_connect": on_connect}


def _at_most(bytes_each: int, end: str = "close") -> Lie:
    """No answer brings more than so many bytes."""
    return having(keep=bytes_each, end=end)


def _in(seconds: float) -> Text:
    return lambda *_: formatdate(time() + seconds, usegmt=True)


def _says(code: int, retry_after: Text | None = None) -> Lie:
    if retry_after is None:
        return status(code)
    return both(status(code), add("Retry-After", retry_after))


def _slow_connection(visit: Visit, answer: Answer) -> None:
    if visit.connection == 2:
        answer.bytes_per_s = 40_000.0


def _expires(visit: Visit, answer: Answer) -> None:
    """A first URL that signs for five requests."""
    path, _, ticket = visit.target.partition("?ticket=")
    if path != "/signed":
        number = visit.scene.count("ticket")
        answer.become(302, b"", ("Location", f"/signed?ticket={number}"))
    elif visit.scene.count(f"ticket {ticket}") > 3:
        answer.become(403)


def _never_again(visit: Visit, answer: Answer) -> None:
    if visit.target != "/signed":
        answer.become(302, b"", ("Location", "/signed"))
    elif visit.scene.count("signed") > 3:
        answer.become(403)


def _expires_into_another(visit: Visit, answer: Answer) -> None:
    _expires(visit, answer)
    if visit.target.endswith(("ticket=2", "ticket=3")) and answer.status < 300:
        replaced(etag='"v2"')(visit, answer)


# fmt: off
ROWS = (
    Row(id="reset-on-accept", what="resets every connection", codes=refused(6), **_FEW,
        **_connecting("reset")),
    Row(id="close-on-accept", what="closes every connection", codes=refused(6), **_FEW,
        **_connecting("close")),
    Row(id="silent-on-accept", what="never says a word", codes=refused(5), **_FEW,
        **_connecting("hang")),
    Row(id="reset-on-accept-twice", what="resets the first two connections",
        **_connecting("reset", 2)),
    Row(id="silent-on-accept-once", what="never answers on the first connection",
        **_connecting("hang", 1)),
    Row(id="reset-each-time", what="a reset after 100 KB of each answer",
        lie=_at_most(100_000, "reset"), **BIG),
    Row(id="close-each-time", what="closed after 64 KiB of each answer", lie=_at_most(65_536),
        **BIG),
    Row(id="close-each-time-no-ranges", what="the same, without ranges", codes=refused(6),
        lie=both(ignore_range, _at_most(65_536))),
    Row(id="a-byte-each-time", what="closed after one byte of each answer", codes=refused(6),
        lie=_at_most(1)),
    Row(id="ten-bytes-each-time", what="closed after ten bytes of each answer: 20 requests",
        size=200, lie=_at_most(10)),
    Row(id="no-byte-each-time", what="closed before the first byte of each body", codes=refused(6),
        lie=_at_most(0, "reset")),
    Row(id="last-byte-never", what="reset before the last byte of the file, always",
        codes=refused(6), lie=cut_at(LARGE - 1), **BIG),
    Row(id="reset-often", what="every third answer is reset in its middle",
        lie=when(every(3), cut(0.5, "reset")), **BIG),
    Row(id="stalls-once", what="one body stops in the middle, for good",
        lie=when(times(1, later), cut(0.5, "hang")), **BIG),
    Row(id="stalls-always", what="no body goes beyond its middle, and nothing is closed",
        codes=refused(5), lie=both(ignore_range, cut(0.5, "hang")), **_FEW),
    Row(id="stalls-before-body", what="a head, and no body", codes=refused(5),
        lie=having(keep=0, end="hang"), **_FEW),
    Row(id="stalls-before-head", what="no answer at all", codes=refused(5),
        lie=having(raw=b"", end="hang"), **_FEW),
    Row(id="stalls-before-head-once", what="no answer to one range", lie=when(
        times(1, later), having(raw=b"", end="hang")), **BIG),
    Row(id="trickles", what="100 bytes per second", codes=refused(5),
        lie=having(bytes_per_s=100.0), **_FEW),
    Row(id="slow-connection", what="one connection is slow", lie=_slow_connection, size=LARGE,
        bytes_per_s=1_500_000.0),
    Row(id="slow-start", what="half a second before each answer", lie=having(delay_s=0.5), **BIG),
    Row(id="limit-2-503", what="503 above two connections", lie=when(crowded(2), status(503)),
        **BIG),
    Row(id="limit-2-429", what="429 above two connections, Retry-After: 1",
        lie=when(crowded(2), _says(429, "1")), **BIG),
    Row(id="limit-1-503", what="503 above one connection", lie=when(crowded(1), status(503)),
        **BIG),
    Row(id="limit-2-403", what="403 above two connections", lie=when(crowded(2), status(403)),
        **BIG),
    Row(id="limit-2-reset", what="reset above two connections", **_crowd("reset", 2), **BIG),
    Row(id="limit-1-close", what="closed above one connection", **_crowd("close", 1), **BIG),
    Row(id="limit-2-silent", what="silence above two connections", **_crowd("hang", 2), **BIG),
    Row(id="limit-2-200", what="the whole file with 200 above two connections",
        lie=when(crowded(2), ignore_range), **BIG),
    Row(id="429-once", what="429 once, Retry-After: 1", lie=when(times(1), _says(429, "1"))),
    Row(id="503-date-once", what="503 once, Retry-After: a date a second ahead",
        lie=when(times(1), _says(503, _in(1.5)))),
    Row(id="503-twice", what="503 twice, no Retry-After", lie=when(times(2), status(503))),
    Row(id="429-always", what="429 always, Retry-After: 0", codes=refused(29),
        lie=_says(429, "0"), requests_max=30),
    Row(id="503-always", what="503 always", codes=refused(29), lie=status(503), requests_max=30),
    Row(id="429-later", what="429 to every range but the first", codes=refused(29),
        lie=when(later, status(429)), requests_max=30, **BIG),
    Row(id="retry-after-absurd", what="Retry-After: 999999999999", codes=refused(29),
        lie=_says(503, "9" * 12), requests_max=2),
    Row(id="retry-after-400-digits", what="Retry-After of 400 digits", codes=refused(29),
        lie=_says(503, "9" * 400), requests_max=2),
    Row(id="retry-after-year-9999", what="Retry-After: a date in the year 9999",
        codes=refused(29), lie=_says(503, "Fri, 31 Dec 9999 23:59:59 GMT"), requests_max=2),
    Row(id="retry-after-past", what="Retry-After: a date that is over, once",
        lie=when(times(1), _says(503, "Thu, 01 Jan 1970 00:00:00 GMT"))),
    Row(id="retry-after-negative", what="Retry-After: -5, once",
        lie=when(times(1), _says(503, "-5"))),
    Row(id="retry-after-word", what="Retry-After: soon, once",
        lie=when(times(1), _says(503, "soon"))),
    Row(id="retry-after-fraction", what="Retry-After: 0.5, once",
        lie=when(times(1), _says(429, "0.5"))),
    Row(id="retry-after-two", what="two Retry-After, one of them absurd", codes=refused(29),
        lie=both(_says(503, "0"), add("Retry-After", "9" * 9)), requests_max=2),
    Row(id="500-once", what="500 once", lie=when(times(1), status(500))),
    Row(id="500-always", what="500 always", codes=refused(22), lie=status(500), requests_max=30),
    Row(id="502-later-once", what="502 to two ranges", lie=when(times(2, later), status(502)),
        **BIG),
    Row(id="504-twice", what="504 twice", lie=when(times(2), status(504))),
    Row(id="408-once", what="408 once, and closes",
        lie=when(times(1), status(408), having(end="close"))),
    Row(id="error-huge", what="500 with an endless body, always", codes=refused(22),
        lie=having(raw=b"HTTP/1.1 500 No\r\nContent-Length: 999999999\r\n\r\n",
                   flood=b"x" * 65_536), **_FEW),
    Row(id="error-stalls", what="404 whose body never comes", codes=refused(3),
        lie=both(status(404), having(keep=0, end="hang")), **_FEW),
    *(Row(id=f"status-{code}", what=f"{code} to everything", codes=refused(exit_code),
          lie=status(code), requests_max=30, **_FEW)
      for code, exit_code in (
          (201, 22), (202, 22), (203, 22), (204, 22), (205, 22), (304, 22), (400, 22), (401, 24),
          (402, 22), (403, 24), (404, 3), (405, 22), (407, 24), (410, 3), (412, 22), (418, 22),
          (421, 22), (451, 22), (501, 22), (505, 22), (511, 22), (599, 22))),
    Row(id="404-once", what="404 to one range in the middle: the file may be gone",
        codes=refused(3), lie=when(times(1, later), status(404)), **BIG),
    Row(id="signed-expires", what="signed URLs that serve three requests each", lie=_expires, **BIG),
    Row(id="signed-expires-for-good", what="a signed URL that expires, and no other is given",
        codes=refused(24), lie=_never_again, **BIG),
    Row(id="signed-expires-changed", what="the next signed URL leads to another file",
        codes=refused(41), lie=_expires_into_another, **BIG),
    Row(id="no-route", what="nobody listens", codes=refused(6), path="http://127.0.0.1:1/file.bin"),
    Row(id="no-name", what="a name that does not exist", codes=refused(19),
        path="http://no-such-host.invalid/file.bin"),
    Row(id="plain-fails-after", what="200 without ranges, broken in the middle twice",
        lie=both(ignore_range, when(times(2), cut()))),
)
# fmt: on
