"""Where each running transfer stands, in memory that outlives the process.

A small file is mapped shared. After each write to a part file the position reached is stored in it: one memory write,
which the kernel keeps when the process is killed. The next process reads it and joins it into what the store has. A
power cut is another matter: marks are believed only in the boot that they were made in.

All is 64-bit words, aligned, so that none is ever half written. A header: magic word, length of the boot id, boot id;
then slots, one per transfer: job, incarnation, device, inode, start, position. The job's word is written last and
cleared first, the magic word likewise: whenever the process dies, a slot is either whole or empty.

A mapping of a file with holes is killed with SIGBUS when a full disk has no block for the hole, and so is one of a file
that somebody truncated. Therefore the file is allocated to its last byte, never cut (one of a wrong size is replaced),
readable for its owner alone, and not mapped at all on file systems that take a new block for every overwriting.
"""

from __future__ import annotations

import errno
import mmap
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol, Self

from ddm import private
from ddm.byteranges import RangeSet
from ddm.disk import libc
from ddm.record import Mark, PartIdentity

# "DDMmark" and the version of the layout.
_MAGIC = int.from_bytes(b"DDMmark\x01", "big")
# A kernel's boot id has 36 bytes; one from DDM_BOOT_ID that does not fit is never believed.
_HEADER_WORDS = 64
_BOOT_ID_AT, _BOOT_ID_BYTES_MAX = 16, 8 * _HEADER_WORDS - 16
_JOB, _START, _POSITION = 0, 4, 5
_SLOT_WORDS = 6
_WORD = (1 << 64) - 1
_OFFSET_MAX = (1 << 63) - 1  # off_t
# 512 connections at most, and as many transfers again that ended since the last record, a second ago.
SLOTS = 1024
# Btrfs, bcachefs: a store into a page that was written back wants a new block, allocated or not.
# Source: btrfs_page_mkwrite, bch2_page_mkwrite in Linux; linux/magic.h.
_COPYING = {0x9123683E, 0xCA451A4E}


class _Part(Protocol):
    """What a mark needs of a part file."""

    @property
    def identity(self) -> PartIdentity:
        """Which file it is."""

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """Write the buffers one after the other from `offset`."""


class Marks:
    """The slots. Fits `ports.Marks`. Takes no slot before the first `clear`, so that `found` can be read and used.

    buffer: writable bytes, zeros when new; a multiple of 8 of them.
    """

    def __init__(self, buffer: bytearray | memoryview | mmap.mmap, boot_id: str) -> None:
        self._bytes = memoryview(buffer).cast("B")
        self._words = self._bytes.cast("Q")
        self._boot_id = boot_id.encode("utf-8", "surrogateescape")
        self._free: list[int] = []
        self._live: dict[int, MarkedPart] = {}
        self._spent: dict[int, list[int]] = {}

    @classmethod
    def open(cls, path: Path, boot_id: str, slots: int = SLOTS) -> Self:
        """Map the file; make it where there is none, or none of this size. Other content stays until `clear`.

        For the holder of the manager's lock alone. Raises OSError with the path, where it cannot be had safely.
        """
        size_bytes = 8 * (_HEADER_WORDS + slots * _SLOT_WORDS)
        try:
            return cls(_map(path, size_bytes), boot_id)
        except OSError as error:
            error.filename = str(path)
            raise

    def found(self) -> tuple[Mark, ...]:
        """The marks that an earlier process of this boot left: nothing of another boot, nothing that makes no sense."""
        stop = _BOOT_ID_AT + min(self._words[1], _BOOT_ID_BYTES_MAX)
        if self._words[0] != _MAGIC or self._bytes[_BOOT_ID_AT:stop] != self._boot_id:
            return ()
        slots = (self._words[at : at + _SLOT_WORDS].tolist() for at in self._slots())
        return tuple(mark for mark in (Mark(*slot) for slot in slots if slot[_JOB]) if _sane(mark))

    def clear(self) -> None:
        """Free every slot and begin for the present boot."""
        self._words[0] = 0  # first: a kill in the midst of the next line leaves words half cleared
        self._bytes[8:] = bytes(len(self._bytes) - 8)
        if len(self._boot_id) <= _BOOT_ID_BYTES_MAX:
            self._words[1] = len(self._boot_id)
            self._bytes[_BOOT_ID_AT : _BOOT_ID_AT + len(self._boot_id)] = self._boot_id
            self._words[0] = _MAGIC
        self._drop_slots()
        self._free = [*self._slots()]

    def sink(self, part: _Part, job_id: int, incarnation: int) -> MarkedPart:
        """The part file for one transfer; its mark begins at the offset of its first write."""
        return MarkedPart(self, self._words, part, job_id, incarnation)

    def recorded(self, job_id: int, written: RangeSet) -> None:
        """The store holds this claim: marks of transfers that are over and lie within it are free again."""
        left = []
        for at in self._spent.pop(job_id, ()):
            marked = RangeSet.of(self._words[at + _START], self._words[at + _POSITION])
            if marked.is_subset(written):
                self._release(at)
            else:
                left.append(at)
        if left:
            self._spent[job_id] = left

    def forget(self, job_id: int) -> None:
        """Nothing marked for the job so far is to be believed; transfers that go on are marked anew."""
        for at, sink in [*self._live.items()]:
            if sink.job_id == job_id:
                del self._live[at]
                sink.unmark()
                self._release(at)
        for at in self._spent.pop(job_id, ()):
            self._release(at)

    def close(self) -> None:
        """Unmap the file; what is in it stays. Sinks go on writing, without marks. Again is no error."""
        self._drop_slots()
        self._words.release()
        self._bytes.release()

    def take(self, sink: MarkedPart, *words: int) -> int | None:
        """A slot with these words in it, its place; None if all are taken. For sinks."""
        if not self._free:
            return None
        at = self._free.pop()
        for place in range(_SLOT_WORDS - 1, -1, -1):  # the job's last
            self._words[at + place] = words[place] & _WORD
        self._live[at] = sink
        return at

    def spend(self, sink: MarkedPart, at: int) -> None:
        """The slot's transfer is over, or goes on elsewhere. For sinks."""
        del self._live[at]
        self._spent.setdefault(sink.job_id, []).append(at)

    def _release(self, at: int) -> None:
        self._words[at + _JOB] = 0
        self._free.append(at)

    def _drop_slots(self) -> None:
        for sink in self._live.values():
            sink.unmark()
        self._live.clear()
        self._spent.clear()
        self._free.clear()

    def _slots(self) -> range:
        return range(_HEADER_WORDS, len(self._words) - _SLOT_WORDS + 1, _SLOT_WORDS)


class NoMarks(Marks):
    """Without a slot, for where there is no file: sinks only write."""

    def __init__(self) -> None:
        super().__init__(bytearray(8 * _HEADER_WORDS), "")


class MarkedPart:
    """A part file as one transfer writes to it. Fits `ports.MarkedSink`; `Marks.sink` makes it."""

    __slots__ = ("_at", "_incarnation", "_marks", "_part", "_stop", "_words", "job_id")

    def __init__(
        self, marks: Marks, words: memoryview, part: _Part, job_id: int, incarnation: int
    ) -> None:
        self._marks = marks
        self._words = words
        self._part = part
        self._incarnation = incarnation
        self._at = 0  # of the position's word; 0 while it has no slot
        self._stop = -1  # where the next write is expected; -1 while it has no slot
        self.job_id = job_id

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """Write, then mark `offset` plus the buffers as reached. Raises OSError; then nothing more is marked."""
        self._part.write_at(buffers, offset)
        stop = offset + sum(map(len, buffers))
        if offset == self._stop:
            self._words[self._at] = self._stop = stop
        elif offset != stop:
            self._begin(offset, stop)

    def end(self) -> None:
        """The transfer is over; its mark stays until `Marks.recorded` finds it recorded. Again is no error."""
        if self._at:
            self._marks.spend(self, self._at - _POSITION)
            self.unmark()

    def unmark(self) -> None:
        """The slot is not this transfer's any more. For marks."""
        self._at, self._stop = 0, -1

    def _begin(self, start: int, stop: int) -> None:
        self.end()
        who = self._part.identity
        at = self._marks.take(
            self, self.job_id, self._incarnation, who.device, who.inode, start, stop
        )
        if at is not None:
            self._at, self._stop = at + _POSITION, stop


def _sane(mark: Mark) -> bool:
    return mark.start < mark.position <= _OFFSET_MAX and mark.job_id <= _OFFSET_MAX


def _map(path: Path, size_bytes: int) -> mmap.mmap:
    with suppress(FileNotFoundError):
        if path.lstat().st_size not in (0, size_bytes):
            path.unlink()  # not cut or grown: whoever has it mapped still has it whole
    fd = private.open_file(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        if libc.file_system(fd, str(path)) in _COPYING:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        os.posix_fallocate(fd, 0, size_bytes)
        return mmap.mmap(fd, size_bytes)
    finally:
        os.close(fd)  # the mapping has its own
