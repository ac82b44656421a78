"""Every job there is, as it stands: those in work as the engine has them, the others as their rows say."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from ddm import redact
from ddm.core.view import JobView
from ddm.store.listing import ListedJob

_ORDER = attrgetter("order")


def views_of(rows: Iterable[ListedJob], in_work: Iterable[JobView]) -> tuple[JobView, ...]:
    """A view of each row: those that are over as they are given, then the queue in its order."""
    at_work = {view.id: view for view in in_work}
    over: list[ListedJob] = []
    queue: list[ListedJob] = []
    for row in rows:
        (queue if row.id in at_work or row.to_be_done else over).append(row)
    queue.sort(key=_ORDER)
    return tuple(at_work.get(row.id) or listed(row) for row in (*over, *queue))


def listed(row: ListedJob) -> JobView:
    """A job that is not in work, as its row says: what `core.view.recorded` is for a record."""
    return JobView(
        id=row.id,
        state=row.state,
        name=row.name or row.asked_name or "",
        directory=row.directory,
        url=redact.url(row.url),
        size_bytes=row.size_bytes,
        done_bytes=row.done_bytes,
        speed_bps=0.0,
        eta_s=None,
        connections=0,
        segments_done=0,
        segments_total=0,
        failure=None if row.error is None else row.error.failure,
        done=row.written,
        max_bytes_per_sec=row.max_bytes_per_sec,
    )
