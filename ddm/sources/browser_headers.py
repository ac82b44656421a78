"""Which fields of a browser's request DDM sends again, and which of those are secrets.

A browser's fields are about its own connection, its cache and its page; what is left of them is who
asks, from where, and with which credentials.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from ddm.http.request import Fields, check_headers

# Needed by servers that look at who asks. Whatever is not here and not dropped may be a credential.
_HARMLESS = frozenset(
    {"accept", "accept-language", "origin", "referer", "user-agent", "x-requested-with"}
)

# Of one connection (RFC 9110 section 7.6.1), of one try, of the browser's cache, or DDM's own business.
_DROPPED = frozenset(
    {
        "accept-encoding",
        "alt-used",
        "cache-control",
        "connection",
        "dnt",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "pragma",
        "priority",
        "range",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "upgrade-insecure-requests",
        "want-repr-digest",
    }
)
# ":authority" and the like are no fields (RFC 9113 section 8.3); Sec-* only a browser may send.
_DROPPED_STARTS = (":", "content-", "if-", "proxy-", "sec-")


class BrowserFields(Struct, frozen=True):
    """What is left of a request's fields. secret: cookies, credentials, and all that may be one."""

    harmless: Fields
    secret: Fields

    def __repr__(self) -> str:
        """For tracebacks: without secrets."""
        return f"BrowserFields({len(self.harmless)} harmless, {len(self.secret)} secret)"


def sort_out(fields: Iterable[tuple[str, str]]) -> BrowserFields:
    """The fields to send again. Raises UsageError for a malformed one, without its value.

    Several Cookie fields, as HTTP/2 has them, become one (RFC 9113 section 8.2.3).
    """
    harmless: list[tuple[str, str]] = []
    secret: list[tuple[str, str]] = []
    cookies: list[str] = []
    for name, value in fields:
        low = name.lower()
        if low in _DROPPED or low.startswith(_DROPPED_STARTS):
            continue
        if low == "cookie":
            cookies.append(value)
        else:
            (harmless if low in _HARMLESS else secret).append((name, value))
    if cookies:
        secret.append(("Cookie", "; ".join(cookies)))
    check_headers((*harmless, *secret))
    return BrowserFields(tuple(harmless), tuple(secret))
