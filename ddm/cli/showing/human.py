"""Numbers for people. Sizes are in MiB throughout, so that two lines can be compared at a glance.

Amounts are rounded down: what is not whole never reads as whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from math import ceil

from ddm.limits import MIB

_MINUTE_S = 60
_HOUR_S = 60 * _MINUTE_S
_DAY_S = 24 * _HOUR_S


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


def size(amount_bytes: float) -> str:
    """An amount: "512 MiB"."""
    return f"{number(amount_bytes)} MiB"


def speed(speed_bps: float) -> str:
    """Bytes per second: "88.1 MiB/s"."""
    return f"{number(speed_bps)} MiB/s"


def amount(done_bytes: int, size_bytes: int | None) -> str:
    """How much is done of how much: "120 of 512 MiB", or "120 MiB" where the size is not known."""
    if size_bytes is None:
        return size(done_bytes)
    return f"{number(done_bytes)} of {size(size_bytes)}"


def percent(done_bytes: int, size_bytes: int | None) -> str:
    """The part that is done: "23 %"; 100 % only when nothing is missing; empty for unknown sizes."""
    if size_bytes is None:
        return ""
    if size_bytes == 0:
        return "100 %"
    return f"{min(done_bytes * 100 // size_bytes, 100)} %"


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


def fitting(words: Sequence[str], width: int, comma: str = ", ") -> str:
    """As many of the words as fit into so many cells, with commas between; always the first."""
    line = words[0] if words else ""
    for word in words[1:]:
        if len(line) + len(comma) + len(word) > width:
            break
        line += comma + word
    return line


def cut(line: str, width: int, dots: str = "...") -> str:
    """A line that fits into so many cells of a terminal; dots stand for what is missing."""
    if cells(line) <= width:
        return line
    line = line[:width]
    while cells(line) > width - len(dots) and line:
        line = line[:-1]
    return line + dots


def cells(text: str) -> int:
    """How many cells of a terminal a text takes (Unicode Standard Annex #11)."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(sign) for sign in text)


def _cells_of(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
