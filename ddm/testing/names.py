"""The names of a simulated disk: which are there, and which a power cut leaves."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ddm.testing.part import Inode


@dataclass(frozen=True, slots=True)
class Change:
    """A file gets the name `new` in place of `old`; None for a file that is created, or a name that is removed."""

    old: str | None
    new: str | None
    inode: Inode


class Names:
    """Paths to inodes. Changes reach the disk in their order, at a sync at the latest, as journals have it."""

    def __init__(self) -> None:
        self.files: dict[str, Inode] = {}
        self._pending: list[Change] = []
        self._synced = 0  # how many changes are on the disk

    def change(self, old: str | None, new: str | None, inode: Inode) -> None:
        """Create, rename or remove a name."""
        self._pending.append(Change(old, new, inode))
        self._apply(old, new, inode)

    @property
    def changes(self) -> int:
        """How many there were so far."""
        return self._synced + len(self._pending)

    def sync(self, changes: int) -> None:
        """The first so many of all changes are on the disk."""
        more = max(0, changes - self._synced)
        del self._pending[:more]
        self._synced += more

    def sync_file(self, inode: Inode) -> None:
        """A file was synced: with it, if it is new, its creation, and all that came before that."""
        for number, change in enumerate(self._pending):
            if change.inode is inode and change.old is None:
                self.sync(self._synced + number + 1)
                return

    def lose_power(self, chance: random.Random) -> list[Change]:
        """Some of the last changes never were; which, the last first."""
        kept = chance.randint(0, len(self._pending))
        undone = self._pending[kept:][::-1]
        for change in undone:
            self._apply(change.new, change.old, change.inode)
        self._synced += kept
        self._pending.clear()
        return undone

    def _apply(self, old: str | None, new: str | None, inode: Inode) -> None:
        if old is not None:
            del self.files[old]
        if new is not None:
            self.files[new] = inode
