"""The parts of a HAR's entry (HTTP Archive 1.2) that tell what may be fetched again.

Only what is read is declared; of the rest any shape will do.
"""

from __future__ import annotations

import json
import re
from typing import TypeVar

import msgspec
from msgspec import Struct

from ddm.errors import UsageError

# Apache takes 100 (LimitRequestFields), nginx what fits in 32 KiB.
FIELDS_MAX = 100

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SIZE_BYTES_MAX = 1 << 62
_CONTENT_RANGE = re.compile(r"bytes [0-9]+-[0-9]+/([0-9]{1,18})", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,18}", re.ASCII)

_Part = TypeVar("_Part")


class Field(Struct):
    """A header field or a cookie."""

    name: str
    value: str | None = None


class Request(Struct):
    """What was asked."""

    method: str
    url: str
    headers: list[Field] = []
    cookies: list[Field] = []

    def fields(self) -> list[tuple[str, str]]:
        """The header fields. Some programs write cookies only on their own."""
        if len(self.headers) > FIELDS_MAX or len(self.cookies) > FIELDS_MAX:
            raise UsageError(f"more than {FIELDS_MAX} fields")
        fields = [(field.name, field.value) for field in self.headers if field.value]
        if not any(name.lower() == "cookie" for name, _ in fields):
            fields += [("Cookie", f"{each.name}={each.value or ''}") for each in self.cookies]
        return fields


class Content(Struct, rename="camel"):
    """What is known of the body."""

    size: float | None = None
    mime_type: str | None = None

    @property
    def media_type(self) -> str:
        """The type without its parameters."""
        return (self.mime_type or "").partition(";")[0].strip().lower()


class Response(Struct, rename={"redirect_url": "redirectURL"}):
    """What was answered."""

    status: int
    headers: list[Field] = []
    redirect_url: str | None = None
    content: Content = msgspec.field(default_factory=Content)

    @property
    def location(self) -> str | None:
        """Where a redirect leads, None if this is none."""
        if self.status not in _REDIRECTS:
            return None
        return self.redirect_url or self._field("location") or None

    @property
    def attachment(self) -> bool:
        """Whether it is to be saved (RFC 6266 section 4.2)."""
        return self._field("content-disposition").lstrip().lower().startswith("attachment")

    @property
    def size_bytes(self) -> int:
        """Of the whole file: what is saved to a file is missing in the HAR, or cut off."""
        content_range = _CONTENT_RANGE.fullmatch(self._field("content-range"))
        length = content_range[1] if content_range else self._field("content-length")
        told = int(length) if _DIGITS.fullmatch(length) else 0
        return max(told, int(min(max(self.content.size or 0, 0), _SIZE_BYTES_MAX)))

    def _field(self, name: str) -> str:
        return next((each.value or "" for each in self.headers if each.name.lower() == name), "")


def decoded(text: bytes, kind: type[_Part]) -> _Part:
    """A part of an entry. Raises msgspec.ValidationError for another shape, ValueError for no JSON."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.ValidationError:
        raise
    except ValueError:
        # msgspec refuses half surrogates, which bodies of scripts hold; a field with one is refused later.
        return msgspec.convert(json.loads(text, strict=False), type=kind)
