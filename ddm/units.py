"""Numbers as people write them, "256K", "5M", "1G", and as they are shown to people. Binary: 1K is 1024 bytes.

Shown sizes are in MiB throughout, so that two lines can be compared at a glance, and rounded down: what is not whole
never reads as whole.
"""

from __future__ import annotations

import re
from math import ceil

from ddm.limits import MIB

_SUFFIXES = "KMGT"
# 18 digits reach past every bound; more would only cost time to refuse.
_BYTES = re.compile(r"([0-9]{1,18})(?:([KMGT])(?:iB)?)?", re.ASCII | re.IGNORECASE)

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_DAY_S = 24 * _HOUR_S


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


def number(amount_bytes: float) -> str:
    """An amount in MiB without its unit: "88.1", "2.0", "512", "0", "<0.1".

    Below 100 there is always one decimal, so that a number that moves keeps its width.
    """
    tenths = int(amount_bytes * 10 / MIB)
    if tenths == 0:
        return "<0.1" if amount_bytes > 0 else "0"
    if tenths >= 1000:
        return str(tenths // 10)
    return f"{tenths // 10}.{tenths % 10}"


def span(span_s: float) -> str:
    """A short time: "80 ms", "1.2 ms"; if need be "2.3 s"."""
    if span_s >= 1:
        return f"{span_s:.1f} s"
    return f"{span_s * 1000:.{0 if span_s >= 0.01 else 1}f} ms"


def size(amount_bytes: float) -> str:
    """An amount: "512 MiB"."""
    return f"{number(amount_bytes)} MiB"


def speed(speed_bps: float) -> str:
    """Bytes per second: "88.1 MiB/s"."""
    return f"{number(speed_bps)} MiB/s"


def duration(span_s: float) -> str:
    """A span, rounded up to its smallest unit: "4 s", "3 min 20 s", "2 h 05 min", "3 d 4 h"."""
    whole_s = ceil(max(span_s, 0))
    if whole_s < _MINUTE_S:
        return f"{whole_s} s"
    if whole_s < _HOUR_S:
        return f"{whole_s // _MINUTE_S} min {whole_s % _MINUTE_S:02} s"
    if whole_s < _DAY_S:
        return f"{whole_s // _HOUR_S} h {whole_s % _HOUR_S // _MINUTE_S:02} min"
    return f"{whole_s // _DAY_S} d {whole_s % _DAY_S // _HOUR_S} h"
