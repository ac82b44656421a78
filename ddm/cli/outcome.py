"""What became of a job, and the exit status that all of them together make."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from ddm import redact
from ddm.core.view import JobView
from ddm.errors import Exit
from ddm.record import JobRecord, State


class Outcome(Struct, frozen=True):
    """How one job ended.

    label: the file's name, or its redacted URL while it has none; safe to show.
    path: where the file is, None if it is not there. done_bytes: how much of it.
    message: why it is not there, one sentence, safe to show.
    code: the exit status of this job alone.
    """

    job_id: int
    label: str
    path: str | None
    done_bytes: int
    message: str
    code: int


def of_view(view: JobView) -> Outcome:
    """The outcome of a job that has just ended."""
    failure = view.failure
    return Outcome(
        job_id=view.id,
        label=redact.text(view.name or view.url),
        path=str(Path(view.directory, view.name)) if view.state is State.DONE else None,
        done_bytes=view.done_bytes,
        message=redact.text(failure.message) if failure else _unfinished(view.state),
        code=_code(view.state, failure.code if failure else None),
    )


def of_record(record: JobRecord) -> Outcome:
    """The outcome of a job as the store knows it."""
    error = record.error if record.state is State.FAILED else None
    return Outcome(
        job_id=record.id,
        label=redact.text(record.name or redact.url(record.spec.url)),
        path=path_of(record) if record.state is State.DONE else None,
        done_bytes=done_bytes(record),
        message=redact.text(error.message) if error else _unfinished(record.state),
        code=_code(record.state, error.code if error else None),
    )


def removed(job_id: int) -> Outcome:
    """The outcome of a job whose row is gone."""
    message = "the job was removed by another ddm"
    return Outcome(job_id, f"job {job_id}", None, 0, message, Exit.UNFINISHED)


def path_of(record: JobRecord) -> str | None:
    """Where a job's file is, or will be; None while it has no name."""
    return str(Path(record.spec.directory, record.name)) if record.name else None


def done_bytes(record: JobRecord) -> int:
    """How much of a job's file is there, as far as the store knows."""
    if record.state is State.DONE and record.size_bytes is not None:
        return record.size_bytes
    return record.written.total


def exit_status(outcomes: Iterable[Outcome]) -> int:
    """0 if every job is done; the code that all failures share; else 1."""
    codes = {outcome.code for outcome in outcomes if outcome.code != Exit.OK}
    if not codes:
        return Exit.OK
    return codes.pop() if len(codes) == 1 else Exit.UNEXPECTED


def _code(state: State, failure_code: int | None) -> int:
    if state is State.DONE:
        return Exit.OK
    if state is State.FAILED:
        return Exit.UNEXPECTED if failure_code is None else failure_code
    return Exit.UNFINISHED


def _unfinished(state: State) -> str:
    return "" if state is State.DONE else f"not finished: the job is {state.value}"
