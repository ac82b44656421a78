"""A simulated disk: names, inodes, locks, faults, and what is left after a crash. Fits `ddm.ports.Disk`."""

from __future__ import annotations

import errno
import os
from typing import Protocol

from ddm.byteranges import RangeSet
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.limits import PART_SUFFIX
from ddm.record import PartIdentity
from ddm.testing.faults import DiskFaults, Doing
from ddm.testing.part import DEVICE, Inode, SimPart


class DiskWatcher(Protocol):
    """Who sees everything that happens to the disk, at the instant it happens."""

    def wrote(self, inode: Inode, offset: int, data: bytes) -> None:
        """Bytes went into a file."""

    def published(self, path: str, inode: Inode) -> None:
        """A final name appeared."""

    def lost(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody may count on these bytes: a power cut took them, or a write failed half way."""


class SimDisk:
    """Paths to inodes. A directory needs no making."""

    def __init__(self, faults: DiskFaults, watcher: DiskWatcher) -> None:
        self.faults = faults
        self._watcher = watcher
        self._boots = 1
        self._last_inode = 0
        self._open: list[SimPart] = []
        self.files: dict[str, Inode] = {}
        self.foreign: set[str] = set()

    @property
    def boot_id(self) -> str:
        """Which life of the machine this is."""
        return f"boot-{self._boots}"

    def put_foreign(self, path: str) -> None:
        """Somebody else's file, which must stay as it is."""
        inode = self._new_inode()
        inode.content.extend(b"not yours")
        self.files[path] = inode
        self.foreign.add(path)

    def open_part(  # noqa: D102 - as ports.Disk has it
        self,
        directory: str,
        name: str,
        *,
        exact: bool,
        size_bytes: int | None,
        resume: PartIdentity | None,
        replace: bool = False,
    ) -> SimPart:
        if replace:
            raise NotImplementedError("no scenario replaces files")
        path = f"{directory}/{name}{PART_SUFFIX}"
        self.faults.meet(Doing.OPEN, path)
        there = self.files.get(path)
        if resume is not None and there is not None and _is(there, resume):
            if exact and f"{directory}/{name}" in self.files:
                raise _exists(f"{directory}/{name}")
            if there.locked:
                raise FailureError(Failure(Kind.FILE_BUSY, f"{path} is in use", Exit.FILE_BUSY))
            return self._opened(directory, name, there, size_bytes, kept=True)
        for candidate in _candidates(name, exact=exact):
            part = f"{directory}/{candidate}{PART_SUFFIX}"
            if f"{directory}/{candidate}" not in self.files and part not in self.files:
                self.files[part] = self._new_inode()
                return self._opened(directory, candidate, self.files[part], size_bytes, kept=False)
        raise _exists(f"{directory}/{name}")

    def _opened(
        self, directory: str, name: str, inode: Inode, size_bytes: int | None, *, kept: bool
    ) -> SimPart:
        inode.locked = True
        if size_bytes is not None and not kept:
            inode.resize(size_bytes)
        part = SimPart(self, directory, name, inode, kept=kept)
        self._open = [other for other in self._open if not other.closed] + [part]
        return part

    def wrote(self, inode: Inode, offset: int, data: bytes) -> None:
        """Bytes went into a file."""
        self._watcher.wrote(inode, offset, data)

    def lost(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody may count on these bytes."""
        self._watcher.lost(inode, ranges)

    def publish(self, part: SimPart, *, exact: bool) -> str:
        """Rename a part file, never over another file; the name it got."""
        for candidate in _candidates(part.name, exact=exact):
            path = f"{part.directory}/{candidate}"
            if path not in self.files:
                self.files[path] = self.files.pop(part.path)
                self._watcher.published(path, part.inode)
                return candidate
        raise _exists(f"{part.directory}/{part.name}")

    def discard(self, part: SimPart) -> None:
        """Take a part file's name away."""
        if self.files.get(part.path) is part.inode:
            del self.files[part.path]

    def crash(self, *, power: bool) -> None:
        """The process dies: locks go. With power, the machine: what was not synced goes too, and a new boot begins.

        Names survive: renames are taken as synced with their directory here.
        """
        for part in self._open:
            part.close()
        if power:
            self._boots += 1
            for inode in self.files.values():
                self.lost(inode, inode.lose_unsynced())

    def _new_inode(self) -> Inode:
        self._last_inode += 1
        return Inode(self._last_inode)


def _exists(path: str) -> OSError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)


def _is(inode: Inode, identity: PartIdentity) -> bool:
    return (identity.device, identity.inode) == (DEVICE, inode.number)


def _candidates(name: str, *, exact: bool) -> list[str]:
    stem, dot, suffix = name.partition(".")
    others = [] if exact else [f"{stem} ({n}){dot}{suffix}" for n in range(1, 20)]
    return [name, *others]
