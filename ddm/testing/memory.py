"""A database in memory that remembers what a power cut would leave of it.

With `synchronous=NORMAL` a power cut loses the last commits, never the order, and nothing up to the last durable one,
or the last one before a sync of the log.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from ddm.store.database import Database
from ddm.store.jobs import JobStore
from ddm.store.migrations import migrate


class MemoryStore(JobStore):
    """The real store over that database. keeps: whether every commit is remembered, for a power cut to come."""

    def __init__(self, wall: Callable[[], float], *, keeps: bool) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        migrate(self._connection)
        super().__init__(Database(self._connection, ":memory:", None), wall)
        self._keeps = keeps
        self._depth = 0
        self._commits = [self._connection.serialize()]  # which a power cut may leave
        self.last = 0  # the number of the last commit

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """As `JobStore.transaction`."""
        self._depth += 1
        try:
            with super().transaction(durable=durable):
                yield
        finally:
            self._depth -= 1
        if self._depth:
            return
        self.last += 1
        if self._keeps:
            self._commits.append(self._connection.serialize())
        if durable:
            self.synced(self.last)

    def synced(self, number: int) -> None:
        """The commits up to this one are on the disk."""
        oldest = self.last + 1 - len(self._commits)
        if self._keeps:
            del self._commits[: max(0, number - oldest)]

    def lose_power(self, chance: random.Random) -> int:
        """Go back to any commit since the last one that is on the disk; how many were lost."""
        number = chance.randrange(len(self._commits))
        lost = len(self._commits) - 1 - number
        if lost:
            del self._commits[number + 1 :]
            self.last -= lost
            # Not deserialized in place: a connection in use does not survive that.
            with closing(sqlite3.connect(":memory:")) as copy:
                copy.deserialize(self._commits[-1])
                copy.backup(self._connection)
        return lost

    def close(self) -> None:
        """Forget everything."""
        self._database.close()
