"""What DDM asks, and of whom: its own requests, its command line, and TLS."""

from __future__ import annotations

from pathlib import Path

from integration.hostile.lies import both, drop, having, ignore_range, put, status, when
from integration.hostile.redirects import to
from integration.hostile.row import SMALL, Row, refused
from integration.hostile.wire import Lie


def _needs(name: str, value: str) -> Lie:
    """400 unless this field is there with this value."""
    return when(lambda visit: visit.headers.get(name) != value, status(400))


def _refuses(name: str) -> Lie:
    """400 if this field is there."""
    return when(lambda visit: name in visit.headers, status(400))


def _netrc(directory: Path) -> None:
    home = directory.parent.parent / "home"
    home.mkdir(exist_ok=True)
    (home / ".netrc").write_text("machine 127.0.0.1 login netrc password netrc\n")


def _path_sent(path: str) -> Lie:
    return when(lambda visit: visit.target != path, status(400))


def _small(identity: str, what: str, **more: object) -> Row:
    return Row(**({"id": identity, "what": what, "size": SMALL} | more))  # type: ignore[arg-type]


def _url(identity: str, what: str, url: str) -> Row:
    return _small(identity, what, path=url, codes=refused(2), requests_max=0)


# fmt: off
ROWS = (
    _small("asks-identity", "400 unless Accept-Encoding is identity",
           lie=_needs("accept-encoding", "identity")),
    _small("asks-no-referer", "400 to a Referer after a redirect", path="/start",
           lie=both(to("/file.bin"), _refuses("referer"))),
    _small("asks-no-cookie", "400 to a Cookie that it has set itself", path="/start",
           lie=both(to("/file.bin"), put("Set-Cookie", "a=b; Path=/"), _refuses("cookie"))),
    _small("asks-no-netrc", "400 to the password that ~/.netrc has for it", prepare=_netrc,
           lie=_refuses("authorization")),
    _small("asks-userinfo", "401 unless the URL's password comes", secret=True,
           lie=when(lambda visit: "authorization" not in visit.headers, status(401))),
    _small("asks-post-redirect", "405 to anything but GET after 307", path="/start", lie=both(
        to("/file.bin", 307), when(lambda visit: visit.method != "GET", status(405)))),
    _small("asks-escaped", "an escaped line break in the URL stays escaped",
           path="/a%0D%0AX-Evil:%201/file.bin", lie=both(
               _path_sent("/a%0D%0AX-Evil:%201/file.bin"), _refuses("x-evil"))),
    _small("asks-one-host", "421 unless Host is what the URL says", lie=when(
        lambda visit: visit.headers.get("host") != visit.scene.urls["first"][7:], status(421))),
    _small("asks-header", "400 unless the user's field comes", flags=("--header", "X-Mine: yes"),
           lie=_needs("x-mine", "yes")),
    _small("asks-user-agent", "400 unless the user's User-Agent comes",
           flags=("--user-agent", "mine/1"), lie=_needs("user-agent", "mine/1")),
    _small("asks-referer", "400 unless the user's Referer comes",
           flags=("--referer", "http://127.0.0.1/page"),
           lie=_needs("referer", "http://127.0.0.1/page")),
    _url("url-ftp", "an ftp: URL", "ftp://127.0.0.1/file.bin"),
    _url("url-file", "a file: URL", "file:///etc/passwd"),
    _url("url-line-break", "a line break in the URL", "http://127.0.0.1:1/a\r\nX-Evil: 1"),
    _url("url-escape", "an escape character in the URL", "http://127.0.0.1:1/\x1b[31m"),
    _url("url-no-host", "a URL without a host", "http:///file.bin"),
    _url("url-two-ats", "two @ in a URL", "http://a@127.0.0.1:1@127.0.0.1/"),
    _small("header-line-break", "a line break in the user's field", codes=refused(2),
           flags=("--header", "X-Mine: a\r\nX-Evil: 1"), requests_max=0),
    _small("header-name", "a space in the name of the user's field", codes=refused(2),
           flags=("--header", "X Mine: a"), requests_max=0),
    _small("header-range", "a Range of the user's", codes=refused(2),
           flags=("--header", "Range: bytes=0-1"), requests_max=0),
    _small("cookie-line-break", "a line break in the user's cookie", codes=refused(2),
           flags=("--cookie", "a=b\r\nX-Evil: 1"), requests_max=0),
    _small("tls", "https, trusted", origin="tls"),
    _small("tls-untrusted", "a certificate that nobody vouches for", origin="tls", trusted=False,
           codes=refused(40), requests_max=0),
    _small("tls-insecure", "the same, and --insecure", origin="tls", trusted=False,
           flags=("--insecure",)),
    _small("tls-other-name", "a certificate for another name", codes=refused(40), requests_max=0,
           path="{tls-by-name}/file.bin"),
    # Who closes with a greeting unread resets the connection: that may come before its answer does.
    _small("tls-on-plain-port", "https asked of a port that speaks http", codes=refused(6, 40),
           path="{first-as-tls}/file.bin"),
    _small("plain-on-tls-port", "http asked of a port that speaks https", codes=refused(6, 22),
           path="{tls-as-plain}/file.bin"),
    _small("tls-truncated", "https without a length, ended without a close_notify",
           origin="tls", codes=refused(6), lie=both(
               ignore_range, drop("Content-Length"), having(keep=5000, end="reset"))),
    _small("tls-downgrade", "https redirects to http", origin="tls", path="/start", secret=True,
           lie=to("{other}/file.bin"), codes=refused(23)),
    _small("tls-downgrade-same", "https redirects to http, same host", origin="tls", path="/start",
           lie=to("{first}/file.bin"), secret=True, codes=refused(23)),
    _small("tls-downgrade-allowed", "the same, and --allow-downgrade", origin="tls", path="/start",
           lie=to("{other}/file.bin"), secret=True, flags=("--allow-downgrade",)),
    _small("tls-upgrade", "http redirects to https", path="/start", secret=True,
           lie=to("{tls}/file.bin")),
    _small("tls-redirect-untrusted", "http redirects to https that nobody vouches for",
           path="/start", secret=True, trusted=False, lie=to("{tls}/file.bin"), codes=refused(40)),
)
# fmt: on
