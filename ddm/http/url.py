"""URLs (RFC 3986): one parser, and the canonical form that libcurl is given.

Two parsers that disagree about a host are a hole: one checks, the other connects. So a URL is taken
apart here once, anything odd in its authority is refused, and libcurl gets it put together anew:
canonical host, no dot segments, no userinfo, no fragment, nothing but visible ASCII.
"""

from __future__ import annotations

import re

from msgspec import Struct

from ddm import redact
from ddm.errors import UsageError
from ddm.http.fields import as_text
from ddm.http.host import canonical_host

_DEFAULT_PORTS = {"http": 80, "https": 443}
# Servers take request lines of 8 KiB (nginx, Apache) to 64 KiB at most.
_CHARS_MAX = 65_536

# RFC 3986 appendix B, with the scheme of section 3.1. It takes any text.
_PARTS = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.\-]*):)?(?://([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#.*)?", re.DOTALL
)
_KEY = re.compile(r"(https?):(?!//)(.+:[0-9]+)")
_AUTHORITY = re.compile(r"(?:([^@]*)@)?(\[[^\]]*\]?|[^:]*)(?::([0-9]{0,9}))?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HALF_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NOT_VISIBLE_ASCII = re.compile(r"[^\x21-\x7e]+")
_ONE_DOT = re.compile(r"\.|%2e", re.IGNORECASE)
_TWO_DOTS = re.compile(r"(?:\.|%2e){2}", re.IGNORECASE)
_ESCAPED_BYTE = re.compile(rb"%([0-9A-Fa-f]{2})")


class Origin(Struct, frozen=True):
    """Scheme, host and port (RFC 6454): what shares secrets and the budget of connections."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{self._bracketed}{port}"

    @property
    def key(self) -> str:
        """What it is called in databases and files: "https:example.org:443", "http:[::1]:80"."""
        return f"{self.scheme}:{self._bracketed}:{self.port}"

    @classmethod
    def of_key(cls, text: str) -> Origin:
        """The origin that a key means, or "https://example.org", or "example.org". Raises UsageError."""
        if key := _KEY.fullmatch(text):
            text = f"{key[1]}://{key[2]}"
        url = parse(text if "://" in text else f"https://{text}")
        if url.target != "/" or url.userinfo is not None:
            raise UsageError(
                f"{redact.short(redact.url(text), 200)} is no origin: write scheme, host and port alone, "
                f"as in {url.origin}"
            )
        return url.origin

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


class URL(Struct, frozen=True):
    """A parsed http or https URL. `str()` is its canonical form, `repr()` is redacted.

    host: lower case ASCII; an IPv6 address without its brackets.
    target: path and query as they go into the request line.
    userinfo: what stood before the "@", still percent-encoded; None where there was nothing.
    """

    scheme: str
    host: str
    port: int
    target: str
    userinfo: str | None = None

    def __str__(self) -> str:
        return f"{self.origin}{self.target}"

    def __repr__(self) -> str:
        return f"URL({redact.url(str(self))!r})"

    @property
    def origin(self) -> Origin:
        """Scheme, host and port."""
        return Origin(self.scheme, self.host, self.port)

    @property
    def file_name(self) -> str:
        """The path's last component, percent-decoded: not yet safe to use as a name."""
        component = self.target.partition("?")[0].rpartition("/")[2]
        return as_text(percent_decoded(component).decode("latin-1"))

    def join(self, reference: str) -> URL:
        """The URL that a Location field refers to from here (RFC 3986 section 5.2).

        reference: the field's value as `Head` has it; userinfo in it is dropped.
        Raises UsageError as `parse` does.
        """
        text = _checked(as_text(reference))
        scheme, authority, path, query = _split(text)
        if scheme is not None or authority is not None:
            found = parse(text if scheme is not None else f"{self.scheme}:{text}")
            return URL(found.scheme, found.host, found.port, found.target)
        base_path, _, base_query = self.target.partition("?")
        if not path:
            path, query = base_path, base_query if query is None else query
        elif not path.startswith("/"):
            path = base_path.rpartition("/")[0] + "/" + path
        return URL(self.scheme, self.host, self.port, _target(path, query))


def parse(text: str) -> URL:
    """The URL that a text is. Raises UsageError, redacted, for all but plain http and https."""
    text = _checked(text)
    scheme, authority, path, query = _split(text)
    scheme = (scheme or "").lower()
    if scheme not in _DEFAULT_PORTS:
        raise _refusal(text, "it has to begin with http:// or https://")
    userinfo, host, port = _authority(text, authority or "")
    return URL(scheme, host, port or _DEFAULT_PORTS[scheme], _target(path, query), userinfo)


def percent_decoded(text: str) -> bytes:
    """The bytes that a text with %XX in it stands for; a stray % stays."""
    return _ESCAPED_BYTE.sub(lambda match: bytes([int(match[1], 16)]), text.encode())


def _refusal(text: str, why: str) -> UsageError:
    return UsageError(f"{redact.short(redact.url(text), 200)} is no URL for DDM: {why}")


def _checked(text: str) -> str:
    text = text.strip(" ")
    if len(text) > _CHARS_MAX:
        raise _refusal(text, f"it is longer than {_CHARS_MAX} characters")
    if _CONTROL.search(text):
        raise _refusal(text, "there is a control character in it, such as a line break")
    if _HALF_SURROGATE.search(text):
        raise _refusal(text, "it is not valid UTF-8")
    return text


def _split(text: str) -> tuple[str | None, str | None, str, str | None]:
    """Scheme, authority, path, query."""
    match = _PARTS.fullmatch(text)
    return (match[1], match[2], match[3], match[4]) if match else (None, None, text, None)


def _authority(text: str, authority: str) -> tuple[str | None, str, int | None]:
    """Userinfo, host, port."""
    if "\\" in authority:
        raise _refusal(text, "there is a backslash before or in its host")
    if authority.count("@") > 1:
        raise _refusal(
            text, 'there are two "@" before its path; write the one in a password as %40'
        )
    match = _AUTHORITY.fullmatch(authority)
    port = int(match[3]) if match and match[3] else None
    if match is None or (port is not None and not 1 <= port <= 65_535):
        raise _refusal(text, "its port is not a number from 1 to 65535")
    try:
        return match[1] or None, canonical_host(match[2]), port
    except ValueError as error:
        raise _refusal(text, str(error)) from None


def _target(path: str, query: str | None) -> str:
    """Path and query for the request line; an empty query loses its "?", as in libcurl."""
    target = _without_dot_segments(path or "/") + (f"?{query}" if query else "")
    return _NOT_VISIBLE_ASCII.sub(_percent_encoded, target)


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{octet:02X}" for octet in match[0].encode())


def _without_dot_segments(path: str) -> str:
    """RFC 3986 section 5.2.4; like libcurl and browsers it takes %2e for a dot."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if _TWO_DOTS.fullmatch(segment):
            del kept[-1:]
        elif not _ONE_DOT.fullmatch(segment):
            kept.append(segment)
    if _ONE_DOT.fullmatch(segments[-1]) or _TWO_DOTS.fullmatch(segments[-1]):
        kept.append("")
    return "/" + "/".join(kept)
