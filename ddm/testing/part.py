"""A simulated file and the part file open on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from ddm.byteranges import RangeSet
from ddm.disk.digester import ALGORITHMS
from ddm.disk.settled import Changes
from ddm.errand import After, Errand
from ddm.record import PartIdentity
from ddm.spec import Checksum
from ddm.testing.errands import Errands
from ddm.testing.faults import Doing, Faults
from ddm.testing.plug import Died, Plug

DEVICE = 7
# What a read finds where a power cut lost the bytes: no body holds so long a run of it.
_LOST = b"\xff"


@dataclass(slots=True)
class Syncing:
    """A sync on its way. covers: what was written before it began, and not since."""

    covers: RangeSet


@dataclass(slots=True)
class Inode:
    """One file, under whatever names.

    unsynced: written since the last good sync. poisoned: what a failed sync was to cover; no later sync vouches for it
    (LWN, "PostgreSQL's fsync() surprise", 2018).
    """

    number: int
    content: bytearray = field(default_factory=bytearray)
    unsynced: RangeSet = RangeSet()
    poisoned: RangeSet = RangeSet()
    locked: bool = False
    syncs: list[Syncing] = field(default_factory=list)

    def write(self, data: bytes, offset: int) -> None:
        """Put bytes in, growing the file where they pass its end."""
        stop = offset + len(data)
        if stop > len(self.content):
            self.content.extend(bytes(stop - len(self.content)))
        self.content[offset:stop] = data
        written = RangeSet.of(offset, stop)
        self.unsynced = self.unsynced.union(written)
        self.poisoned = self.poisoned.minus(written)
        for sync in self.syncs:
            sync.covers = sync.covers.minus(written)

    def begin_sync(self) -> Syncing:
        """What is written from now on it does not cover."""
        self.syncs.append(Syncing(self.unsynced))
        return self.syncs[-1]

    def end_sync(self, sync: Syncing, *, well: bool) -> None:
        """What it covered is on the disk, or nobody will ever vouch for it."""
        self.syncs.remove(sync)
        self.unsynced = self.unsynced.minus(sync.covers)
        if not well:
            self.poisoned = self.poisoned.union(sync.covers)

    def resize(self, size_bytes: int) -> None:
        """Cut, or grow with zeros."""
        del self.content[size_bytes:]
        self.content.extend(bytes(size_bytes - len(self.content)))
        self.unsynced = self.unsynced.within(size_bytes)

    def lose_unsynced(self) -> RangeSet:
        """What a power cut does to it; what was lost."""
        lost = self.unsynced.union(self.poisoned).within(len(self.content))
        for r in lost:
            self.content[r.start : r.stop] = _LOST * len(r)
        self.unsynced = self.poisoned = RangeSet()
        self.syncs.clear()
        return lost


class Home(Protocol):
    """What a part file needs of the disk it is on."""

    faults: Faults
    plug: Plug
    errands: Errands

    @property
    def boot_id(self) -> str:
        """Which life of the machine this is."""

    def wrote(self, inode: Inode, offset: int, data: bytes) -> None:
        """Bytes went into a file."""

    def lost(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody may count on these bytes."""

    def excused(self, inode: Inode, ranges: RangeSet) -> None:
        """Nobody could have noted that these bytes were written."""

    def synced(self, inode: Inode) -> None:
        """What is in the file is on the disk, and so is its part name."""

    def rename(self, part: SimPart, *, exact: bool) -> tuple[str, Changes]:
        """Give the file its final name; which one, and which changes of the directory that is among."""

    def settle(self, directory: str, changes: Changes) -> Errand[None]:
        """Put new names on the disk."""

    def take_back(self, part: SimPart, published: str) -> None:
        """Give the file its part name again."""

    def discard(self, part: SimPart) -> None:
        """Take the file's name away."""


class SimPart:
    """Fits `ddm.ports.Part`."""

    def __init__(self, home: Home, directory: str, name: str, inode: Inode, *, kept: bool) -> None:
        self._home = home
        self._name = name
        self._identity = PartIdentity(home.boot_id, DEVICE, inode.number)
        self._kept = kept
        self.directory = directory
        self.inode = inode
        self.closed = False
        self._published, self._changes = name, Changes()  # the final name, and what it came with

    @property
    def name(self) -> str:
        """The final name that it will get."""
        return self._name

    @property
    def path(self) -> str:
        """Where the part file is."""
        return f"{self.directory}/{self._name}.part"

    @property
    def identity(self) -> PartIdentity:
        """Which file this is."""
        return self._identity

    @property
    def kept(self) -> bool:
        """Whether it is the file that was to be resumed."""
        return self._kept

    @property
    def kept_bytes(self) -> int:
        """How long a kept file is."""
        return len(self.inode.content) if self._kept else 0

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:  # noqa: D102
        self._check_open()
        data = b"".join(buffers)
        try:
            with self._home.plug.during():
                self._write(data, offset)
        except Died:  # between the write and the mark: nobody can know of it
            self._home.excused(self.inode, RangeSet.of(offset, offset + len(data)))
            raise

    def _write(self, data: bytes, offset: int) -> None:
        try:
            self._home.faults.meet(Doing.WRITE, self.path)
        except OSError:
            torn = data[: len(data) // 2]
            self.inode.write(torn, offset)
            self._home.lost(self.inode, RangeSet.of(offset, offset + len(torn)))
            raise
        self.inode.write(data, offset)
        self._home.wrote(self.inode, offset, data)

    def sync(self, size_bytes: int | None = None) -> Errand[None]:  # noqa: D102
        self._check_open()
        sync = self.inode.begin_sync()
        return self._home.errands.begin(
            partial(self._sync, sync, size_bytes), partial(self.inode.end_sync, sync, well=True)
        )

    def _sync(self, sync: Syncing, size_bytes: int | None) -> None:
        with self._home.plug.during():
            if size_bytes is not None:
                self.inode.resize(size_bytes)
            try:
                self._home.faults.meet(Doing.SYNC, self.path)
            except OSError:
                self.inode.end_sync(sync, well=False)
                raise
            self.inode.end_sync(sync, well=True)
            self._home.synced(self.inode)

    def digest(  # noqa: D102
        self, algorithms: Sequence[str], size_bytes: int
    ) -> Errand[tuple[Checksum, ...]]:
        return self._home.errands.begin(partial(self._digest, algorithms, size_bytes))

    def _digest(self, algorithms: Sequence[str], size_bytes: int) -> tuple[Checksum, ...]:
        self._home.faults.meet(Doing.READ, self.path)
        content = bytes(self.inode.content[:size_bytes])
        return tuple(
            Checksum(name, hashlib.new(ALGORITHMS[name], content).hexdigest())
            for name in algorithms
        )

    def publish(self, *, exact: bool, replace: bool = False) -> str:  # noqa: D102
        if replace:
            raise NotImplementedError("no scenario replaces files")
        self._check_open()
        with self._home.plug.during():
            self._home.faults.meet(Doing.RENAME, self.path)
            self._published, self._changes = self._home.rename(self, exact=exact)
        return self._published

    def settle(self) -> Errand[None]:  # noqa: D102
        self._check_open()
        return After(self._home.settle(self.directory, self._changes), self._settled)

    def _settled(self, errand: Errand[None]) -> None:
        try:
            errand.result()
        except OSError:
            self._home.take_back(self, self._published)
            raise
        self._name = self._published
        self.close()

    def close(self) -> None:  # noqa: D102
        self.closed = True
        self.inode.locked = False

    def discard(self) -> None:  # noqa: D102
        with self._home.plug.during():
            self._home.discard(self)
        self.close()

    def _check_open(self) -> None:
        if self.closed:
            raise OSError(9, "Bad file descriptor", self.path)
