"""Redirects: every code, to everywhere, for ever (RFC 9110 section 15.4)."""

from __future__ import annotations

from integration.hostile.lies import (
    Text,
    at_other,
    both,
    either,
    having,
    put,
    replaced,
    status,
    times,
    when,
)
from integration.hostile.row import BIG, SMALL, Row, refused
from integration.hostile.wire import Answer, Lie, Visit

_START = "/start"


def _starting(visit: Visit) -> bool:
    return visit.target.partition("?")[0] == _START


def to(location: Text, code: int = 302) -> Lie:
    """A redirect, from the first URL to somewhere where the file is."""
    return when(_starting, status(code, body=b"moved\n"), put("Location", location))


def _row(identity: str, what: str, location: Text, code: int = 302, **more: object) -> Row:
    settings: dict[str, object] = {"size": SMALL, "path": _START, "lie": to(location, code)}
    return Row(id=identity, what=what, **(settings | more))  # type: ignore[arg-type]


def _refused(identity: str, what: str, location: Text, code: int = 23) -> Row:
    return _row(identity, what, location, codes=refused(code), secret=True, requests_max=12)


def _chain(length: int) -> Lie:
    def lie(visit: Visit, answer: Answer) -> None:
        at = int(visit.target.rpartition("/")[2]) if visit.target != _START else 0
        if at < length:
            answer.become(302, b"", ("Location", f"/hop/{at + 1}"))

    return lie


def _growing(visit: Visit, answer: Answer) -> None:
    answer.become(302, b"", ("Location", f"/start?{'x' * visit.nth}"))


def _two(first: str, second: str) -> Lie:
    return when(_starting, status(302, ("Location", first), ("Location", second), body=b""))


def _body(**changes: object) -> Lie:
    return both(to("/file.bin"), when(_starting, having(**changes)))


def _edges(visit: Visit, answer: Answer) -> None:
    """The first URL leads to the other origin, whose file changes in the middle."""
    if at_other(visit) and visit.scene.count("other") > 2:
        replaced(etag='"v2"')(visit, answer)


_OTHER = "{other}/file.bin"


def _there_and_back(visit: Visit, answer: Answer) -> None:
    if visit.origin == "other":
        answer.become(302, b"", ("Location", visit.scene.urls["first"] + "/file.bin"))
    else:
        to(_OTHER)(visit, answer)


# fmt: off
ROWS = (
    *(_row(f"redirect-{code}", f"{code} to a file of this origin", "/file.bin", code, secret=True)
      for code in (301, 302, 303, 307, 308)),
    *(_row(f"redirect-{code}", f"{code} with a Location, which is no redirect", "/file.bin", code,
           codes=refused(22)) for code in (300, 305, 306)),
    _row("to-other-port", "to another port, with secrets that are not for it", _OTHER, secret=True),
    _row("to-other-port-segments", "the same with a large file", _OTHER, secret=True, **BIG),
    _row("to-other-host", "to another host at the same address",
         lambda visit, _: visit.scene.urls["other"].replace("127.0.0.1", "localhost") + "/file.bin",
         secret=True),
    _row("to-other-and-back", "to another port and back", "/", lie=_there_and_back, secret=True),
    _row("to-other-with-userinfo", "to another port with a name and password in the Location",
         lambda visit, _: visit.scene.urls["other"].replace("//", "//evil:evil@") + "/file.bin",
         secret=True),
    _row("query-kept-secret", "to another port from a URL with a signed query: no Referer", _OTHER,
         path="/start?token=k3y-0f-the-user", secret=True),
    _row("each-range-redirected", "every request to the first URL is redirected anew", _OTHER, **BIG),
    _row("redirect-changes", "another file at the other end, in the middle", _OTHER,
         lie=both(to(_OTHER), _edges), codes=refused(41), **BIG),
    Row(id="chain-of-10", what="ten redirects", size=SMALL, path=_START, lie=_chain(10)),
    Row(id="chain-of-11", what="eleven redirects", size=SMALL, path=_START, lie=_chain(11),
        codes=refused(23), requests_max=12),
    _refused("loop-self", "to itself", "/start"),
    _refused("loop-fragment", "to itself, with a fragment", "/start#again"),
    Row(id="loop-two", what="two that lead to each other", size=SMALL, path=_START,
        codes=refused(23), requests_max=12,
        lie=either(_starting, to("/two"), status(302, ("Location", "/start")))),
    Row(id="loop-growing", what="to itself, with a longer query each time", size=SMALL, path=_START,
        lie=_growing, codes=refused(23), requests_max=12),
    Row(id="loop-of-origins", what="two origins that lead to each other", size=SMALL, path=_START,
        codes=refused(23), requests_max=12, secret=True, lie=either(
            at_other, both(status(302), put("Location", "{first}/start")), to("{other}/start"))),
    Row(id="redirect-once", what="to itself once, for a cookie that DDM does not keep", size=SMALL,
        path=_START, lie=when(times(1), to("/start?again"))),
    _refused("to-file", "to file:///etc/passwd", "file:///etc/passwd"),
    _refused("to-file-local", "to file://localhost", "file://localhost/etc/passwd"),
    _refused("to-ftp", "to ftp:", "ftp://127.0.0.1:{port}/file.bin"),
    _refused("to-gopher", "to gopher:", "gopher://127.0.0.1:{port}/_GET"),
    _refused("to-dict", "to dict:", "dict://127.0.0.1:{port}/x"),
    _refused("to-smb", "to smb:", "smb://127.0.0.1/share/file"),
    _refused("to-data", "to data:", "data:application/octet-stream,evil"),
    _refused("to-javascript", "to javascript:", "javascript:alert(1)"),
    _refused("to-ws", "to ws:", "ws://127.0.0.1:{port}/"),
    _refused("to-jar", "to http: without a host", "http:///file.bin"),
    _refused("to-port-0", "to port 0", "http://127.0.0.1:0/file.bin"),
    _refused("to-port-70000", "to port 70000", "http://127.0.0.1:70000/file.bin"),
    _refused("to-port-word", "to a port that is a word", "http://127.0.0.1:http/file.bin"),
    _refused("to-backslash-host", "a backslash and an @ that parsers read in two ways",
             "http://127.0.0.1:{port}\\@127.0.0.1/file.bin"),
    _refused("to-two-ats", "two @, which parsers read in two ways",
             "http://a@127.0.0.1:{port}@127.0.0.1/file.bin"),
    _refused("to-space-in-host", "a space in the host", "http://127.0.0.1 .evil:{port}/file.bin"),
    _refused("to-bad-ipv6", "brackets that hold no address", "http://[::zz]:{port}/file.bin"),
    _refused("to-long", "a Location of 70 000 characters", "/" + "x" * 70_000),
    _refused("to-nothing", "an empty Location", "", 22),
    Row(id="no-location", what="302 without a Location", size=SMALL, lie=status(302),
        codes=refused(22)),
    Row(id="two-locations", what="two Locations that differ", size=SMALL, path=_START,
        lie=_two("/file.bin", "/other.bin"), codes=refused(22)),
    Row(id="same-location-twice", what="the same Location twice", size=SMALL, path=_START,
        lie=_two("/file.bin", "/file.bin"), name="file.bin"),
    _row("to-relative", "to a name beside it", "file.bin", name="file.bin"),
    _row("to-dots", "to /a/../../../file.bin", "/a/../../../file.bin", name="file.bin"),
    _row("to-query", "to ?file, on the same path", "?go",
         lie=when(lambda visit: visit.target == _START, status(302, ("Location", "?go")))),
    _row("to-network-path", "to //host:port/file.bin", "//127.0.0.1:{port}/file.bin", secret=True),
    _row("to-upper-case", "to HTTP://...", "HTTP://127.0.0.1:{port}/file.bin", secret=True),
    _row("to-fragment", "to file.bin#part", "/file.bin#part", name="file.bin"),
    _row("to-spaces", "spaces in the Location and around it", "  /a file.bin  ", name="a file.bin"),
    _row("to-utf-8", "UTF-8 in the Location, not escaped", "/s\xc3\xbc\xc3\x9f.bin",
         name="s\u00fc\u00df.bin"),
    _row("to-decimal-host", "to http://2130706433, which is 127.0.0.1",
         "http://2130706433:{port}/file.bin", secret=True),
    _row("to-hexadecimal-host", "to http://0x7f.1", "http://0x7f.1:{port}/file.bin", secret=True),
    _row("to-5000-characters", "a Location of 5 000 characters", "/" + "x" * 5000 + "/file.bin",
         name="file.bin"),
    _refused("to-escapes", "terminal escapes in the Location", "http://\x1b[31m\x07/file.bin"),
    _refused("to-tab", "a tab in the Location", "/fi\tle.bin"),
    Row(id="redirect-endless-body", what="a redirect with an endless body", size=SMALL, path=_START,
        lie=_body(flood=b"x" * 65_536)),
    Row(id="redirect-stalls", what="a redirect whose body never comes", size=SMALL, path=_START,
        lie=_body(keep=0, end="hang")),
    Row(id="redirect-cut", what="a redirect whose body is cut short", size=SMALL, path=_START,
        lie=_body(keep=1, end="close")),
    Row(id="redirect-no-length", what="a redirect without a length that does not close", size=SMALL,
        path=_START, lie=both(to("/file.bin"), when(
            _starting, lambda _, a: a.drop("Content-Length"), having(end="hang")))),
    Row(id="redirect-gzip", what="a redirect that says it is gzip", size=SMALL, path=_START,
        lie=both(to("/file.bin"), when(_starting, put("Content-Encoding", "gzip")))),
    Row(id="redirect-to-404", what="a redirect to a file that is not there", size=SMALL, path=_START,
        lie=either(_starting, to("/gone"), status(404)), codes=refused(3)),
    Row(id="redirect-with-range", what="a redirect that names a range", size=SMALL, path=_START,
        lie=both(to("/file.bin"), when(_starting, put("Content-Range", "bytes 0-9/10")))),
)
# fmt: on
