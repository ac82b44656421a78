"""A simulated disk: names, inodes, locks, faults, and what is left after a crash. Fits `ddm.ports.Disk`."""

from __future__ import annotations

import errno
import os
import random
from collections import defaultdict
from functools import partial
from typing import Protocol

from ddm.byteranges import RangeSet
from ddm.disk.settled import Changes, Settled
from ddm.errand import After, Done, Errand, Failed
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.limits import MIB, PART_SUFFIX
from ddm.record import PartIdentity
from ddm.testing.errands import Errands
from ddm.testing.faults import Doing, Faults
from ddm.testing.names import Names
from ddm.testing.part import DEVICE, Inode, SimPart
from ddm.testing.plug import Plug


class DiskWatcher(Protocol):
    """Who sees everything that happens to the disk, at the instant it happens."""

    def wrote(self, inode: Inode, offset: int, data: bytes) -> None:
        """Bytes went into a file."""

    def published(self, path: str, inode: Inode) -> None:
        """A final name appeared."""

    def unpublished(self, path: str, inode: Inode) -> None:
        """A final name that was not on the disk yet is taken back."""

    def unlinked(self, path: str, inode: Inode) -> None:
        """A file was removed because a user wished it."""

    def lost(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody may count on these bytes: a power cut took them, or a write failed half way."""

    def excused(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody could have noted that these bytes were written."""

    def synced(self, inode: Inode) -> None:
        """What is in the file is on the disk."""


class SimDisk:
    """Paths to inodes. A directory needs no making."""

    def __init__(self, faults: Faults, watcher: DiskWatcher, plug: Plug, errands: Errands) -> None:
        self.faults = faults
        self.plug = plug
        self.errands = errands
        self._watcher = watcher
        self._boots = 1
        self._last_inode = 0
        self._open: list[SimPart] = []
        self._names = Names()
        self._settled: defaultdict[str, Settled] = defaultdict(Settled)
        self.foreign: set[str] = set()

    @property
    def files(self) -> dict[str, Inode]:
        """What is there, by path."""
        return self._names.files

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

    # -- ports.Disk --------------------------------------------------------------------------------

    def open_part(  # noqa: D102 - as ports.Disk has it
        self,
        directory: str,
        name: str,
        *,
        exact: bool,
        size_bytes: int | None,
        resume: PartIdentity | None,
        replace: bool = False,
    ) -> Errand[SimPart]:
        if replace:
            raise NotImplementedError("no scenario replaces files")
        opening = partial(
            self._open_part, directory, name, exact=exact, size_bytes=size_bytes, resume=resume
        )
        return self.errands.begin(opening, opening)

    def _open_part(
        self,
        directory: str,
        name: str,
        *,
        exact: bool,
        size_bytes: int | None,
        resume: PartIdentity | None,
    ) -> SimPart:
        path = f"{directory}/{name}{PART_SUFFIX}"
        with self.plug.during():
            self.faults.meet(Doing.OPEN, path)
            there = self.files.get(path)
            if resume is not None and there is not None and _is(there, resume):
                if exact and f"{directory}/{name}" in self.files:
                    raise _exists(f"{directory}/{name}")
                _must_be_free(path, there)
                return self._opened(directory, name, there, size_bytes, kept=True)
            for candidate in _candidates(name, exact=exact):
                part = f"{directory}/{candidate}{PART_SUFFIX}"
                if f"{directory}/{candidate}" not in self.files and part not in self.files:
                    inode = self._new_inode()
                    self._names.change(None, part, inode)
                    return self._opened(directory, candidate, inode, size_bytes, kept=False)
        raise _exists(f"{directory}/{name}")

    def lacking_bytes(self, directory: str, name: str, size_bytes: int | None) -> int:  # noqa: ARG002, D102 - as ports.Disk has it
        return MIB if self.faults.full else 0

    def is_published(  # noqa: D102
        self, directory: str, name: str, identity: PartIdentity, *, settle: bool = True
    ) -> bool:
        there = self.files.get(f"{directory}/{name}")
        if there is None or not _is(there, identity):
            return False
        try:
            if settle:
                self._sync(directory, self._names.changes)
        except OSError:
            return False
        return True

    def remove_files(  # noqa: D102
        self, directory: str, name: str, identity: PartIdentity
    ) -> Errand[bool]:
        try:
            removed = self._unlink(directory, name, identity)
        except (FailureError, OSError) as error:
            return Failed(error)
        if not removed:
            return Done(lambda: False)
        settling = self.settle(directory, self._settled[directory].changed())
        return After(settling, lambda errand: errand.result() is None)

    def _unlink(self, directory: str, name: str, identity: PartIdentity) -> bool:
        removed = False
        for path in (f"{directory}/{name}{PART_SUFFIX}", f"{directory}/{name}"):
            there = self.files.get(path)
            if there is None or not _is(there, identity):
                continue
            _must_be_free(path, there)
            with self.plug.during():
                self.faults.meet(Doing.REMOVE, path)
                self._names.change(path, None, there)
                self._watcher.unlinked(path, there)
            removed = True
        return removed

    # -- part.Home ---------------------------------------------------------------------------------

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

    def excused(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody could have noted that these bytes were written."""
        self._watcher.excused(inode, ranges)

    def synced(self, inode: Inode) -> None:
        """What is in the file is on the disk, and so is its part name."""
        self._names.sync_file(inode)
        self._watcher.synced(inode)

    def rename(self, part: SimPart, *, exact: bool) -> tuple[str, Changes]:
        """Rename a part file, never over another file; the name it got, and the changes that is among."""
        for candidate in _candidates(part.name, exact=exact):
            path = f"{part.directory}/{candidate}"
            if path not in self.files:
                self._names.change(part.path, path, part.inode)
                self._watcher.published(path, part.inode)
                return candidate, self._settled[part.directory].changed()
        raise _exists(f"{part.directory}/{part.name}")

    def settle(self, directory: str, changes: Changes) -> Errand[None]:
        """Put new names on the disk."""
        return self._settled[directory].settle(changes, lambda: self._begin_sync(directory))

    def take_back(self, part: SimPart, published: str) -> None:
        """Give a file its part name again."""
        path = f"{part.directory}/{published}"
        self._names.change(path, part.path, part.inode)
        self._watcher.unpublished(path, part.inode)

    def _begin_sync(self, directory: str) -> Errand[None]:
        changes = self._names.changes  # what comes from now on it does not cover
        return self.errands.begin(
            partial(self._sync, directory, changes), partial(self._names.sync, changes)
        )

    def _sync(self, directory: str, changes: int) -> None:
        with self.plug.during():
            self.faults.meet(Doing.SETTLE, directory)
            self._names.sync(changes)

    def discard(self, part: SimPart) -> None:
        """Take a part file's name away."""
        if self.files.get(part.path) is part.inode:
            self._names.change(part.path, None, part.inode)

    # -- the end of a process, or of the machine -----------------------------------------------------

    def crash(self, power: random.Random | None = None) -> None:
        """The process dies: locks go. With `power`, the machine: what was not synced goes too, and a new boot begins.

        Names that were not synced may go or stay, as `power` draws.
        """
        self.errands.crash()
        for part in self._open:
            part.close()
        self._settled.clear()
        for inode in self.files.values():
            inode.syncs.clear()
        if power is None:
            return
        self._boots += 1
        for change in self._names.lose_power(power):
            if change.new is not None and not change.new.endswith(PART_SUFFIX):
                self._watcher.unpublished(change.new, change.inode)
        for inode in self.files.values():
            self.lost(inode, inode.lose_unsynced())

    def _new_inode(self) -> Inode:
        self._last_inode += 1
        return Inode(self._last_inode)


def _exists(path: str) -> OSError:
    return FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)


def _must_be_free(path: str, inode: Inode) -> None:
    if inode.locked:
        raise FailureError(Failure(Kind.FILE_BUSY, f"{path} is in use", Exit.FILE_BUSY))


def _is(inode: Inode, identity: PartIdentity) -> bool:
    return (identity.device, identity.inode) == (DEVICE, inode.number)


def _candidates(name: str, *, exact: bool) -> list[str]:
    stem, dot, suffix = name.partition(".")
    others = [] if exact else [f"{stem} ({n}){dot}{suffix}" for n in range(1, 20)]
    return [name, *others]
