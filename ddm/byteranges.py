"""Byte ranges, half-open, and exact sets of them.

`start`/`stop` are ours and half-open: `ByteRange(0, 10)` holds ten bytes. The inclusive positions
of the wire (RFC 9110 section 14.1.2) live in `http/fields.py` alone. A `RangeSet` is a value:
operations return a new one. It holds disjoint, sorted, non-touching, non-empty ranges; a job seldom
has more than a few dozen, so a tuple is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from msgspec import Struct

_FORMAT = 1


class ByteRange(Struct, frozen=True, order=True):
    """The bytes from `start` up to, but not with, `stop`. May be empty, never negative."""

    start: int
    stop: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.stop:
            raise ValueError(f"not a byte range: {self.start}..{self.stop}")

    def __len__(self) -> int:
        return self.stop - self.start

    def __str__(self) -> str:
        return f"{self.start}..{self.stop}"


class RangeSet:
    """An exact set of byte positions."""

    __slots__ = ("_ranges",)

    def __init__(self, ranges: Iterable[ByteRange] = ()) -> None:
        merged: list[ByteRange] = []
        for r in sorted(r for r in ranges if len(r)):
            if merged and r.start <= merged[-1].stop:
                merged[-1] = ByteRange(merged[-1].start, max(merged[-1].stop, r.stop))
            else:
                merged.append(r)
        self._ranges = tuple(merged)

    @classmethod
    def of(cls, start: int, stop: int) -> RangeSet:
        """The set of one range."""
        return cls._of_merged((ByteRange(start, stop),) if start != stop else ())

    @classmethod
    def _of_merged(cls, ranges: Iterable[ByteRange]) -> RangeSet:
        """The set of ranges that are in order, not empty, and do not touch: nothing is left to merge."""
        found = cls.__new__(cls)
        found._ranges = tuple(ranges)  # noqa: SLF001 - its own class
        return found

    def __iter__(self) -> Iterator[ByteRange]:
        return iter(self._ranges)

    def __len__(self) -> int:
        """How many ranges (not bytes: see `total`)."""
        return len(self._ranges)

    def __bool__(self) -> bool:
        return bool(self._ranges)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RangeSet) and self._ranges == other._ranges

    def __hash__(self) -> int:
        return hash(self._ranges)

    def __repr__(self) -> str:
        return f"RangeSet({', '.join(map(str, self._ranges))})"

    @property
    def total(self) -> int:
        """How many bytes."""
        return sum(map(len, self._ranges))

    def union(self, other: RangeSet) -> RangeSet:
        """What either set holds."""
        return RangeSet((*self._ranges, *other._ranges))

    def add(self, r: ByteRange) -> RangeSet:
        """The set with `r` in it."""
        return RangeSet((*self._ranges, r))

    def minus(self, other: RangeSet) -> RangeSet:
        """What this set holds and the other does not."""
        left: list[ByteRange] = []
        for mine in self._ranges:
            start = mine.start
            for theirs in other._ranges:
                if theirs.stop <= start or theirs.start >= mine.stop:
                    continue
                if theirs.start > start:
                    left.append(ByteRange(start, theirs.start))
                start = max(start, theirs.stop)
            if start < mine.stop:
                left.append(ByteRange(start, mine.stop))
        return RangeSet._of_merged(left)

    def gaps(self, size: int) -> RangeSet:
        """What of the first `size` bytes is not in the set."""
        return RangeSet.of(0, size).minus(self)

    def within(self, size: int) -> RangeSet:
        """What of the set lies in the first `size` bytes."""
        if not self._ranges or self._ranges[-1].stop <= size:
            return self
        return RangeSet._of_merged(
            ByteRange(r.start, min(r.stop, size)) for r in self._ranges if r.start < size
        )

    def is_subset(self, other: RangeSet) -> bool:
        """Whether the other set holds all of this one."""
        return not self.minus(other)

    def encode(self) -> bytes:
        """A few bytes for a database: a format byte, then LEB128 distances from boundary to boundary."""
        out = bytearray([_FORMAT])
        last = 0
        for r in self._ranges:
            for boundary in (r.start, r.stop):
                distance, last = boundary - last, boundary
                while distance >= 0x80:
                    out.append(distance & 0x7F | 0x80)
                    distance >>= 7
                out.append(distance)
        return bytes(out)

    @classmethod
    def decode(cls, blob: bytes) -> RangeSet:
        """The set that `encode` wrote; the empty blob is the empty set. Raises ValueError on anything else."""
        if not blob:
            return cls()
        if blob[0] != _FORMAT:
            raise ValueError(f"range set of unknown format {blob[0]}")
        boundaries = list(_boundaries(blob[1:]))
        if len(boundaries) % 2:
            raise ValueError("range set ends within a range")
        if any(a >= b for a, b in pairwise(boundaries)):
            raise ValueError("range set's boundaries do not rise")
        return cls(ByteRange(a, b) for a, b in zip(boundaries[::2], boundaries[1::2], strict=True))


def _boundaries(blob: bytes) -> Iterator[int]:
    at = value = shift = 0
    for byte in blob:
        value |= (byte & 0x7F) << shift
        shift += 7
        if shift > 70:
            raise ValueError("range set holds a number past 64 bits")
        if byte < 0x80:
            at += value
            if at >= 1 << 63:
                raise ValueError("range set holds a position past 63 bits")
            yield at
            value = shift = 0
    if shift:
        raise ValueError("range set ends within a number")
