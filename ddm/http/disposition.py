"""One safe file name out of what the user asked for, Content-Disposition, or the URL.

A server's name is a stranger's wish: it is reduced to one component that creates nothing hidden,
is no option to a command, looks like what it is, and leaves room for " (999)" and for the suffix of
the part file.
"""

from __future__ import annotations

import re
import unicodedata

from ddm import redact
from ddm.errors import UsageError
from ddm.http.fields import as_text
from ddm.http.url import URL, percent_decoded
from ddm.limits import NAME_BYTES_MAX, NAME_TRIES_MAX, PART_SUFFIX

_ASKED_BYTES_MAX = NAME_BYTES_MAX - len(PART_SUFFIX)
_BYTES_MAX = _ASKED_BYTES_MAX - len(f" ({NAME_TRIES_MAX - 1})")
# Longer ones are no extension but a name with a dot in it.
_EXTENSION_BYTES_MAX = 20
_FALLBACK = "download"

# RFC 6266 section 4.1, but lenient: unquoted values may hold anything up to the next ";".
_PARAMETER = re.compile(
    r';\s*([A-Za-z0-9!#$%&\'*+\-.^_`|~]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)', re.DOTALL
)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)
# RFC 8187 section 3.2.1: charset'language'value.
_EXTENDED = re.compile(r"(utf-8|iso-8859-1)'[^']*'(.*)", re.IGNORECASE | re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_WHITESPACE = re.compile(r"\s")
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)[1-9¹²³])\s*", re.IGNORECASE)


def choose_name(asked: str | None, content_disposition: str | None, url: URL) -> str:
    """The name for a file: the user's as it is, else the server's or the URL's, made safe.

    asked: what `check_asked_name` let through. "download" if there is nothing to make a name of.
    """
    if asked is not None:
        return asked
    wished = _file_name(content_disposition or "")
    return _safe(wished) or _safe(url.file_name) or _FALLBACK


def check_asked_name(name: str) -> str:
    """The name that the user gave, if a file can have it. Raises UsageError."""
    shown = redact.short(name)
    if not name or name in (".", ".."):
        raise UsageError(f'"{shown}" is no name for a file')
    if "/" in name:
        raise UsageError(f'"{shown}" is more than a name; give the directory with -d')
    if _CONTROL.search(name):
        raise UsageError(f'the name "{shown}" holds a control character')
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        raise UsageError(f'the name "{shown}" is not valid UTF-8') from None
    if length > _ASKED_BYTES_MAX:
        raise UsageError(f'the name "{shown}" is longer than {_ASKED_BYTES_MAX} bytes')
    return name


def _file_name(content_disposition: str) -> str:
    """The field's file name, as the server wrote it; may be empty (RFC 6266 section 4.3)."""
    parameters: dict[str, str] = {}
    # Some servers leave out the disposition type before the first ";".
    for name, value in _PARAMETER.findall(";" + content_disposition):
        parameters.setdefault(name.lower(), _unquoted(value.strip()))
    return _extended(parameters.get("filename*", "")) or as_text(parameters.get("filename", ""))


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    return _QUOTED_PAIR.sub(r"\1", value[1:].removesuffix('"'))


def _extended(value: str) -> str:
    """An RFC 8187 value decoded; empty if it is none, or its bytes are not of its charset."""
    match = _EXTENDED.fullmatch(value)
    if match is None:
        return ""
    try:
        return percent_decoded(match[2]).decode(match[1])
    except UnicodeError:
        return ""


def _safe(wished: str) -> str:
    """The last component of a stranger's name, or what is left of it; may be empty."""
    name = wished.replace("\\", "/").rpartition("/")[2]
    # Shortened first, because normalizing thousands of combining marks takes quadratic time.
    name = unicodedata.normalize("NFC", _shortened(redact.UNSAFE.sub("", name)))
    name = _WHITESPACE.sub(" ", name).lstrip(" .-").rstrip(" .")
    if _RESERVED.fullmatch(name.partition(".")[0]):
        name = f"_{name}"
    return _shortened(name)


def _shortened(name: str) -> str:
    """At most _BYTES_MAX bytes, the extension kept, no character cut in two."""
    if len(name.encode()) <= _BYTES_MAX:
        return name
    stem, dot, extension = name.rpartition(".")
    if not stem or len(extension.encode()) > _EXTENSION_BYTES_MAX:
        stem, dot, extension = name, "", ""
    room = _BYTES_MAX - len((dot + extension).encode())
    cut = stem.encode()[:room].decode("utf-8", "ignore")
    return (cut + dot + extension).rstrip(". ")
