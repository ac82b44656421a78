"""Before a request goes out: every name on its way is looked up, once for all jobs (`addresses`)."""

from __future__ import annotations

from msgspec.structs import replace

from ddm.core import mirrors, retry
from ddm.core.commands import LookUp
from ddm.core.events import LookedUp
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.limits import NAME_FAILED_S
from ddm.record import State


def ready(work: Work, job: Job) -> bool:
    """Whether the next request of a job may be sent; if not, it waits for a name, which is asked for."""
    book, way = work.addresses, work.way(job)
    for name in book.to_ask(way, work.now):
        work.tell(job, LookUp(name))
    job.lacks = book.lacking(way, work.now)
    if job.lacks is None:
        return True
    host = book.host(job.lacks)
    if not host.given_up or host.failure is None:
        book.wait(job.lacks, job.id)
    elif not job.live:  # else it goes on over the connections that it has
        whose = "" if job.lacks == job.target.host else "no way to its proxy: "
        why = retry.gave_up(f"{whose}{host.failure.message}", host.tries)
        mirrors.fail(work, job, replace(host.failure, message=why))
        work.agenda.touch(job)  # it may go on elsewhere
    return False


def show(work: Work, job: Job) -> None:
    """A job of which nothing is under way is RESOLVING while it waits for a name."""
    if job.leaving or job.live or job.opening or job.room is not None:
        return
    if job.lacks is not None and (job.bringing or job.state is State.QUEUED):
        work.move(job, State.RESOLVING)
    elif job.state is State.RESOLVING:
        work.move(job, State.WAITING)


def on_looked_up(work: Work, event: LookedUp) -> None:
    """The jobs that waited go on, or wait for the next try, or fail."""
    book, waiting = work.addresses, work.addresses.take_waiting(event.host)
    if event.failure is None:
        book.forget_but({name.host for job in work.jobs.values() for name in work.way(job).names})
        book.answered(event.host, event.addresses, work.now)
    else:
        limits, tries = work.limits.retry, book.host(event.host).tries + 1
        given_up = tries >= retry.attempts_max(event.failure.kind, limits)
        wait_s = NAME_FAILED_S if given_up else retry.backoff_s(tries, limits, work.chance)
        book.failed(event.host, event.failure, work.now + wait_s, given_up=given_up)
    for job in _still_here(work, waiting):
        work.journal.note(job.id, work.now, event)
        work.agenda.touch(job)


def ask_again(work: Work) -> None:
    """The time of names that could not be looked up has come again."""
    for job in _still_here(work, work.addresses.take_due(work.now)):
        work.agenda.touch(job)


def _still_here(work: Work, job_ids: set[int]) -> list[Job]:
    return [work.jobs[job_id] for job_id in sorted(job_ids) if job_id in work.jobs]
