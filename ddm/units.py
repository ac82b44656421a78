"""Numbers of bytes as people write them: "256K", "5M", "1G". Binary: 1K is 1024 bytes."""

from __future__ import annotations

import re

_SUFFIXES = "KMGT"
# 18 digits reach past every bound; more would only cost time to refuse.
_BYTES = re.compile(r"([0-9]{1,18})(?:([KMGT])(?:iB)?)?", re.ASCII | re.IGNORECASE)


def parse_bytes(text: str) -> int:
    """The number of bytes that a text means: digits, then K, M, G, T (or KiB, MiB, ...) or nothing.

    "5MB" is refused, because it may mean either multiple. Raises ValueError.
    """
    match = _BYTES.fullmatch(text)
    if match is None:
        raise ValueError(f"not a number of bytes: {text!r}")
    digits, suffix = match.groups()
    power = _SUFFIXES.index(suffix.upper()) + 1 if suffix else 0
    return int(digits) << 10 * power


def format_bytes(count: int) -> str:
    """The shortest text that `parse_bytes` reads as exactly this number."""
    power = len(_SUFFIXES) if count else 0
    while count % (1 << 10 * power):
        power -= 1
    return f"{count >> 10 * power}{_SUFFIXES[power - 1] if power else ''}"
