"""What a dead manager left: its marks are joined into the claims, what was in work is queued again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ddm.byteranges import RangeSet
from ddm.ports import Disk, Store
from ddm.record import JobRecord, Mark, State


def recover(store: Store, disk: Disk, marks: Iterable[Mark], boot_id: str) -> None:
    """Bring the rows to what is true. marks: those of this boot.

    A job that was FINISHING is DONE if its file has its name. For the holder of the manager's lock,
    before anything is in work.
    """
    with store.transaction():
        _join(store, marks, boot_id)
        store.recover()
        for record in store.in_state(State.FINISHING):
            published = (
                record.part is not None
                and record.name is not None
                and disk.is_published(record.spec.directory, record.name, record.part)
            )
            store.set_state(record.id, State.DONE if published else State.QUEUED, None)


def _join(store: Store, marks: Iterable[Mark], boot_id: str) -> None:
    by_job: dict[int, list[Mark]] = defaultdict(list)
    for mark in marks:
        by_job[mark.job_id].append(mark)
    for job_id, found in by_job.items():
        record = store.get(job_id)
        if record is None or record.part is None or record.part.boot_id != boot_id:
            continue
        written = record.written
        for mark in found:
            if _is_about(mark, record):
                written = written.union(RangeSet.of(mark.start, mark.position))
        if written != record.written:
            store.set_progress(job_id, written, record.synced)


def _is_about(mark: Mark, record: JobRecord) -> bool:
    """Whether a mark speaks of the very file, in the very life of it, that the row's claims are about."""
    part = record.part
    if part is None or (mark.device, mark.inode) != (part.device, part.inode):
        return False
    fits = record.size_bytes is None or mark.position <= record.size_bytes
    return fits and mark.incarnation == record.incarnation
