"""URLs, header fields and messages without their secrets and without control characters.

Nothing from the network or the command line reaches a terminal, a log or JSON but through here. A
secret is what a URL carries as userinfo or as a query value (signed URLs), and every field's value
that is not known to be harmless. All functions take any text, never raise, and leave alone what has
been through them already.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"

# C0, DEL and C1 controls; marks that reorder text or take no room; line separators; half
# surrogates, which cannot be printed; tag characters.
UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)

_BEFORE_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.\-]*:)?[/\\]*")
_AUTHORITY = re.compile(r"[^/?#]*")
_URL_IN_TEXT = re.compile(r"://(\S+)")
_PUNCTUATION = ".,;:!?'\")]}>"

_HARMLESS_FIELDS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-ranges",
        "age",
        "connection",
        "content-disposition",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "date",
        "digest",
        "etag",
        "if-range",
        "last-modified",
        "range",
        "repr-digest",
        "retry-after",
        "server",
        "transfer-encoding",
        "user-agent",
    }
)


def url(value: str) -> str:
    """A URL with userinfo and query values masked, without fragment; it need not be a good one."""
    value = UNSAFE.sub(_escape, value)
    before = _BEFORE_AUTHORITY.match(value)
    start = before.end() if before else 0
    return value[:start] + _masked(value[start:])


def text(value: str) -> str:
    r"""A message with the URLs in it masked and its control characters written as \x1b."""
    return _URL_IN_TEXT.sub(_masked_in_text, UNSAFE.sub(_escape, value))


def short(value: str, chars_max: int = 80) -> str:
    """As `text`, and cut where it is longer than a message should be."""
    clean = text(value)
    return clean if len(clean) <= chars_max else clean[: chars_max - 1] + "…"


def headers(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Fields with the values masked of all that are not known to be harmless."""
    return tuple(
        (text(name), text(value) if name.lower() in _HARMLESS_FIELDS else MASK)
        for name, value in fields
    )


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _masked_in_text(match: re.Match[str]) -> str:
    found = match[1].rstrip(_PUNCTUATION)
    return f"://{_masked(found)}{match[1][len(found) :]}"


def _masked(rest: str) -> str:
    """What follows the slashes of a URL, masked."""
    at = _userinfo_stop(rest)
    if at >= 0:
        rest = MASK + rest[at:]
    rest = rest.partition("#")[0]
    hierarchy, mark, query = rest.partition("?")
    return hierarchy + mark + "&".join(map(_masked_parameter, query.split("&")))


def _userinfo_stop(rest: str) -> int:
    """Where the "@" after the userinfo stands, -1 if there is none.

    A password may hold a "/", "?" or "#" that ought to have been escaped. Then what seems to be the
    port is no number, and the last "@" of all ends the userinfo.
    """
    found = _AUTHORITY.match(rest)
    authority = found[0] if found else ""
    if "@" in authority:
        return authority.rindex("@")
    port = authority.rpartition(":")[2] if ":" in authority else ""
    looks_like_a_password = port and not port.isdigit() and "]" not in port
    return rest.rfind("@") if looks_like_a_password else -1


def _masked_parameter(parameter: str) -> str:
    name, equals, _ = parameter.partition("=")
    if equals:
        return f"{name}={MASK}"
    return MASK if parameter else ""
