"""What users wish, put into force for jobs that nobody works on.

Anybody writes a wish; only the holder of the manager's lock heeds it. Of a job in work the engine is
told instead (`core/wishing.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ddm.core.events import OrderChanged, QueueChanged, RateChanged, WishChanged
from ddm.failures import Failure, FailureError, from_os_error
from ddm.ports import Disk, Store
from ddm.record import JobRecord, State, StoredFailure, Wanted


def settle_all(store: Store, disk: Disk, but: Callable[[int], bool] = lambda _: False) -> int:
    """Put every wish into force; how many there were. but: which jobs are in work, and left alone.

    Raises BusyError if another process is writing; then nothing is done.
    """
    if all(but(record.id) for record in store.wishes()):
        return 0
    with store.transaction():
        found = [record for record in store.wishes() if not but(record.id)]
        for record in found:
            _settle(store, disk, record)
    return len(found)


def heed(
    store: Store, disk: Disk, in_work: Callable[[int], bool]
) -> list[WishChanged | QueueChanged]:
    """Put wishes into force for jobs that nobody works on; what the engine is to be told. Raises StateError."""
    found: list[WishChanged | QueueChanged] = []
    if settle_all(store, disk, but=in_work):
        found.append(QueueChanged())
    left = (record for record in store.wishes() if in_work(record.id))
    return [*found, *(WishChanged(record.id, record.wanted) for record in left)]


def changed(
    store: Store, held: Mapping[int, tuple[int, float, int]], max_bytes_per_sec: int
) -> list[OrderChanged | RateChanged]:
    """Which jobs in work stand elsewhere in the queue by now, and where other limits of speed are asked for.

    held: what is known of them, as `Store.asked_of` has it. max_bytes_per_sec: the limit of all. Raises StateError.
    """
    found: list[OrderChanged | RateChanged] = []
    for job_id, (priority, place, rate) in store.asked_of(held).items() if held else ():
        if held[job_id][:2] != (priority, place):
            found.append(OrderChanged(job_id, priority, place))
        if held[job_id][2] != rate:
            found.append(RateChanged(job_id, rate))
    asked = store.asked_rate()
    if asked is not None and asked != max_bytes_per_sec:
        found.append(RateChanged(None, asked))
    return found


def _settle(store: Store, disk: Disk, record: JobRecord) -> None:
    match record.wanted:
        case Wanted.RUN:
            store.set_state(record.id, State.QUEUED, None)
        case Wanted.PAUSE:
            if record.state is State.QUEUED:
                store.set_state(record.id, State.PAUSED, None)
            else:
                store.drop_wish(record.id)  # it is over: too late
        case Wanted.REMOVE:
            failure = _remove_files(disk, record) if record.delete_files else None
            if failure is None:
                store.remove(record.id)
            else:
                error = StoredFailure.of(failure)
                store.set_state(record.id, _kept(disk, record), error)
                store.drop_wish(record.id)


def _kept(disk: Disk, record: JobRecord) -> State:
    """What a job is whose file could not be removed: one that is whole under its name is not fetched again."""
    done = record.state is State.DONE or record.checking
    if not done or record.name is None or record.part is None:
        return State.FAILED
    published = disk.is_published(record.spec.directory, record.name, record.part)
    return State.DONE if published else State.FAILED


def _remove_files(disk: Disk, record: JobRecord) -> Failure | None:
    """Remove what a job has fetched, or say why it could not be."""
    if record.name is None or record.part is None:
        return None
    try:
        disk.remove_files(record.spec.directory, record.name, record.part)
    except FailureError as error:
        return error.failure
    except OSError as error:
        return from_os_error(error, str(error.filename or record.name), "remove")
    return None
