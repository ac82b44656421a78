"""What is in the files of the simulated disk, told by comparing every write with what servers serve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ddm.byteranges import RangeSet
from ddm.testing.body import Version
from ddm.testing.part import Inode


class Contents:
    """Per inode and version: what of the file's content is that version's."""

    def __init__(self, versions: list[Version]) -> None:
        self._versions = versions
        # By inode, and by the version's place in the list.
        self._right: dict[int, dict[int, RangeSet]] = defaultdict(lambda: defaultdict(RangeSet))
        # Bits that flipped on the way: nobody can know, but who knows a digest.
        self._flips: dict[int, RangeSet] = defaultdict(RangeSet)

    def wrote(self, inode: Inode, offset: int, data: bytes) -> list[tuple[Version, RangeSet]]:
        """Note whose bytes these are; the versions that have them there, and what was right of each before."""
        written = RangeSet.of(offset, offset + len(data))
        right = self._right[inode.number]
        flip = RangeSet()
        held = [i for i, version in enumerate(self._versions) if version.body.holds(data, offset)]
        if not held:  # else a byte of one version might look like a flipped one of another
            for index, version in enumerate(self._versions):
                body = version.body
                if body.holds(body.flipped(data, offset), offset):
                    held.append(index)
                    flip = RangeSet.of(body.flip_at, body.flip_at + 1)
        before = [(self._versions[index], right[index]) for index in held]
        for index in held:
            right[index] = right[index].union(written)
        for index in right.keys() - held:
            right[index] = right[index].minus(written)
        if flip or self._flips[inode.number]:
            self._flips[inode.number] = self._flips[inode.number].minus(written).union(flip)
        return before

    def lost(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody knows what is there now."""
        right = self._right[inode.number]
        for index in right:
            right[index] = right[index].minus(ranges)

    def whole_as(self, inode: Inode) -> list[Version]:
        """The versions that the file is, to the last byte. More than one only if they are equal, as empty ones are."""
        held = self._right[inode.number]
        return [
            version
            for index, version in enumerate(self._versions)
            if not self._flips[inode.number]
            and len(inode.content) == version.body.size
            and held[index] == RangeSet.of(0, version.body.size)
        ]

    def right_as(
        self, inode: int, versions: Sequence[Version]
    ) -> Iterator[tuple[Version, RangeSet]]:
        """Each of these versions, and what of the file's content is its."""
        for index, version in enumerate(self._versions):
            if version in versions:
                yield version, self._right[inode][index]

    def told(self, inode: Inode) -> str:
        """For a story: what is right, by version."""
        return str({i: str(ranges) for i, ranges in self._right[inode.number].items()})
