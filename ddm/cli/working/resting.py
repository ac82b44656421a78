"""Why a job is as fast as it is of which no manager tells: what its row says."""

from __future__ import annotations

from ddm import redact
from ddm.cli.showing import human
from ddm.core.causes import Cause, Word
from ddm.record import JobRecord, Receipt, State, Wanted


def causes(job: JobRecord, position: int | None, manager: int | None) -> tuple[Cause, ...]:
    """The causes, at least one, what holds it back most first.

    position: in the queue, from 1; None for one that is over. manager: the process that works on the queue, None
    if none does.
    """
    match job.state:
        case State.DONE:
            return (Cause(Word.DONE, _done(job)),)
        case State.FAILED:
            why = redact.text(job.error.message) if job.error else "it failed"
            return (Cause(Word.FAILED, f"{why}; `ddm resume {job.id}` tries it again"),)
        case State.PAUSED:
            return (Cause(Word.PAUSED, f"it rests; `ddm resume {job.id}` lets it go on"),)
        case State.QUEUED:
            return _queued(job, position or 1, manager)
    if manager is None:
        gone = "the ddm that fetched it is gone; `ddm run` goes on where it stopped"
        return (Cause(Word.NO_MANAGER, gone),)
    return (Cause(Word.NO_ANSWER, f"process {manager} works on it, and does not answer just now"),)


def _queued(job: JobRecord, position: int, manager: int | None) -> tuple[Cause, ...]:
    if job.wanted is Wanted.PAUSE:
        return (Cause(Word.PAUSED, f"it is to rest; `ddm resume {job.id}` lets it go on"),)
    turn = f"its place in the queue is {position}"
    if position > 1:
        turn += f" (`ddm move {job.id} first`)"
    if manager is None:
        fetch = Cause(Word.NO_MANAGER, "nobody fetches; `ddm run` begins with the queue")
        return (fetch, Cause(Word.QUEUED, turn)) if position > 1 else (fetch,)
    full = f"process {manager} has as many jobs as it may (`max_jobs`), or fetches others only"
    return (Cause(Word.QUEUED, f"{turn}; {full}"),)


def _done(job: JobRecord) -> str:
    """What is known of how it was fetched."""
    if job.error is not None:
        return f"it is done, but could not be checked: {redact.text(job.error.message)}"
    receipt = job.receipt
    if receipt is None:
        return "it is done"
    return f"it is done: {_fetched(receipt)}"


def _fetched(receipt: Receipt) -> str:
    requests = "1 request" if receipt.requests == 1 else f"{receipt.requests} requests"
    words = f"{human.size(receipt.fetched_bytes)} in {human.duration(receipt.seconds)}"
    if receipt.seconds > 0:
        words += f", {human.speed(receipt.fetched_bytes / receipt.seconds)}"
    source = f" from {receipt.urls[-1]}" if receipt.urls else ""
    return f"{words}, with {requests}{source}"
