"""What is fetched twice: next to nothing, and only the same bytes.

Near the end of a file a free connection asks for what a slow one still has to bring, and the first one home wins. Apart
from that nobody writes what is claimed.
"""

from __future__ import annotations

from collections import defaultdict

from ddm.byteranges import RangeSet
from ddm.testing.story import Story

# The rest of a connection is cut rather than doubled where it is half a MiB; a few may be doubled in one file.
_MOST_BYTES = 2 << 20


class Twice:
    """Counts, per file, what was written over what was claimed."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._bytes: dict[int, int] = defaultdict(int)

    def wrote(
        self, inode: int, written: RangeSet, claimed: RangeSet, right: list[RangeSet]
    ) -> None:
        """Bytes came again. right: for each version that they are of, what of the file was right before."""
        again = written.minus(written.minus(claimed))
        self._bytes[inode] += again.total
        if not any(again.is_subset(before) for before in right):
            raise self._story.violation(f"{written} written again with other bytes, of {claimed}")
        if self._bytes[inode] > _MOST_BYTES:
            raise self._story.violation(f"{written} written again, one of many, of {claimed}")
