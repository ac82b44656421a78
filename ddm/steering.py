"""What users wish, put into force for jobs that nobody works on.

Anybody writes a wish; only the holder of the manager's lock heeds it. Of a job in work the engine is
told instead (`core/wishing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ddm.core.events import OrderChanged, QueueChanged, RateChanged, WishChanged
from ddm.errand import Done, Errand
from ddm.failures import Failure, FailureError, from_os_error
from ddm.limits import WISHES_MAX
from ddm.ports import Disk, Store
from ddm.record import JobRecord, State, StoredFailure, Wanted

InWork = Callable[[int], bool]


def settle_all(store: Store, disk: Disk) -> int:
    """Put every wish into force, on a disk that does all at once; how many there were.

    For who takes custody: nobody works on a job. Raises BusyError if another process is writing.
    """
    steering, count = Steering(store, disk), 0
    steering.look()
    while steering.looking:
        count += steering.settle(lambda _: False)
        steering.take_settled()  # nobody is to be told
    return count


class Steering:
    """Wishes on their way. The row of a job that is to go with its files goes when these have.

    looking: whether wishes are to be looked at. more: whether some of them were, and the others are next.
    """

    def __init__(self, store: Store, disk: Disk) -> None:
        self._store = store
        self._disk = disk
        self._removals: dict[int, Errand[bool]] = {}  # by job
        self._after = 0  # the job up to which wishes were looked at
        self._looking = False
        self._settled: list[JobRecord] = []  # since somebody asked

    def look(self) -> None:
        """There may be wishes to heed: all are to be looked at, the oldest jobs' first."""
        self._looking, self._after = True, 0

    @property
    def looking(self) -> bool:
        """Whether wishes are to be looked at, or files have gone, so that their rows may."""
        return self._looking or any(removal.over for removal in self._removals.values())

    @property
    def more(self) -> bool:
        """Whether some wishes were looked at, and the others are next."""
        return self._after > 0

    @property
    def pending(self) -> bool:
        """Whether files are on their way out."""
        return bool(self._removals)

    def heed(self, in_work: InWork) -> list[WishChanged | QueueChanged]:
        """Put wishes into force for jobs that nobody works on, so many at a time; what the engine is to be told.

        Raises BusyError if another process is writing, StateError.
        """
        if not self._looking:
            self.look()
        told = [
            WishChanged(record.id, record.wanted)
            for record in self._store.wishes(self._after, WISHES_MAX)
            if in_work(record.id)
        ]
        return [*([QueueChanged()] if self.settle(in_work) else []), *told]

    def take_settled(self) -> list[JobRecord]:
        """The jobs of which a wish came into force since this was last asked, as they were before."""
        settled, self._settled = self._settled, []
        return settled

    def settle(self, in_work: InWork) -> int:
        """Put the next wishes into force; how many there are that were not."""
        some = self._store.wishes(self._after, WISHES_MAX)
        settled: list[JobRecord] = []
        if any(self._is_ready(record, in_work) for record in some):
            with self._store.transaction():
                # Somebody may have written meanwhile.
                some = self._store.wishes(self._after, WISHES_MAX)
                settled = [
                    record
                    for record in some
                    if self._is_ready(record, in_work) and self._settle(record)
                ]
        for record in settled:
            self._removals.pop(record.id, None)
        self._settled += settled
        self._looking = len(some) == WISHES_MAX and len(self._removals) < WISHES_MAX
        self._after = some[-1].id if self._looking else 0
        return len(settled)

    def _is_ready(self, record: JobRecord, in_work: InWork) -> bool:
        """Whether there is something to do for it: not while its files are on their way out, or too many others'."""
        if in_work(record.id):
            return False
        removal = self._removals.get(record.id)
        if removal is None:
            return record.wanted is not Wanted.REMOVE or len(self._removals) < WISHES_MAX
        return removal.over

    def _settle(self, record: JobRecord) -> bool:
        """Put a wish into force; False if that has only begun."""
        match record.wanted:
            case Wanted.RUN:
                self._store.set_state(record.id, State.QUEUED, None)
            case Wanted.PAUSE:
                if record.state is State.QUEUED:
                    self._store.set_state(record.id, State.PAUSED, None)
                else:
                    self._store.drop_wish(record.id)  # it is over: too late
            case Wanted.REMOVE:
                return self._remove(record)
        return True

    def _remove(self, record: JobRecord) -> bool:
        removal = self._removals.get(record.id) or self._remove_files(record)
        if removal.over and not isinstance(removal, Done):
            # The result is asked for once, also if this cannot be committed.
            removal = Done(removal.result)
        self._removals[record.id] = removal
        if not removal.over:
            return False
        failure = _failure(removal, record)
        if failure is None:
            self._store.remove(record.id)
        else:
            error = StoredFailure.of(failure)
            self._store.set_state(record.id, _kept(self._disk, record), error)
            self._store.drop_wish(record.id)
        return True

    def _remove_files(self, record: JobRecord) -> Errand[bool]:
        """Remove what a job has fetched, if that is wished."""
        if not record.delete_files or record.name is None or record.part is None:
            return Done(lambda: False)
        return self._disk.remove_files(record.spec.directory, record.name, record.part)

    def changed(
        self, held: Mapping[int, tuple[int, float, int]], max_bytes_per_sec: int
    ) -> list[OrderChanged | RateChanged]:
        """Which jobs in work stand elsewhere in the queue by now, and where other limits of speed are asked for.

        held: what is known of them, as `Store.asked_of` has it. max_bytes_per_sec: the limit of all. Raises StateError.
        """
        found: list[OrderChanged | RateChanged] = []
        for job_id, (priority, place, rate) in self._store.asked_of(held).items() if held else ():
            if held[job_id][:2] != (priority, place):
                found.append(OrderChanged(job_id, priority, place))
            if held[job_id][2] != rate:
                found.append(RateChanged(job_id, rate))
        asked = self._store.asked_rate()
        if asked is not None and asked != max_bytes_per_sec:
            found.append(RateChanged(None, asked))
        return found


def _kept(disk: Disk, record: JobRecord) -> State:
    """What a job is whose file could not be removed: one that is whole under its name is not fetched again."""
    if not record.whole or record.name is None or record.part is None:
        return State.FAILED
    published = disk.is_published(record.spec.directory, record.name, record.part, settle=False)
    return State.DONE if published else State.FAILED


def _failure(removal: Errand[bool], record: JobRecord) -> Failure | None:
    """Why the files of a job could not be removed."""
    try:
        removal.result()
    except FailureError as error:
        return error.failure
    except OSError as error:
        return from_os_error(error, str(error.filename or record.name), "remove")
    return None
