"""Change: the file, its validators or only its bytes are others than they were (RFC 9110 section 8.8)."""

from __future__ import annotations

from integration.hostile.lies import (
    Text,
    after,
    both,
    cut_at,
    drop,
    either,
    first_run,
    ignore_range,
    later,
    put,
    ranged,
    replaced,
    status,
    when,
)
from integration.hostile.row import BIG, LARGE, Row, refused
from integration.hostile.wire import DATE, ETAG, NEW_DATE, NEW_ETAG, Answer, Lie, Visit

_BARE = drop("ETag", "Last-Modified")
_CHANGED = replaced(etag=NEW_ETAG, date=NEW_DATE)
_LATER = after(2, later)


def _per_connection(template: str) -> Text:
    return lambda visit, _: template.format(visit.connection)


def _per_request(template: str) -> Text:
    return lambda visit, _: template.format(visit.nth)


def _if_range_ignored(visit: Visit, answer: Answer) -> None:
    visit.headers.pop("if-range", None)
    _CHANGED(visit, answer)


def _then(lie: Lie) -> Lie:
    """The first run ends in the middle; this is the server of the second."""
    return either(first_run, cut_at(LARGE // 2), lie)


def _bare_then(first: Lie, lie: Lie) -> Lie:
    """The same, where the server says the file is something else from the start."""
    return either(first_run, both(first, cut_at(LARGE // 2)), lie)


def _plain_new(visit: Visit) -> Answer:
    visit.headers.pop("range", None)
    return visit.honest(visit.scene.content("new"), etag=NEW_ETAG, date=NEW_DATE)


_AGAIN = {**BIG, "again": ()}

# fmt: off
ROWS = (
    Row(id="no-validators", what="neither ETag nor Last-Modified", lie=_BARE, least_connections=3,
        **BIG),
    Row(id="weak-etag", what="a weak ETag", lie=put("ETag", 'W/"v1"'), **BIG),
    Row(id="weak-etag-changes", what="a weak ETag that is another for each request",
        lie=put("ETag", _per_request('W/"{}"')), **BIG),
    Row(id="empty-etag", what="an empty ETag", lie=put("ETag", '""'), **BIG),
    Row(id="bare-etag", what="an ETag without quotes", lie=put("ETag", "v1"), **BIG),
    Row(id="odd-etag", what="an ETag with spaces and quotes in it", lie=put("ETag", '"a "b" c"'),
        **BIG),
    Row(id="long-etag", what="an ETag of 3 000 characters", lie=put("ETag", f'"{"e" * 3000}"'),
        **BIG),
    Row(id="two-etags", what="two ETags", lie=lambda _, a: a.fields.append(("ETag", '"v9"')), **BIG),
    Row(id="etag-dropped", what="206 without the ETag that the first answer had",
        lie=when(later, drop("ETag", "Last-Modified")), **BIG),
    Row(id="etag-weakens", what="the same ETag, but weak, in later 206",
        lie=when(later, put("ETag", 'W/"v1"')), **BIG),
    Row(id="odd-date", what="a Last-Modified that is no date", lie=both(
        drop("ETag"), put("Last-Modified", "yesterday")), **BIG),
    Row(id="future-date", what="a Last-Modified far in the future", lie=put(
        "Last-Modified", "Fri, 31 Dec 9999 23:59:59 GMT"), **BIG),
    Row(id="date-per-edge", what="one ETag, another Last-Modified from each edge",
        lie=put("Last-Modified", _per_connection("Thu, 01 Jan 2026 00:{:02}:00 GMT")), **BIG),
    Row(id="etag-per-edge", what="the same bytes with another ETag from each edge of a CDN",
        lie=lambda v, a: v.take(v.honest(etag=f'"edge{v.connection % 2}"'), a), **BIG),
    Row(id="etag-per-request", what="the same bytes with another ETag each time",
        lie=lambda v, a: v.take(v.honest(etag=f'"{v.nth}"'), a), **BIG),
    Row(id="changes-etag", what="another file of the same length, with a new ETag, in the middle",
        codes=refused(41), lie=when(_LATER, _CHANGED), **BIG),
    Row(id="changes-etag-no-if-range", what="the same, and If-Range is ignored",
        codes=refused(41), lie=when(_LATER, _if_range_ignored), **BIG),
    Row(id="changes-date", what="another file with a new Last-Modified and no ETag, in the middle",
        codes=refused(41), lie=either(
            _LATER, replaced(date=NEW_DATE), replaced(date=DATE, new=False)), **BIG),
    Row(id="changes-grows", what="a file that grows in the middle, without validators",
        codes=refused(41), lie=either(
            _LATER, replaced(size=LARGE + 1000), replaced(new=False)), **BIG),
    Row(id="changes-shrinks", what="a file that shrinks in the middle, without validators",
        codes=refused(41), lie=either(
            _LATER, replaced(size=LARGE - 1000), replaced(new=False)), **BIG),
    Row(id="changes-to-nothing", what="a file that is empty all of a sudden", codes=refused(41),
        lie=when(_LATER, replaced(size=0, etag=NEW_ETAG)), **BIG),
    Row(id="vanishes", what="404 from the middle on", codes=refused(3),
        lie=when(_LATER, status(404)), **BIG),
    Row(id="forbidden-midway", what="401 from the middle on", codes=refused(24),
        lie=when(_LATER, status(401)), **BIG),
    Row(id="resumed", what="broken off in the middle; the second run goes on",
        lie=_then(lambda *_: None), **_AGAIN),
    Row(id="resumed-no-ranges", what="the same, but ranges work no more", lie=_then(ignore_range),
        **_AGAIN),
    Row(id="resumed-date-only", what="the same, with Last-Modified alone", lie=_bare_then(
        drop("ETag"), drop("ETag")), **_AGAIN),
    Row(id="resumed-changed-etag", what="another file with a new ETag for the second run",
        codes=refused(41), lie=_then(_CHANGED), **_AGAIN),
    Row(id="resumed-changed-no-if-range", what="the same, and If-Range is ignored",
        codes=refused(41), lie=_then(_if_range_ignored), **_AGAIN),
    Row(id="resumed-changed-200", what="the same, and ranges work no more", codes=refused(41),
        lie=_then(both(_CHANGED, when(ranged, lambda v, a: v.take(_plain_new(v), a)))), **_AGAIN),
    Row(id="resumed-changed-date", what="another file with a new Last-Modified and no ETag",
        codes=refused(41), lie=_bare_then(drop("ETag"), replaced(date=NEW_DATE)), **_AGAIN),
    Row(id="resumed-grown", what="a longer file with the same Last-Modified and no ETag",
        codes=refused(41), lie=_bare_then(
            drop("ETag"), replaced(date=DATE, size=LARGE + 9)), **_AGAIN),
    Row(id="resumed-shrunk", what="a shorter file with the same ETag", codes=refused(41),
        lie=_then(replaced(etag=ETAG, date=DATE, size=LARGE // 4)), **_AGAIN),
    Row(id="resumed-no-validators", what="another file, and nothing ever told them apart",
        whole="new", lie=_bare_then(_BARE, replaced()), **_AGAIN),
    Row(id="resumed-weak-etag", what="another file under the same weak ETag, no date",
        whole="new", lie=_bare_then(both(_BARE, put("ETag", 'W/"v1"')), replaced(etag='W/"v1"')),
        **_AGAIN),
    Row(id="resumed-forced", what="another file, and --force-restart", whole="new",
        lie=_then(_CHANGED), **{**BIG, "again": ("--force-restart",)}),
    Row(id="resumed-gone", what="404 in the second run", codes=refused(3), lie=_then(status(404)),
        **_AGAIN),
    Row(id="resumed-coded", what="gzip in the second run, with the same ETag", codes=refused(22, 41),
        lie=_then(put("Content-Encoding", "gzip")), **_AGAIN),
    Row(id="if-range-always-200", what="If-Range never matches, though nothing changed",
        lie=when(lambda v: "if-range" in v.headers, ignore_range), **BIG),
)
# fmt: on
