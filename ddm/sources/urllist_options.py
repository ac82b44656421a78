"""The options of one file in a list: `key=value`, with aria2's names for those that mean something here."""

from __future__ import annotations

import difflib
import re
from base64 import b64encode

from msgspec import Struct, field

from ddm import redact
from ddm.errors import UsageError
from ddm.http.digests import parse_checksum
from ddm.http.disposition import check_asked_name
from ddm.http.proxy import check_proxy
from ddm.http.request import check_headers
from ddm.spec import PRIORITY_MAX, Checksum
from ddm.units import parse_bytes

# What nobody's server allows either.
SEGMENTS_MAX = 512
RATE_MAX = 1 << 40

KEYS = (
    "all-proxy",
    "allow-overwrite",
    "checksum",
    "dir",
    "header",
    "http-passwd",
    "http-user",
    "max-connection-per-server",
    "max-download-limit",
    "max-segments",
    "out",
    "priority",
    "referer",
    "split",
    "user-agent",
)
# aria2's own number, which stands in every list that aria2 saved. It means nothing here.
_IGNORED = "gid"
_SEVERAL = ("checksum", "header")
_MAY_BE_EMPTY = ("all-proxy", "http-passwd")
# Fields that would contradict each other.
_ONCE = ("authorization", "referer", "user-agent")

_OPTION = re.compile(r"([A-Za-z][\w-]*)\s*=\s*(.*)", re.DOTALL | re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_TRUTHS = {"true": True, "false": False}


class Options(Struct):
    """What the options of one file say; None and empty where they say nothing.

    seen: their keys, with the lines where they stand. user, password: not yet among the headers.
    """

    seen: dict[str, int] = field(default_factory=dict)
    name: str | None = None
    directory: str | None = None
    headers: list[tuple[str, str]] = field(default_factory=list)
    checksums: list[Checksum] = field(default_factory=list)
    max_segments: int | None = None
    overwrite: bool | None = None
    proxy: str | None = None
    priority: int | None = None
    max_bytes_per_sec: int | None = None
    user: str | None = None
    password: str = ""

    def __repr__(self) -> str:
        """For tracebacks: without secrets."""
        return f"Options({self.seen!r})"

    def take(self, line: int, text: str) -> None:
        """Take in one line. Raises UsageError, without a value that may be secret."""
        match = _OPTION.fullmatch(text)
        if match is None:
            raise UsageError(
                "an indented line is an option, KEY=VALUE; a URL stands at the line's start"
            )
        key, value = match[1].lower(), match[2]
        if key == _IGNORED:
            return
        if key not in KEYS:
            raise _unknown(key)
        if key in self.seen and key not in _SEVERAL:
            raise UsageError(
                f"{key} stands in line {self.seen[key]} already; take one of them away"
            )
        self.seen[key] = line
        if not value and key not in _MAY_BE_EMPTY:
            raise UsageError(f"{key} has no value")
        if not self._take_request(key, value):
            self._take_file(key, value)

    def check_credentials(self) -> None:
        """Authorization out of http-user and http-passwd (RFC 7617 section 2). Raises UsageError."""
        if self.user is None:
            if "http-passwd" in self.seen:
                raise UsageError("http-passwd goes with http-user; give that too")
            return
        if ":" in self.user or _CONTROL.search(self.user + self.password):
            raise UsageError("http-user holds a colon, or one of the two a control character")
        pair = b64encode(f"{self.user}:{self.password}".encode()).decode("ascii")
        self._add_field("Authorization", f"Basic {pair}")

    def _take_file(self, key: str, value: str) -> None:
        """An option that says what is fetched, and where to."""
        match key:
            case "out":
                self.name = _name(value)
            case "dir":
                self.directory = _directory(value)
            case "checksum":
                self.checksums.append(parse_checksum(value))
            case "allow-overwrite":
                self.overwrite = _truth(key, value)
            case "max-download-limit":
                self.max_bytes_per_sec = _rate(value)
            case "priority":
                self.priority = _priority(value)
            case _:
                count = _count(key, value)
                self.max_segments = min(self.max_segments or count, count)

    def _take_request(self, key: str, value: str) -> bool:
        """An option that says how it is asked for; whether it was one."""
        match key:
            case "header":
                name, colon, content = value.partition(":")
                if not colon:
                    raise UsageError("header wants Name: value, with a colon after the name")
                self._add_field(name.strip(), content.strip(" \t"))
            case "referer" | "user-agent":
                self._add_field(key.title(), value)
            case "http-user":
                self.user = value
            case "http-passwd":
                self.password = value
            case "all-proxy":
                self.proxy = check_proxy(value)
            case _:
                return False
        return True

    def _add_field(self, name: str, value: str) -> None:
        low = name.lower()
        if low in _ONCE and any(low == other.lower() for other, _ in self.headers):
            raise UsageError(f"the header {name} is given twice; take one of them away")
        check_headers([(name, value)])
        self.headers.append((name, value))


def _unknown(key: str) -> UsageError:
    nearest = difflib.get_close_matches(key, KEYS, 1)
    way_out = f"did you mean {nearest[0]}?" if nearest else f"DDM knows {', '.join(KEYS)}"
    return UsageError(f'there is no option "{redact.short(key)}" in a list; {way_out}')


def _name(value: str) -> str:
    if "/" in value:
        raise UsageError("out is a name alone; give the directory with dir=")
    return check_asked_name(value)


def _directory(value: str) -> str:
    if _CONTROL.search(value):
        raise UsageError("dir holds a control character")
    return value


def _truth(key: str, value: str) -> bool:
    if value.lower() not in _TRUTHS:
        raise UsageError(f"{key} is true or false")
    return _TRUTHS[value.lower()]


def _priority(value: str) -> int:
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and int(digits[:9]) <= PRIORITY_MAX):
        raise UsageError(f"priority is a number, {-PRIORITY_MAX} to {PRIORITY_MAX}")
    return int(value)


def _rate(value: str) -> int:
    try:
        found = parse_bytes(value)
    except ValueError:
        found = RATE_MAX + 1
    if found > RATE_MAX:
        raise UsageError("max-download-limit is a number of bytes per second, such as 500K or 5M")
    return found


def _count(key: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= SEGMENTS_MAX):
        raise UsageError(f"{key} is a number, 1 to {SEGMENTS_MAX}")
    return int(value)
