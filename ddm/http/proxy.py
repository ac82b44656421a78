"""Proxies: the URL of one, as a user gives it and libcurl takes it; which one is used; what is looked up then.

libcurl is told of the proxy in the form that is made here, and of nothing else, so that we know beforehand which names
it needs. The rules are those of libcurl 8.23 (`lib/proxy.c`), with the environment as it reads it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from msgspec import Struct

from ddm.errors import UsageError
from ddm.http import url as urls
from ddm.http.host import canonical_host
from ddm.http.name import Name
from ddm.http.no_proxy import exempts
from ddm.http.url import URL

# Those that libcurl knows, but for "socks", which it takes for socks4.
SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SOCKS_PORT = 1080
_PORT_MAX = 65_535
# These are told the address of the origin, all others its name.
_RESOLVED_HERE = ("socks4", "socks5")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
# As libcurl reads it: without a scheme it is http, and what follows host and port counts for nothing.
_PARTS = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.\-]*):/{1,3})?"
    r"([^@/?#]*@)?(\[[^\]/?#]*\]|[^:/?#@]*)(?::([0-9]{1,5}))?(/[^?#]*)?(?:[?#].*)?",
    re.DOTALL,
)


class Proxies(Struct, frozen=True):
    """What the environment says about proxies; "" for nothing. `repr` is redacted."""

    http: str = ""
    https: str = ""
    all: str = ""
    no_proxy: str = ""

    def __repr__(self) -> str:
        """For the log and tracebacks: a proxy's URL may hold a password."""
        return f"Proxies(no_proxy={self.no_proxy!r})"

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> Proxies:
        """As libcurl reads it: what is empty is not there, and lower case goes first."""

        def said(*names: str) -> str:
            return next(filter(None, map(environment.get, names)), None) or ""

        return cls(
            # Never HTTP_PROXY: in a CGI program that is the field "Proxy" of a stranger's request.
            http=said("http_proxy"),
            https=said("https_proxy", "HTTPS_PROXY"),
            all=said("all_proxy", "ALL_PROXY"),
            no_proxy=said("no_proxy", "NO_PROXY"),
        )

    def chosen(self, url: URL, asked: str | None) -> str:
        """The proxy for a URL in its canonical form, "" for none.

        asked: what the user says, "" for none; that counts more than no_proxy. None leaves it to the environment.
        """
        if asked is not None:
            return canonical_proxy(asked)
        found = (self.https if url.scheme == "https" else self.http) or self.all
        return "" if exempts(self.no_proxy, url.host) else canonical_proxy(found)


class _Proxy(Struct, frozen=True):
    """A proxy's URL as libcurl reads it. userinfo: with its "@". path: of a Unix socket, which has no name."""

    scheme: str
    userinfo: str
    host: str
    port: int
    path: str

    def __repr__(self) -> str:
        """For tracebacks, without a password."""
        return f"_Proxy({self.scheme!r}, {self.host!r}, {self.port})"

    @classmethod
    def of(cls, text: str) -> _Proxy | None:
        """None for what libcurl refuses."""
        match = _PARTS.fullmatch(text)
        if match is None:
            return None
        scheme = (match[1] or "http").lower()
        scheme = "socks4" if scheme == "socks" else scheme
        port = int(match[4] or _DEFAULT_PORTS.get(scheme, _SOCKS_PORT))
        try:
            host = canonical_host(match[3])
        except ValueError:
            return None
        if scheme not in SCHEMES or port > _PORT_MAX:
            return None
        # As in socks5h://localhost/run/tor/socks.
        is_socket = (
            scheme.startswith("socks") and host == "localhost" and match[5] not in (None, "/")
        )
        return cls(scheme, match[2] or "", host, port, match[5] if is_socket else "")


# A pure function, and thousands of transfers have a handful of proxies.
@functools.lru_cache(maxsize=64)
def canonical_proxy(text: str) -> str:
    """The URL with scheme, canonical host and port. What cannot be read stays as it is: libcurl says why."""
    proxy = _Proxy.of(text)
    if proxy is None or proxy.path:
        return text
    host = f"[{proxy.host}]" if ":" in proxy.host else proxy.host
    return f"{proxy.scheme}://{proxy.userinfo}{host}:{proxy.port}"


def names_of(url: URL, proxy: str) -> tuple[Name, ...]:
    """What libcurl has to know the addresses of, to ask for a URL through a proxy ("" for none); the first hop first.

    None at all for a proxy that libcurl will refuse, or that has no name.
    """
    origin = Name(url.host, url.port)
    if not proxy:
        return (origin,)
    found = _Proxy.of(proxy)
    if found is None:
        return ()
    hop = () if found.path else (Name(found.host, found.port),)
    return (*hop, origin) if found.scheme in _RESOLVED_HERE else hop


def check_proxy(text: str) -> str:
    """The URL of a proxy as it was written, or "" for none at all. Raises UsageError without its password."""
    if not text:
        return text
    scheme = _SCHEME.match(text)
    if scheme is None or scheme[1].lower() not in SCHEMES:
        *others, last = (f"{name}://" for name in SCHEMES)
        raise UsageError(f"a proxy's URL has to begin with {', '.join(others)} or {last}")
    if not (text.isascii() and text.isprintable()) or " " in text:
        raise UsageError(
            "there is a space, a control character or one outside of ASCII in the proxy's URL; "
            "in a user name or a password it is written as %XX"
        )
    try:
        parsed = urls.parse("http" + text[scheme.end(1) :])
    except UsageError as error:
        why = str(error).rpartition(" is no URL for DDM: ")[2]
        raise UsageError(f"the proxy's URL cannot be used: {why}") from None
    if parsed.target != "/":
        raise UsageError(
            "the proxy's URL ends after its host and port; "
            'a "/", "?" or "#" in a password is written as %XX'
        )
    if _CONTROL.search(urls.percent_decoded(parsed.userinfo or "")):
        raise UsageError("there is a control character in the proxy's user name or password")
    return text
