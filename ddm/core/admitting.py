"""From a row to a job in work."""

from __future__ import annotations

from ddm.core import probing
from ddm.core.commands import RecordState, SetRate
from ddm.core.events import LessonsKnown, QueueChanged
from ddm.core.job import Job, most_segments
from ddm.core.meter import Meter
from ddm.core.view import unreadable
from ddm.core.work import Work
from ddm.errors import Exit, UsageError
from ddm.failures import Failure, Kind
from ddm.http import url as urls
from ddm.http.representation import Representation
from ddm.http.url import URL
from ddm.limits import Limits
from ddm.record import JobRecord, State

_SPEED_WINDOW_S = 3.0


def on_store(work: Work, event: QueueChanged | LessonsKnown) -> None:
    """Another process wrote to the store: rows that may be admitted, or what origins have taught."""
    match event:
        case QueueChanged():
            work.may_be_more = True
            work.addresses.forgive()
        case LessonsKnown(lessons=lessons, forgotten=forgotten):
            work.budget.know(lessons, forgotten, work.now)


def admit_row(work: Work, record: JobRecord) -> None:
    """Take a job into work.

    Rows are checked when they are added. One that was tampered with fails, the others go on.
    """
    try:
        sources = [urls.parse(text) for text in (record.spec.url, *record.spec.mirrors)]
    except UsageError as error:
        failure = Failure(Kind.REFUSED, str(error), Exit.USAGE)
        work.out.append(RecordState(record.id, State.FAILED, failure))
        work.left.append(unreadable(record, failure))
        work.may_be_more = True
        return
    job = admit(record, sources, work.limits)
    work.jobs[job.id] = job
    if job.spec.max_bytes_per_sec:
        work.tell(job, SetRate(job.id, job.spec.max_bytes_per_sec))
    probing.open_if_whole(work, job)


def admit(record: JobRecord, sources: list[URL], limits: Limits) -> Job:
    """A job out of its row. Claims of a representation that cannot be recognised again are not believed.

    sources: its URL and its mirrors, in order.
    """
    url, *mirrors = sources
    job = Job(
        record.id,
        record.spec,
        url,
        url,
        url,
        most_segments(record.spec, limits),
        Meter(_SPEED_WINDOW_S),
    )
    job.mirrors = mirrors
    job.place = record.place
    job.name = record.name
    job.incarnation = record.incarnation
    job.recorded_part = record.part
    if record.part is not None:
        begun = Representation(
            record.size_bytes, record.etag, record.last_modified, record.content_coding
        )
        job.checking = record.checking
        if begun.resumable or job.checking:
            job.representation, job.vouched = begun, record.vouched
        if begun.resumable and not job.checking:
            job.recorded_written, job.recorded_synced = record.written, record.synced
    return job
