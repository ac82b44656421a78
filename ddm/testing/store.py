"""The real store, over SQLite in memory, with somebody looking at every write. Fits `ddm.ports.Store`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from ddm.byteranges import RangeSet
from ddm.http.representation import Representation
from ddm.record import JobRecord, PartIdentity, State, StoredFailure
from ddm.store.jobs import JobStore


class StoreWatcher(Protocol):
    """Who sees every write, as it is made."""

    def claims(self, job_id: int, inode: int | None, written: RangeSet) -> None:
        """A job claims this, of another file than before if `inode` is given."""

    def takes_back(self, job_id: int, written: RangeSet) -> None:
        """A job claims no more than this from now on, whatever it wrote."""

    def set_state(self, job_id: int, state: State, why: str | None) -> None:
        """A job is in this state."""


class WatchedStore:
    """What the performer gets: writes go to the watcher and to the jobs."""

    def __init__(self, jobs: JobStore, watcher: StoreWatcher) -> None:
        self.jobs = jobs
        self._watcher = watcher
        self._durable = False

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """As `JobStore.transaction`; claims recorded durably are such as take something back."""
        self._durable = durable
        with self.jobs.transaction(durable=durable):
            yield
        self._durable = False

    def queued(self, limit: int, *, among: Iterable[int] | None) -> list[JobRecord]:  # noqa: D102
        return self.jobs.queued(limit, among=among)

    def set_state(self, job_id: int, state: State, error: StoredFailure | None) -> None:  # noqa: D102
        self._watcher.set_state(job_id, state, error.message if error else None)
        self.jobs.set_state(job_id, state, error)

    def set_part(  # noqa: D102
        self,
        job_id: int,
        name: str,
        representation: Representation,
        identity: PartIdentity,
        incarnation: int,
    ) -> None:
        self.jobs.set_part(job_id, name, representation, identity, incarnation)
        record = self.jobs.get(job_id)
        self._watcher.claims(job_id, identity.inode, record.written if record else RangeSet())

    def set_progress(self, job_id: int, written: RangeSet, synced: RangeSet) -> None:  # noqa: D102
        if self._durable:
            self._watcher.takes_back(job_id, written)
        self._watcher.claims(job_id, None, written)
        self.jobs.set_progress(job_id, written, synced)
