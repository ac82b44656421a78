"""A file that is kept nowhere: what has come and is not yet next waits in memory, the rest has left.

It is written to anywhere, as a part file is, and read from its start by whoever passes it on.
"""

from __future__ import annotations

import errno
from collections.abc import Generator, Iterable, Sequence
from typing import TYPE_CHECKING

from ddm.byteranges import ByteRange, RangeSet
from ddm.disk.digester import ALGORITHMS
from ddm.errand import Done, Errand, Slices
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.limits import DIGEST_SLICE_BYTES
from ddm.record import PartIdentity
from ddm.spec import Checksum

if TYPE_CHECKING:
    from hashlib import _Hash


class PipePart:
    """Fits `ports.Part`. `PipeDisk` makes it.

    Bytes that come again replace those that came before, for the engine does not believe the first ones; those
    that have left, or were digested, it cannot have again.

    held_bytes: how many wait in memory. passed: everything below has left. whole_bytes: the file's length, once
    the engine has said that all of it is there and right.
    window_bytes: a file no longer than this, whose digest somebody named, leaves once it is right. Of a longer one
    the last byte waits for that: what reads a wrong one gets a file that is cut short, not one that seems whole.
    """

    identity = PartIdentity("", 0, 0)
    kept = False
    kept_bytes = 0

    def __init__(self, name: str, size_bytes: int | None, window_bytes: int) -> None:
        self.name = name
        self._fits = size_bytes is not None and size_bytes <= window_bytes
        self.held_bytes = 0
        self.passed = 0
        self.whole_bytes: int | None = None
        self._blocks: dict[int, memoryview] = {}  # by offset, no two overlap
        self._held = RangeSet()  # where they are
        self._digested = 0  # everything below has been; never below `passed`
        self._hashes: dict[str, _Hash] = {}

    # -- as a part file ----------------------------------------------------------------------------

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """Keep the buffers until they are next. Raises OSError for bytes that have left already."""
        block = memoryview(buffers[0] if len(buffers) == 1 else b"".join(buffers))
        stop = offset + len(block)
        if offset == stop:
            return
        if offset < max(self.passed, self._digested):
            raise OSError(errno.EIO, "bytes that were passed on came again", self.name)
        both = self._held.add(ByteRange(offset, stop))
        if both.total - self._held.total < len(block):
            self._drop(offset, stop)
        self._blocks[offset] = block
        self._held = both
        self.held_bytes += len(block)

    def sync(self, size_bytes: int | None = None) -> Errand[None]:
        """With a size, the last word: all is there. It is over when all has been passed on, or that is taken back."""
        self.whole_bytes = size_bytes
        if size_bytes is None:  # what would be kept if the machine failed now: nothing, as always
            return Done(lambda: None)
        return _Passing(self, size_bytes)

    def digest(self, algorithms: Sequence[str], size_bytes: int) -> Slices[tuple[Checksum, ...]]:
        """What was digested on the way, and the rest of it, slice by slice: nobody else has these bytes."""
        if not self._digested:
            self.digest_with(algorithms)
        return Slices(self._digest_rest(algorithms, size_bytes))

    def publish(self, *, exact: bool, replace: bool = False) -> str:  # noqa: ARG002 - there is nothing to rename
        """There is nothing to rename."""
        return self.name

    def settle(self) -> Errand[None]:
        """Nothing is left to do."""
        return Done(lambda: None)

    def close(self) -> None:
        """Forget what was not passed on."""
        self._blocks.clear()
        self._held = RangeSet()
        self.held_bytes = 0

    def discard(self) -> None:
        """Begin again. Raises FailureError where the first bytes have left."""
        self.close()
        if self.passed:
            why = f"{self.name} would have to begin again, but {self.passed} bytes of it were passed on"
            raise FailureError(Failure(Kind.CHANGED, why, Exit.CHANGED))

    # -- for who passes it on ----------------------------------------------------------------------

    def digest_with(self, algorithms: Iterable[str]) -> None:
        """Which digests will be asked for. Once, before anything is passed on."""
        import hashlib  # noqa: PLC0415 - as for files: most come without a digest

        self._hashes = {
            name: hashlib.new(ALGORITHMS[name], usedforsecurity=False) for name in algorithms
        }

    @property
    def ready_bytes(self) -> int:
        """How many bytes may leave now."""
        first = next(iter(self._held), None)
        if first is None or first.start != self.passed:
            return 0
        if not self._hashes or self.whole_bytes is not None:
            return len(first)
        return 0 if self._fits else len(first) - 1

    def next_blocks(self, most_bytes: int) -> list[memoryview]:
        """What leaves next, so much at most; it is digested."""
        found: list[memoryview] = []
        at, stop = self.passed, self.passed + min(most_bytes, self.ready_bytes)
        while at < stop:
            block = self._blocks[at]
            self._digest(at, block)
            found.append(block[: stop - at])
            at += len(block)
        return found

    def pass_on(self, count: int) -> None:
        """So many bytes of `next_blocks` have left."""
        self._held = self._held.minus(RangeSet.of(self.passed, self.passed + count))
        self.held_bytes -= count
        while count:
            block = self._blocks.pop(self.passed)
            left = block[count:]
            self.passed += len(block) - len(left)
            count -= len(block) - len(left)
            if left:
                self._blocks[self.passed] = left

    # -- digests -----------------------------------------------------------------------------------

    def _digest_rest(
        self, algorithms: Sequence[str], stop: int
    ) -> Generator[None, None, tuple[Checksum, ...]]:
        due = self._digested + DIGEST_SLICE_BYTES
        while self._digested < stop:
            if self._digested >= due:
                yield
                due = self._digested + DIGEST_SLICE_BYTES
            at = self._digested
            block = self._blocks.get(at)
            if block is None:
                raise OSError(errno.EIO, "bytes that were fetched are missing", self.name)
            self._digest(at, block)
        return tuple(Checksum(name, self._hashes[name].hexdigest()) for name in algorithms)

    def _digest(self, at: int, block: memoryview) -> None:
        """The first piece of a block may have been digested, and have left, before the rest of it."""
        fresh = block[max(0, self._digested - at) :]
        for each in self._hashes.values():
            each.update(fresh)
        self._digested = max(self._digested, at + len(block))

    def _drop(self, start: int, stop: int) -> None:
        """Forget what is held of a range."""
        for at, block in [*self._blocks.items()]:
            end = at + len(block)
            if at >= stop or end <= start:
                continue
            del self._blocks[at]
            self.held_bytes -= min(end, stop) - max(at, start)
            if at < start:
                self._blocks[at] = block[: start - at]
            if stop < end:
                self._blocks[stop] = block[stop - at :]


class _Passing:
    """A file on its way to who reads it. Fits `errand.Errand`."""

    def __init__(self, part: PipePart, size_bytes: int) -> None:
        self._part = part
        self._size_bytes = size_bytes

    @property
    def over(self) -> bool:
        return self._part.passed >= self._size_bytes or self._part.whole_bytes is None

    def result(self) -> None:
        pass
