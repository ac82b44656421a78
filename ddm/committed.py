"""What is committed, until it is on the disk.

One sync of the log covers all commits made before it began; what comes meanwhile waits for the next one. So the slower
the disk is, the more commits share a sync.
"""

from __future__ import annotations

from ddm.errand import Errand
from ddm.ports import Store


class Committed:
    """Syncs of the log, counted: who has to know that a commit is on the disk keeps the number of its sync."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sync: Errand[None] | None = None
        self._asked = self._begun = self._over = 0

    def to_disk(self) -> int:
        """What is committed by now has to be on the disk: the number of the sync after which it is."""
        self._asked = self._begun + 1
        return self._asked

    def is_on_disk(self, number: int) -> bool:
        """Whether the sync of this number is over."""
        return number <= self._over

    @property
    def owing(self) -> bool:
        """Whether something is to be on the disk and is not known to be."""
        return self._over < self._asked

    @property
    def ready(self) -> bool:
        """Whether a sync is over and nobody has looked."""
        return self._sync is not None and self._sync.over

    def begin(self) -> None:
        """Begin the next sync if one is asked for and none is under way."""
        if self._sync is None and self._begun < self._asked:
            self._begun += 1
            self._sync = self._store.sync()

    def look(self) -> None:
        """Take note of a sync that is over. Raises StateError: the disk refuses."""
        if self._sync is not None and self._sync.over:
            self._sync.result()
            self._sync, self._over = None, self._begun
