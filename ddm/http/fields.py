"""Header fields about ranges, lengths and waiting: written and parsed strictly.

The wire's positions are inclusive (RFC 9110 section 14.1.2) and are so only in this file;
everywhere else ranges are half-open.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from msgspec import Struct

from ddm import redact
from ddm.byteranges import ByteRange
from ddm.errors import UsageError

# 18 digits are below 2**63, the largest offset of a file.
_INTEGER = re.compile(r"[0-9]{1,18}")
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)", re.IGNORECASE)
_UNSATISFIED_RANGE = re.compile(r"bytes \*/([0-9]{1,18}|\*)", re.IGNORECASE)
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NOT_IN_A_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")

# A bound, so that no arithmetic on it surprises anyone: 30 years.
_RETRY_AFTER_S_MAX = 1e9
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# RFC 9110 section 5.6.7: IMF-fixdate and the two obsolete forms that recipients have to take.
_DATES = (
    re.compile(r"\w{3}, (?P<d>\d\d) (?P<m>\w{3}) (?P<y>\d{4}) (?P<t>[\d:]{8}) GMT", re.ASCII),
    re.compile(r"\w{6,9}, (?P<d>\d\d)-(?P<m>\w{3})-(?P<y>\d\d) (?P<t>[\d:]{8}) GMT", re.ASCII),
    re.compile(r"\w{3} (?P<m>\w{3}) (?P<d>[ \d]\d) (?P<t>[\d:]{8}) (?P<y>\d{4})", re.ASCII),
)


class ContentRange(Struct, frozen=True):
    """What a 206 brings: the bytes from start to stop, half-open.

    complete_length: of the whole representation; None where the server does not know it.
    """

    start: int
    stop: int
    complete_length: int | None


class Unsatisfied(Struct, frozen=True):
    """What a 416 says: only the length of the whole, None where not even that."""

    complete_length: int | None


def as_text(value: str) -> str:
    """A field's value as UTF-8 where its bytes are that; `Head` decodes them as Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def range_field(r: ByteRange) -> str:
    """The value of Range (RFC 9110 section 14.2). Raises ValueError for an empty range."""
    if not len(r):
        raise ValueError("an empty range cannot be asked for")
    return f"bytes={r.start}-{r.stop - 1}"


def parse_content_range(value: str) -> ContentRange | Unsatisfied | None:
    """The value of Content-Range (RFC 9110 section 14.4), or None if it makes no sense."""
    if match := _UNSATISFIED_RANGE.fullmatch(value):
        return Unsatisfied(_length(match[1]))
    match = _CONTENT_RANGE.fullmatch(value)
    if match is None:
        return None
    first_pos, last_pos, complete_length = int(match[1]), int(match[2]), _length(match[3])
    if first_pos > last_pos or (complete_length is not None and last_pos >= complete_length):
        return None
    return ContentRange(first_pos, last_pos + 1, complete_length)


def parse_content_length(values: tuple[str, ...]) -> int | None:
    """The length that all Content-Length fields agree on, None without any (RFC 9110 section 8.6).

    A list of equal values counts as one. Raises ValueError for anything else.
    """
    items = {item.strip(" \t") for value in values for item in value.split(",")}
    if not items:
        return None
    if len(items) > 1 or not all(map(_INTEGER.fullmatch, items)):
        raise ValueError(f"Content-Length is no length: {redact.short(', '.join(values), 40)}")
    return int(items.pop())


def parse_retry_after(value: str, *, wall_s: float) -> float | None:
    """Seconds to wait, from a Retry-After field, or None if it makes no sense.

    wall_s: Unix time, needed because the field may be a date. The answer is at least 0, at most
        thirty years.
    Source: RFC 9110 section 10.2.3. Never raises: bad fields from servers are not our errors.
    """
    value = value.strip(" \t")
    if value.isascii() and value.isdigit():
        return min(float(value), _RETRY_AFTER_S_MAX)
    date_s = _date_s(value, wall_s)
    return None if date_s is None else min(max(0.0, date_s - wall_s), _RETRY_AFTER_S_MAX)


def is_date(value: str) -> bool:
    """Whether a field's value has the form of an HTTP-date (RFC 9110 section 5.6.7)."""
    return any(form.fullmatch(value) for form in _DATES)


def check_field(name: str, value: str) -> None:
    """Raise UsageError for a field that would break the request.

    That is CR, LF, NUL and their like in the value, or a name that is no token (RFC 9110 section
    5.1). The value may be a secret and is never shown.
    """
    if not _TOKEN.fullmatch(name):
        raise UsageError(f'"{redact.short(name)}" is no name for a header')
    if _NOT_IN_A_VALUE.search(value):
        raise UsageError(
            f"the value of the header {name} holds a line break or a control character"
        )


def _length(digits_or_star: str) -> int | None:
    return None if digits_or_star == "*" else int(digits_or_star)


def _date_s(value: str, wall_s: float) -> float | None:
    """Unix time of an HTTP-date, None if it is none."""
    match = next((m for m in (form.fullmatch(value) for form in _DATES) if m), None)
    if match is None:
        return None
    try:
        year = _full_year(match["y"], wall_s)
        month = _MONTHS.index(match["m"].lower()) + 1
        hour, minute, second = map(int, match["t"].split(":"))
        # A leap second is the last one of its minute here.
        at = datetime(year, month, int(match["d"]), hour, minute, min(second, 59), tzinfo=UTC)
        return at.timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def _full_year(digits: str, wall_s: float) -> int:
    """RFC 9110 section 5.6.7: two digits that seem over 50 years ahead mean the last century."""
    if len(digits) == 4:
        return int(digits)
    this_year = datetime.fromtimestamp(wall_s, UTC).year
    year = this_year - this_year % 100 + int(digits)
    return year - 100 if year > this_year + 50 else year
