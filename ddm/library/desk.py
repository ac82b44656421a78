"""What the manager is asked between turns, written in the next one: nobody waits for the database.

All that was asked by then is one commit. Where another process is in the middle of writing, it is tried again a little
later, and stays in order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import MutableMapping, Sequence
from itertools import islice, takewhile
from typing import Protocol

from ddm.errors import BusyError
from ddm.library.household import Household
from ddm.library.job import Job
from ddm.limits import BUSY_RETRY_S, WISHES_MAX
from ddm.record import Wanted
from ddm.store.jobs import JobStore
from ddm.turns import Part


class Deed(Protocol):
    """Something to be written."""

    @property
    def ready(self) -> bool:
        """Whether it can be written: what it is about has to be committed before."""

    def do(self, store: JobStore) -> None:
        """Write it; what does not come to be committed is done again."""

    def done(self) -> None:
        """It is committed."""


class Desk:
    """A member of the reactor: the deeds of each turn, some at a time."""

    def __init__(self, house: Household) -> None:
        self._house = house
        self._deeds: deque[Deed] = deque()
        self._retry_s: float | None = None
        house.reactor.join(self, Part.RECORDING)

    def __bool__(self) -> bool:
        return bool(self._deeds)

    def ask(self, deed: Deed) -> None:
        """Have this written in the next turn."""
        if not self._deeds:
            self._house.poke()
        self._deeds.append(deed)

    def settle(self) -> bool:
        """Write the next deeds; False if that has to wait. Raises StateError."""
        some = list(takewhile(lambda deed: deed.ready, islice(self._deeds, WISHES_MAX)))
        if not some:
            return True
        try:
            with self._house.store.transaction(durable=True):
                for deed in some:
                    deed.do(self._house.store)
        except BusyError:
            return False
        for deed in some:
            self._deeds.popleft()
            deed.done()
        self._house.queue_changed()
        return True

    def clear(self) -> None:
        """Write all of them now. Raises BusyError if another process is writing, StateError."""
        while self._deeds:
            if not self.settle():
                raise BusyError(
                    "what was asked last is not in the queue, for another process is writing to it; ask again"
                )

    def deadline(self) -> float | None:
        """See reactor.Member."""
        return (self._retry_s or 0.0) if self._deeds else None

    def run(self, now: float) -> None:
        """See reactor.Member. Raises StateError."""
        if self._deeds and now >= (self._retry_s or 0.0):
            self._retry_s = None if self.settle() else now + BUSY_RETRY_S


class Adding:
    """A job to be queued. Fits `Deed`."""

    ready = True

    def __init__(self, job: Job, jobs: MutableMapping[int, Job]) -> None:
        """jobs: those that have a number; it is one of them then."""
        self._job = job
        self._jobs = jobs
        self._id = 0

    def do(self, store: JobStore) -> None:
        """Write its row."""
        (self._id,) = store.add([self._job.spec])

    def done(self) -> None:
        """It has its number."""
        self._job.id = self._id
        self._jobs[self._id] = self._job


class Wishing:
    """What a user wishes for jobs. Fits `Deed`."""

    def __init__(self, jobs: Sequence[Job], wanted: Wanted, *, delete_files: bool = False) -> None:
        self._jobs = jobs
        self._wanted = wanted
        self._delete_files = delete_files

    @property
    def ready(self) -> bool:
        """Whether all of them have their numbers."""
        return all(job.id is not None for job in self._jobs)

    def do(self, store: JobStore) -> None:
        """Write it into their rows."""
        ids = [job.id for job in self._jobs if job.id is not None]
        if self._wanted is Wanted.RUN:
            store.resume(ids)
        else:
            store.wish(ids, self._wanted, delete_files=self._delete_files)

    def done(self) -> None:
        """Nothing more to do."""
