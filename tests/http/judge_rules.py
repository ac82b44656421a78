"""What `judge` has to say to every answer: the combinations, and the rules that decide them.

The rules speak of an answer in words and know nothing of how `ddm/http/response.py` finds out. The
first one that holds decides.
"""

from collections.abc import Callable, Iterator
from itertools import product
from typing import NamedTuple

from ddm.byteranges import ByteRange
from ddm.failures import Kind
from ddm.http.head import Head
from ddm.http.representation import Representation
from ddm.http.response import Accept, Ask, Expectation, Verdict

MONDAY = "Mon, 05 Jan 2026 00:00:00 GMT"
TUESDAY = "Tue, 06 Jan 2026 00:00:00 GMT"

RANGES = {"none": None, "inside": ByteRange(10, 20), "past the end": ByteRange(90, 120)}
KNOWN = {
    "nothing": None,
    "ETag and date": Representation(100, '"a"', MONDAY),
    "date": Representation(100, None, MONDAY),
    "coded": Representation(100, '"a"', MONDAY, "gzip"),
}
# What a probe that begins nothing asked to be told of with a 304.
UNLESS = {"nothing": None, "ETag and date": KNOWN["ETag and date"], "date": KNOWN["date"]}
STATUSES = (200, 206, 416, 204, 302, 304, 404, 503)
CONTENT_RANGES = {
    "none": (),
    "as asked": ("bytes {first}-{last}/100",),
    "other start": ("bytes {second}-{last}/100",),
    "too short": ("bytes {first}-{first}/100",),
    "other total": ("bytes {first}-{last_of_101}/101",),
    "no total": ("bytes {first}-{last}/*",),
    "only a total": ("bytes */100",),
    "only a total of 0": ("bytes */0",),
    "nonsense": ("bytes {last}-{first}/100",),
    "twice": ("bytes {first}-{last}/100",) * 2,
    "multipart": ("bytes {first}-{last}/100",),
}
LENGTHS = ("none", "fitting", "other", "nonsense", "chunked")
CODINGS = ("none", "gzip")
VALIDATORS = {
    "none": (),
    "same": (("etag", '"a"'), ("last-modified", MONDAY)),
    "other ETag": (("etag", '"b"'), ("last-modified", MONDAY)),
    "weak ETag": (("etag", 'W/"b"'), ("last-modified", MONDAY)),
    "other date": (("last-modified", TUESDAY),),
    "same ETag, other date": (("etag", '"a"'), ("last-modified", TUESDAY)),
}


class Case(NamedTuple):
    """One combination, in words. range to unless: what the request was; the rest: what came."""

    range: str
    asks: bool
    known: str
    unless: str
    status: int
    content_range: str
    length: str
    coding: str
    validator: str


AXES: dict[str, tuple] = {
    "range": tuple(RANGES),
    "asks": (False, True),
    "known": tuple(KNOWN),
    "unless": tuple(UNLESS),
    "status": STATUSES,
    "content_range": tuple(CONTENT_RANGES),
    "length": LENGTHS,
    "coding": CODINGS,
    "validator": tuple(VALIDATORS),
}


def expectations() -> Iterator[tuple[tuple[str, bool, str, str], Expectation]]:
    for of in product(RANGES, (False, True), KNOWN, UNLESS):
        range_, asks, known, unless = of
        if unless == "nothing" or (asks and known == "nothing"):
            yield of, Expectation(RANGES[range_], KNOWN[known], asks, UNLESS[unless])


def cases() -> Iterator[Case]:
    """Every combination."""
    answers = tuple(product(*list(AXES.values())[4:]))
    for asked, _ in expectations():
        yield from (Case(*asked, *came) for came in answers)


def heads(range_name: str) -> Iterator[tuple[tuple[int, str, str, str, str], Head]]:
    """Every answer to a request for that range."""
    for of in product(STATUSES, CONTENT_RANGES, LENGTHS, CODINGS, VALIDATORS):
        status, content_range, length, coding, validator = of
        fields = [("location", "/elsewhere"), *VALIDATORS[validator]]
        fields += _content_range(content_range, range_name)
        fields += _length(length, _body(Case(range_name, False, "", "", *of))[2])
        fields += [("content-encoding", coding)] * (coding != "none")
        yield of, Head(status, tuple(fields))


def _content_range(kind: str, range_name: str) -> list[tuple[str, str]]:
    first, last, last_of_101 = (90, 99, 100) if range_name == "past the end" else (10, 19, 19)
    positions = {"first": first, "second": first + 1, "last": last, "last_of_101": last_of_101}
    values = [value.format(**positions) for value in CONTENT_RANGES[kind]]
    typed = [("content-type", "multipart/byteranges; boundary=x")] * (kind == "multipart")
    return typed + [("content-range", value) for value in values]


def _length(kind: str, fitting: int) -> list[tuple[str, str]]:
    return {
        "none": [],
        "fitting": [("content-length", str(fitting))],
        "other": [("content-length", str(fitting - 1))],
        "nonsense": [("content-length", "-1")],
        "chunked": [("transfer-encoding", "chunked"), ("content-length", "7")],
    }[kind]


def _body(case: Case) -> tuple[int, int | None, int]:
    """Which bytes the answer brings if it is taken, and the Content-Length that fits to it."""
    if case.status == 416:
        return 0, 0, 0
    if case.status != 206:
        stop = {"fitting": 100, "other": 99}.get(case.length)
        return 0, stop, 100
    start, stop = (90, 100) if case.range == "past the end" else (10, 20)
    stop += case.content_range == "other total" and case.range == "past the end"
    return start, stop, stop - start


def verdict_word(verdict: Verdict) -> str:
    """The word that a rule has for it."""
    if isinstance(verdict, Accept | Ask):
        return type(verdict).__name__
    return verdict.failure.kind.value


def takes_its_bytes(case: Case, verdict: Verdict) -> bool:
    """Whether an answer that is taken is taken as the bytes that it brings, and as no others."""
    if not isinstance(verdict, Accept | Ask):
        return True
    return (verdict.start, verdict.stop) == _body(case)[:2]


class Rule(NamedTuple):
    """when, because: for people. source: the section, of RFC 9110 if nothing else is said."""

    status: str
    when: str
    verdict: str
    because: str
    source: str
    holds: Callable[[Case], bool]


def rule_of(case: Case) -> int:
    """The number of the rule that decides."""
    return next(number for number, rule in enumerate(RULES) if rule.holds(case))


def _coding_differs(c: Case) -> bool:
    return c.coding != ("gzip" if c.known == "coded" else "none")


def _vouched(c: Case) -> bool:
    """A 206 that leaves the coding out, but has the ETag of the coded file that was begun."""
    same_etag = c.validator in ("same", "same ETag, other date")
    return c.known == "coded" and c.coding == "none" and same_etag


def _other_size(c: Case) -> bool:
    said = {200: c.length == "other", 206: c.content_range == "other total"}
    return c.known != "nothing" and said.get(c.status, c.content_range == "only a total of 0")


def _other_etag(c: Case) -> bool:
    return c.known in ("ETag and date", "coded") and c.validator == "other ETag"


def _other_date(c: Case) -> bool:
    if c.known == "date":
        return c.validator in ("other date", "same ETag, other date")
    return c.known != "nothing" and c.validator == "other date"


def _changed(c: Case) -> bool:
    return _other_size(c) or _other_etag(c) or _other_date(c)


def _wrong(status: str, when: str, because: str, source: str, holds: Callable) -> Rule:
    return Rule(status, when, Kind.RANGE_WRONG.value, because, source, holds)


def _change(status: str, when: str, because: str, source: str, holds: Callable) -> Rule:
    return Rule(status, when, Kind.CHANGED.value, because, source, holds)


_NO_RANGE_IN_IT = ("none", "twice", "nonsense", "only a total", "only a total of 0")

RULES = (
    Rule("302", "with a Location", "redirected", "the core follows it", "15.4",
         lambda c: c.status == 302),
    Rule("304", "no condition was sent", "bad-response", "nobody asked", "15.4.5",
         lambda c: c.status == 304 and c.unless == "nothing"),
    Rule("304", "asked about an ETag; it says another one", "bad-response",
         "it contradicts itself; for this, weak ETags count", "13.1.2, 15.4.5",
         lambda c: c.status == 304 and c.unless == "ETag and date"
         and c.validator in ("other ETag", "weak ETag")),
    _change("304", "asked about a date; it says another one",
            "an older file took its place", "13.1.3",
            lambda c: c.status == 304 and c.unless == "date"
            and c.validator in ("other date", "same ETag, other date")),
    Rule("304", "else", "not-modified", "the server still has the same file", "15.4.5",
         lambda c: c.status == 304),
    Rule("404", "", "not-found", "an error's body is not the file", "15.5.5",
         lambda c: c.status == 404),
    Rule("503", "", "throttled", "an error's body is not the file", "15.6.4",
         lambda c: c.status == 503),
    Rule("204", "", "bad-response", "nothing that DDM asks for is answered so", "15.3.5",
         lambda c: c.status == 204),
    _change("416", "the total is another one than that of the file begun",
            "its length changed", "15.5.17",
            lambda c: c.status == 416 and _other_size(c)),
    Rule("416", "the probe's range, the total is 0", "Ask",
         "an empty file has no range that could be had", "15.5.17",
         lambda c: c.status == 416 and c.asks and c.range != "none"
         and c.content_range == "only a total of 0"),
    _wrong("416", "else", "the server says that the range cannot be had", "15.5.17",
           lambda c: c.status == 416),
    _wrong("206", "no range was asked for", "a part is not the whole", "15.3.7",
           lambda c: c.status == 206 and c.range == "none"),
    _wrong("206", "multipart/byteranges", "one range was asked for", "15.3.7.2",
           lambda c: c.status == 206 and c.content_range == "multipart"),
    _wrong("206", "Content-Range absent, twice, nonsense, or without a range",
           "nobody knows which bytes these are", "14.4",
           lambda c: c.status == 206 and c.content_range in _NO_RANGE_IN_IT),
    _wrong("206", "Content-Range without a total",
           "a part of another version would not be noticed", "14.4",
           lambda c: c.status == 206 and c.content_range == "no total"),
    _wrong("206", "another start or stop than asked for (the file's end may cut it)",
           "these bytes belong elsewhere", "15.3.7",
           lambda c: c.status == 206 and c.content_range in ("other start", "too short")),
    Rule("200, 206", "Content-Length is no length, or several", "bad-response",
         "where the body ends is not known", "8.6, RFC 9112 6.3",
         lambda c: c.length == "nonsense"),
    _wrong("206", "Content-Length is not that of the range",
           "head and body contradict each other", "8.6",
           lambda c: c.status == 206 and c.length == "other"),
    Rule("206", "not a probe; coded in another way than the file begun, and no equal strong ETag "
         "vouches for a coding left out", "coded",
         "identity was asked for, and coded bytes do not join", "8.4, 15.3.7",
         lambda c: c.status == 206 and not c.asks and _coding_differs(c) and not _vouched(c)),
    _change("206", "a probe; a coding that the file begun did not have",
            "it is another representation", "8.4",
            lambda c: c.status == 206 and c.known in ("ETag and date", "date")
            and c.coding == "gzip"),
    _change("206", "another total, strong ETag, or Last-Modified without equal strong ETags",
            "bytes of two versions do not join", "8.8, 13.1.5, 15.3.7.3",
            lambda c: c.status == 206 and _changed(c)),
    Rule("206", "else, for a probe", "Ask", "the engine names the file and opens it", "15.3.7",
         lambda c: c.status == 206 and c.asks),
    Rule("206", "else", "Accept", "exactly the bytes asked for, of the file begun", "15.3.7",
         lambda c: c.status == 206),
    Rule("200", "for a probe", "Ask", "the engine decides whether to begin again", "15.3.1",
         lambda c: c.asks),
    _change("200", "a range was asked for; in the same coding another strong ETag",
            "If-Range did not hold", "13.1.5",
            lambda c: c.range != "none" and not _coding_differs(c) and _other_etag(c)),
    Rule("200", "a range was asked for; else", "range-ignored",
         "the server may ignore Range; the body begins at 0", "14.2",
         lambda c: c.range != "none"),
    Rule("200", "coded in another way than the file begun", "coded",
         "identity was asked for", "8.4",
         _coding_differs),
    _change("200", "another length, strong ETag, or Last-Modified without equal strong ETags",
            "it is not the file begun", "8.8",
            _changed),
    Rule("200", "else", "Accept", "the whole file from its beginning", "15.3.1",
         lambda c: True),
)  # fmt: skip
