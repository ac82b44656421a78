"""The map of a file: a bar that shows which ranges are there and which are on their way.

━━━━━╸┄┄┄┄····━━━━━━━━╸┄┄┄┄┄    there; a request writes here; it will bring this; nobody brings this yet
=====>----....========>-----    the same in ASCII
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from itertools import groupby

from rich.text import Text

from ddm.byteranges import RangeSet
from ddm.core.view import SegmentView


class Cell(IntEnum):
    """What a cell of the bar shows; of two the greater one goes before."""

    MISSING = 0
    COMING = 1
    PARTLY = 2
    WHOLE = 3
    HEAD = 4


_UTF8 = "·┄╸━╸"
_ASCII = ".-+=>"
_STYLES = ("dim", "cyan", "green", "green", "bold yellow")


def bar(
    done: RangeSet,
    segments: Iterable[SegmentView],
    size_bytes: int,
    cells: int,
    *,
    ascii_only: bool,
) -> Text:
    """The map of a file in so many cells."""
    signs = _ASCII if ascii_only else _UTF8
    found = layout(done, segments, size_bytes, cells)
    text = Text(no_wrap=True)
    for cell, run in groupby(found):
        text.append(signs[cell] * sum(1 for _ in run), _STYLES[cell])
    return text


def layout(
    done: RangeSet, segments: Iterable[SegmentView], size_bytes: int, cells: int
) -> list[Cell]:
    """What each cell shows. It is whole only if every byte of it is there."""
    if size_bytes == 0:
        return [Cell.WHOLE] * cells
    found = [Cell.MISSING] * cells
    for segment in segments:
        stop = size_bytes if segment.stop is None else min(segment.stop, size_bytes)
        if not segment.live or segment.position >= stop:
            continue
        first, last = segment.position * cells // size_bytes, (stop - 1) * cells // size_bytes
        for cell in range(first, last + 1):
            found[cell] = max(found[cell], Cell.COMING)
    _fill(found, done.within(size_bytes), size_bytes)
    for segment in segments:
        if segment.live and segment.position < size_bytes:
            head = segment.position * cells // size_bytes
            if found[head] is not Cell.WHOLE:
                found[head] = Cell.HEAD
    return found


def _fill(found: list[Cell], done: RangeSet, size_bytes: int) -> None:
    """Draw what is there: a cell that is touched is partly there, one that is covered is whole."""
    cells = len(found)
    for r in done:
        first, last = r.start * cells // size_bytes, (r.stop - 1) * cells // size_bytes
        for cell in (first, last):
            found[cell] = max(found[cell], Cell.PARTLY)
        # The first cell that begins at or after the start, and the one after the last that ends before the stop.
        begin, end = -(-r.start * cells // size_bytes), r.stop * cells // size_bytes
        if begin < end:
            found[begin:end] = [Cell.WHOLE] * (end - begin)
