"""What is to be recorded: collected, and committed together.

Another process may be in the middle of writing, and may have been stopped there. Nobody waits for
it: what could not be committed is tried again a little later, and whoever needs it committed asks.
"""

from __future__ import annotations

from ddm.byteranges import RangeSet
from ddm.core.commands import (
    RecordLesson,
    RecordPart,
    RecordProgress,
    RecordReceipt,
    RecordState,
)
from ddm.entry import Claims, Entry, File, NewState
from ddm.errors import BusyError
from ddm.learned import Learned
from ddm.lesson import Lesson
from ddm.ports import Marks, Store
from ddm.record import State, StoredFailure

Record = RecordState | RecordPart | RecordProgress | RecordReceipt | RecordLesson
_NONE = RangeSet()


class Ledger:
    """Writes to the store that wait for the next commit."""

    def __init__(self, store: Store, marks: Marks, learned: Learned) -> None:
        self._store = store
        self._marks = marks
        self._learned = learned
        # Of each job in order, mostly one: of each sort of news the last counts.
        self._entries: dict[int, list[Entry]] = {}
        self._lessons: dict[str, Lesson] = {}  # by origin
        self._claims: dict[int, RangeSet] = {}  # the last of each job
        self._synced: dict[int, RangeSet] = {}  # as last recorded
        self._gone: list[int] = []  # jobs that have left
        self._durable = False

    @property
    def pending(self) -> bool:
        """Whether something is not committed yet."""
        return bool(self._entries or self._lessons)

    def record(self, command: Record) -> None:
        """Take a record in. Claims that shrink are taken out of the marks at once, and committed durably.

        So is what is newly claimed as synced: it is there for power cuts alone. And so is FINISHING: what comes next
        is a name, and it has to be on the disk that it was about to come.
        """
        match command:
            case RecordState(job_id, state, failure):
                self._durable = self._durable or state is State.FINISHING
                error = None if failure is None else StoredFailure.of(failure)
                self._entry(job_id).state = NewState(state, error)
                if state.ended or state is State.QUEUED:
                    self._gone.append(job_id)
            case RecordPart(job_id, name, representation, identity, incarnation, vouched):
                file = File(name, representation, identity, incarnation, vouched)
                self._entry_for_file(job_id).file = file
            case RecordLesson():
                key, lesson = self._learned.as_stored(command)
                self._lessons[key] = lesson
            case RecordReceipt(job_id, receipt):
                self._entry(job_id).receipt = receipt
            case RecordProgress(job_id, written, synced, shrinks):
                if shrinks:
                    self._marks.forget(job_id)
                    self._durable = True
                if synced != self._synced.get(job_id, _NONE):
                    self._synced[job_id] = synced
                    self._durable = True
                self._entry(job_id).claims = Claims(written, synced)
                self._claims[job_id] = written

    def _entry(self, job_id: int) -> Entry:
        """The last entry of a job."""
        return self._entries.setdefault(job_id, [Entry()])[-1]

    def _entry_for_file(self, job_id: int) -> Entry:
        """As `_entry`, but one that says nothing of the file before: the store compares the two."""
        entry = self._entry(job_id)
        if entry.file is not None or entry.claims is not None:
            entry = Entry()
            self._entries[job_id].append(entry)
        return entry

    def be_durable(self) -> None:
        """The next commit has to be on the disk when it is over."""
        self._durable = True

    def commit(self) -> bool:
        """Commit all of it; False if another process is writing: then nothing is committed. Raises StateError."""
        if not self.pending:
            self._durable = False
            return True
        try:
            with self._store.transaction(durable=self._durable):
                for job_id, entries in self._entries.items():
                    for entry in entries:
                        self._store.write(job_id, entry)
                for key, lesson in self._lessons.items():
                    self._store.learn(key, lesson)
        except BusyError:
            return False
        for job_id, written in self._claims.items():
            self._marks.recorded(job_id, written)
        for job_id in self._gone:
            self._marks.forget(job_id)
            self._synced.pop(job_id, None)
        self._entries, self._lessons, self._claims = {}, {}, {}
        self._gone, self._durable = [], False
        return True
