"""The real marks, over bytes that survive the process, with somebody looking."""

from __future__ import annotations

import random
from typing import Protocol

from ddm.disk.marks import SLOTS, Marks

# A header of 64 words and six words a slot; see `disk/marks.py`.
_BYTES = 8 * (64 + 6 * SLOTS)


class MarksWatcher(Protocol):
    """Who sees what is taken back."""

    def forgets(self, job_id: int) -> None:
        """Nothing that was marked for the job is believed any more."""


class WatchedMarks(Marks):
    """The marks of one process."""

    def __init__(self, buffer: bytearray, boot_id: str, watcher: MarksWatcher) -> None:
        super().__init__(buffer, boot_id)
        self._watcher = watcher

    def forget(self, job_id: int) -> None:
        """As `Marks.forget`."""
        self._watcher.forgets(job_id)
        super().forget(job_id)


class MarksFile:
    """What is in the file of marks, over all processes and boots."""

    def __init__(self) -> None:
        self.content = bytearray(_BYTES)
        self._old = bytes(_BYTES)

    def written_back(self) -> None:
        """The kernel has put it on the disk as it is now."""
        self._old = bytes(self.content)

    def lose_power(self, chance: random.Random) -> None:
        """Each page is as it is now, as it was when it was written back, or empty."""
        page = 4096
        for at in range(0, _BYTES, page):
            stop = min(at + page, _BYTES)
            now, old = self.content[at:stop], self._old[at:stop]
            self.content[at:stop] = chance.choice((now, old, bytes(stop - at)))
