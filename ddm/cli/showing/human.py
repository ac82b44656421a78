"""Numbers for people. Sizes are in MiB throughout, so that two lines can be compared at a glance.

Amounts are rounded down: what is not whole never reads as whole.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ddm.units import duration, format_bytes, number, size, speed

__all__ = [
    "amount",
    "cells",
    "cut",
    "duration",
    "fitting",
    "limit",
    "number",
    "percent",
    "size",
    "speed",
]


def limit(max_bytes_per_sec: int) -> str:
    """A limit of speed, as exactly as it was asked for: "at most 5 MiB/s", "no limit"."""
    if not max_bytes_per_sec:
        return "no limit"
    text = format_bytes(max_bytes_per_sec)
    count = text.rstrip("KMGT")
    return f"at most {count} {text[len(count) :]}{'iB' if text != count else 'bytes'}/s"


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
