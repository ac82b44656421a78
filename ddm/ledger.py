"""What is to be recorded: collected, and committed together.

Another process may be in the middle of writing, and may have been stopped there. Nobody waits for
it: what could not be committed is tried again a little later, and whoever needs it committed asks.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ddm.byteranges import RangeSet
from ddm.core.commands import (
    RecordLesson,
    RecordPart,
    RecordProgress,
    RecordReceipt,
    RecordState,
)
from ddm.errors import BusyError
from ddm.learned import Learned
from ddm.ports import Marks, Store
from ddm.record import State, StoredFailure

Record = RecordState | RecordPart | RecordProgress | RecordReceipt | RecordLesson


class Ledger:
    """Writes to the store that wait for the next commit."""

    def __init__(self, store: Store, marks: Marks, learned: Learned) -> None:
        self._store = store
        self._marks = marks
        self._learned = learned
        # In order. The claims of a job only once, by its id: the last ones count.
        self._writes: dict[object, Callable[[], None]] = {}
        self._claims: dict[int, RangeSet] = {}  # the last of each job
        self._synced: dict[int, RangeSet] = {}  # as last recorded
        self._gone: list[int] = []  # jobs that have left
        self._durable = False

    @property
    def pending(self) -> bool:
        """Whether something is not committed yet."""
        return bool(self._writes)

    def record(self, command: Record) -> None:
        """Take a record in. Claims that shrink are taken out of the marks at once, and committed durably.

        So is what is newly claimed as synced: it is there for power cuts alone. And so is FINISHING: what comes next
        is a name, and it has to be on the disk that it was about to come.
        """
        store = self._store
        match command:
            case RecordState(job_id, state, failure):
                self._durable = self._durable or state is State.FINISHING
                error = None if failure is None else StoredFailure.of(failure)
                self._writes[object()] = partial(store.set_state, job_id, state, error)
                if state.ended or state is State.QUEUED:
                    self._gone.append(job_id)
            case RecordPart(job_id, name, representation, identity, incarnation, vouched):
                part = (name, representation, identity, incarnation, vouched)
                self._writes[object()] = partial(store.set_part, job_id, *part)
            case RecordLesson():
                key, lesson = self._learned.as_stored(command)
                self._writes[key] = partial(store.learn, key, lesson)
            case RecordReceipt(job_id, receipt):
                self._writes[object()] = partial(store.set_receipt, job_id, receipt)
            case RecordProgress(job_id, written, synced, shrinks):
                if shrinks:
                    self._marks.forget(job_id)
                    self._durable = True
                if synced != self._synced.get(job_id, RangeSet()):
                    self._synced[job_id] = synced
                    self._durable = True
                self._writes.pop(job_id, None)
                self._writes[job_id] = partial(store.set_progress, job_id, written, synced)
                self._claims[job_id] = written

    def be_durable(self) -> None:
        """The next commit has to be on the disk when it is over."""
        self._durable = True

    def commit(self) -> bool:
        """Commit all of it; False if another process is writing: then nothing is committed. Raises StateError."""
        if not self._writes:
            self._durable = False
            return True
        try:
            with self._store.transaction(durable=self._durable):
                for write in self._writes.values():
                    write()
        except BusyError:
            return False
        for job_id, written in self._claims.items():
            self._marks.recorded(job_id, written)
        for job_id in self._gone:
            self._marks.forget(job_id)
            self._synced.pop(job_id, None)
        self._writes, self._claims, self._gone, self._durable = {}, {}, [], False
        return True
