"""Writes what transfers collected, and says how far they are: at most every PROGRESS_INTERVAL_S of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ddm.limits import PROGRESS_INTERVAL_S
from ddm.multi.notes import Notes
from ddm.multi.transfer import Transfer


class Progress:
    """Of those transfers alone that took something: of hundreds a turn mostly brings bytes to one.

    untold_at: when a move that is not told yet will be; None where there is none.
    """

    def __init__(self, notes: Notes, spent: Callable[[], bool]) -> None:
        """Spent: whether the rest is to be written in the next turn."""
        self.untold_at: float | None = None
        self._notes = notes
        self._spent = spent
        self._untold: dict[Transfer, None] = {}  # as a set that keeps its order

    def written(self) -> Iterator[Transfer]:
        """Write what was collected, the oldest first, at least that of one; whose it was. It may have failed."""
        collecting = self._notes.collecting
        while collecting:
            transfer = collecting.popleft()
            if transfer.easy is not None:
                transfer.put_away()
                yield transfer
                if self._spent():
                    return

    def moved(self, transfer: Transfer) -> None:
        """Remember one that may have moved."""
        if transfer.position != transfer.told_position:
            self._untold[transfer] = None
            due = transfer.told_at + PROGRESS_INTERVAL_S
            if self.untold_at is None or due < self.untold_at:
                self.untold_at = due

    def told(self, now: float) -> Iterator[tuple[int, int]]:
        """(transfer_id, position) of those that moved and may be told again."""
        if self.untold_at is None or now < self.untold_at:
            return
        self.untold_at = None
        untold, self._untold = self._untold, {}
        for transfer in untold:
            if transfer.easy is None:
                continue  # its end is told
            if transfer.told_at + PROGRESS_INTERVAL_S <= now:
                transfer.told_at, transfer.told_position = now, transfer.position
                yield transfer.id, transfer.position
            else:
                self.moved(transfer)
