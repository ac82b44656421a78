"""What is to be recorded: collected, and committed together.

Another process may be in the middle of writing, and may have been stopped there. Nobody waits for
it: what could not be committed is tried again a little later, and whoever needs it committed asks.
Nor does anybody wait for the disk: what has to be on it is there a little later (`committed`).
"""

from __future__ import annotations

from ddm.byteranges import RangeSet
from ddm.committed import Committed
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
    """Writes to the store that wait for the next commit. committed: those that do not."""

    def __init__(self, store: Store, marks: Marks, learned: Learned) -> None:
        self._store = store
        self.committed = Committed(store)
        self._marks = marks
        self._learned = learned
        # Of each job in order, mostly one: of each sort of news the last counts.
        self._entries: dict[int, list[Entry]] = {}
        # Of jobs whose files are whole and about to get their names, what came since they are.
        self._whole: dict[int, list[Entry]] = {}
        self._lessons: dict[str, Lesson] = {}  # by origin
        self._claims: dict[int, RangeSet] = {}  # the last of each job
        self._synced: dict[int, RangeSet] = {}  # as last recorded
        self._gone: list[int] = []  # jobs that have left
        self._durable = False

    @property
    def pending(self) -> bool:
        """Whether something is not committed yet."""
        return bool(self._entries or self._whole or self._lessons)

    def record(self, command: Record) -> None:
        """Take a record in. Claims that shrink are taken out of the marks at once, and are to be on the disk.

        So is what is newly claimed as synced: it is there for power cuts alone. FINISHING and what follows it are kept
        for the commit that goes before the name: it has to be on the disk that it was about to come.
        """
        match command:
            case RecordState(job_id, state, failure):
                if state is State.FINISHING:
                    self._whole[job_id] = [Entry()]
                else:
                    self._is_not_whole(job_id)
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
                    self._is_not_whole(job_id)
                if synced != self._synced.get(job_id, _NONE):
                    self._synced[job_id] = synced
                    self._durable = self._durable or job_id not in self._whole
                self._entry(job_id).claims = Claims(written, synced)
                self._claims[job_id] = written

    def _is_not_whole(self, job_id: int) -> None:
        """Nothing of the job waits for its name any more."""
        if (entries := self._whole.pop(job_id, None)) is not None:
            self._entries.setdefault(job_id, []).extend(entries)

    def _entries_of(self, job_id: int) -> list[Entry]:
        whole = self._whole.get(job_id)
        return self._entries.setdefault(job_id, [Entry()]) if whole is None else whole

    def _entry(self, job_id: int) -> Entry:
        """The last entry of a job."""
        return self._entries_of(job_id)[-1]

    def _entry_for_file(self, job_id: int) -> Entry:
        """As `_entry`, but one that says nothing of the file before: the store compares the two."""
        entry = self._entry(job_id)
        if entry.file is not None or entry.claims is not None:
            entry = Entry()
            self._entries_of(job_id).append(entry)
        return entry

    def be_durable(self) -> None:
        """What comes with the next commit has to be on the disk."""
        self._durable = True

    def commit(self, *, names: bool = False) -> bool:
        """Commit it; False if another process is writing: then nothing is committed. Raises StateError.

        names: also what is said of the files that are about to get their names.
        """
        if names:
            for job_id in tuple(self._whole):
                self._is_not_whole(job_id)
        if not self._entries and not self._lessons:
            self._durable = False
            return True
        try:
            with self._store.transaction():
                for job_id, entries in self._entries.items():
                    for entry in entries:
                        self._store.write(job_id, entry)
                for key, lesson in self._lessons.items():
                    self._store.learn(key, lesson)
        except BusyError:
            return False
        for job_id in self._claims.keys() - self._whole.keys():
            self._marks.recorded(job_id, self._claims.pop(job_id))
        for job_id in self._gone:
            self._marks.forget(job_id)
            self._synced.pop(job_id, None)
        if self._durable:
            self.committed.to_disk()
        self._entries, self._lessons = {}, {}
        self._gone, self._durable = [], False
        return True
