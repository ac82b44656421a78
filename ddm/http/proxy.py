"""The URL of a proxy, as a user gives it and libcurl takes it."""

from __future__ import annotations

import re

from ddm.errors import UsageError
from ddm.http import url as urls

# Those that libcurl knows, but for "socks", which it takes for socks4.
SCHEMES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://")
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")


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
