"""The real store, over SQLite in memory, with faults, and somebody looking at every write. Fits `ddm.ports.Store`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from ddm.byteranges import RangeSet
from ddm.entry import Entry, NewState
from ddm.lesson import Lesson
from ddm.record import JobRecord, State, StoredFailure
from ddm.testing.faults import Doing, Faults
from ddm.testing.log import LogDisk, SimSync
from ddm.testing.memory import MemoryStore
from ddm.testing.plug import Plug

_PATH = "jobs.db"


class StoreWatcher(Protocol):
    """Who sees every write, as it is made."""

    def claims(self, job_id: int, inode: int | None, written: RangeSet) -> None:
        """A job claims this, of another file than before if `inode` is given."""

    def set_state(self, job_id: int, state: State, why: str | None) -> None:
        """A job is in this state."""

    def removes(self, record: JobRecord) -> None:
        """A row goes."""

    def drops_wish(self, record: JobRecord) -> None:
        """A wish is given up."""

    def committed(self, number: int) -> None:
        """What was stored so far holds, if this commit does."""


class WatchedStore:
    """What one process gets: writes go to the watcher and to the jobs."""

    def __init__(
        self, jobs: MemoryStore, watcher: StoreWatcher, faults: Faults, plug: Plug, log: LogDisk
    ) -> None:
        self.jobs = jobs
        self._watcher = watcher
        self._faults = faults
        self._plug = plug
        self._log = log
        self._sync: SimSync | None = None

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """As `JobStore.transaction`."""
        self._faults.meet(Doing.BEGIN, _PATH)
        with self._plug.during(), self.jobs.transaction(durable=durable):
            yield
            self._faults.meet(Doing.COMMIT, _PATH)
        self._watcher.committed(self.jobs.last)

    def sync(self) -> SimSync:
        """As `JobStore.sync`, but it takes a while, and may fail."""
        number = self.jobs.last

        def over() -> None:
            self._sync = None
            self._faults.meet(Doing.LOG, _PATH)
            with self._plug.during():
                self.jobs.synced(number)

        self._sync = self._log.sync(over)
        return self._sync

    def deadline(self) -> float | None:
        """When the sync under way is over."""
        return None if self._sync is None else self._sync.due_s

    # -- looking -----------------------------------------------------------------------------------

    def line(self, limit: int, *, among: Iterable[int] | None) -> list[int]:  # noqa: D102
        self._faults.meet(Doing.LOOK, _PATH)
        return self.jobs.line(limit, among=among)

    def queued(self, ids: Sequence[int]) -> list[JobRecord]:  # noqa: D102
        self._faults.meet(Doing.LOOK, _PATH)
        return self.jobs.queued(ids)

    def get(self, job_id: int) -> JobRecord | None:  # noqa: D102
        self._faults.meet(Doing.LOOK, _PATH)
        return self.jobs.get(job_id)

    def in_state(self, state: State) -> list[JobRecord]:  # noqa: D102
        self._faults.meet(Doing.LOOK, _PATH)
        return self.jobs.in_state(state)

    def wishes(self, after: int = 0, limit: int = -1) -> list[JobRecord]:  # noqa: D102
        self._faults.meet(Doing.LOOK, _PATH)
        return self.jobs.wishes(after, limit)

    def asked_of(self, ids: Iterable[int]) -> dict[int, tuple[int, float, int]]:  # noqa: D102
        self._faults.meet(Doing.LOOK, _PATH)
        return self.jobs.asked_of(ids)

    def lessons(self) -> dict[str, Lesson]:  # noqa: D102
        self._faults.meet(Doing.LOOK, _PATH)
        return self.jobs.lessons()

    def asked_rate(self) -> int | None:  # noqa: D102
        self._faults.meet(Doing.LOOK, _PATH)
        return self.jobs.asked_rate()

    # -- writing -----------------------------------------------------------------------------------

    def set_state(self, job_id: int, state: State, error: StoredFailure | None) -> None:  # noqa: D102
        with self._writing():
            self._tell_state(job_id, NewState(state, error))
            self.jobs.set_state(job_id, state, error)

    def write(self, job_id: int, entry: Entry) -> None:  # noqa: D102
        with self._writing():
            if entry.claims is not None and entry.file is None:
                self._watcher.claims(job_id, None, entry.claims.written)
            self.jobs.write(job_id, entry)
            if entry.file is not None:
                record = self.jobs.get(job_id)
                written = record.written if record else RangeSet()
                self._watcher.claims(job_id, entry.file.identity.inode, written)
            if entry.state is not None:
                self._tell_state(job_id, entry.state)

    def set_progress(self, job_id: int, written: RangeSet, synced: RangeSet) -> None:  # noqa: D102
        with self._writing():
            self._watcher.claims(job_id, None, written)
            self.jobs.set_progress(job_id, written, synced)

    def drop_wish(self, job_id: int) -> None:  # noqa: D102
        with self._writing():
            record = self.jobs.get(job_id)
            if record is not None:
                self._watcher.drops_wish(record)
            self.jobs.drop_wish(job_id)

    def remove(self, job_id: int) -> None:  # noqa: D102
        with self._writing():
            record = self.jobs.get(job_id)
            if record is not None:
                self._watcher.removes(record)
            self.jobs.remove(job_id)

    def learn(self, origin_key: str, lesson: Lesson) -> None:  # noqa: D102
        with self._writing():
            self.jobs.learn(origin_key, lesson)

    def recover(self) -> list[int]:  # noqa: D102
        with self._writing():
            return self.jobs.recover()

    def _tell_state(self, job_id: int, new: NewState) -> None:
        why = new.error.message if new.error else None
        self._watcher.set_state(job_id, new.state, why)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._faults.meet(Doing.STORE, _PATH)
        with self._plug.during():
            yield
