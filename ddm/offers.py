"""Which queued jobs are to be offered next: known by their numbers alone, read when it is their turn.

The rows of jobs in hand may still say QUEUED: what has begun is recorded later. They are passed over unread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ddm.errors import BusyError
from ddm.ports import Store
from ddm.record import JobRecord

# A look at the queue of 10,000 takes two milliseconds, so not one look for each job.
_LOOK_AHEAD = 1000


class Offers:
    """The head of the queue, and the room there is for jobs of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._among: frozenset[int] | None = None
        self._line: deque[int] = deque()
        self._in_hand: set[int] = set()  # from the offer until it is committed that it left
        self._on_the_way: set[int] = set()  # offered, and not taken yet
        self._room = 0

    @property
    def pending(self) -> bool:
        """Whether there is room for jobs, and nobody has looked for them."""
        return self._room > 0

    def limit_to(self, ids: Iterable[int] | None) -> None:
        """Offer these jobs alone; None means the whole queue."""
        self._among = None if ids is None else frozenset(ids)
        self.queue_changed()

    def queue_changed(self) -> None:
        """There may be others, or another order."""
        self._line.clear()

    def ask(self, room: int) -> None:
        """There is room for so many jobs, those on the way among them."""
        self._room = room

    def taken(self, job_id: int) -> None:
        """The offer has arrived."""
        self._on_the_way.discard(job_id)

    def left(self, ids: Iterable[int]) -> None:
        """It is committed that these jobs are in work no more."""
        self._in_hand.difference_update(ids)

    def on_the_way(self, job_id: int) -> bool:
        """Whether a job is offered and not taken yet."""
        return job_id in self._on_the_way

    def take(self) -> list[JobRecord]:
        """The jobs for the room that there is; none, and still pending, while nobody can read the queue."""
        try:
            found = self._find(self._room - len(self._on_the_way))
        except BusyError:
            self._line.clear()
            return []
        self._room = 0
        for record in found:
            self._in_hand.add(record.id)
            self._on_the_way.add(record.id)
        return found

    def _find(self, room: int) -> list[JobRecord]:
        found: list[JobRecord] = []
        looked = False
        while len(found) < room:
            if not self._line:
                if looked:
                    break
                looked = True
                in_hand = self._in_hand.union(record.id for record in found)
                line = self._store.line(_LOOK_AHEAD + len(in_hand), among=self._among)
                self._line.extend(job_id for job_id in line if job_id not in in_hand)
                continue
            count = min(room - len(found), len(self._line))
            found += self._store.queued([self._line.popleft() for _ in range(count)])
        return found
