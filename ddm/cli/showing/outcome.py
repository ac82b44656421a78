"""What became of a job, and the exit status that all of them together make."""

from __future__ import annotations

import os
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from ddm import redact
from ddm.core.view import JobView
from ddm.errors import Exit
from ddm.record import JobRecord, State


class Outcome(Struct, frozen=True):
    """How one job ended.

    label: the file's name, or its redacted URL while it has none; safe to show.
    path: where the file is, None if it is not there or not to be relied on. done_bytes: how much of it.
    message: what is wrong with that, one sentence, safe to show.
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
    done = view.state is State.DONE and failure is None
    outcome = Outcome(
        job_id=view.id,
        label=redact.text(view.name or view.url),
        path=_joined(view.directory, view.name) if done and view.name else None,
        done_bytes=view.done_bytes,
        message=redact.text(failure.message) if failure else _unfinished(view.id, view.state),
        code=_code(view.state, failure.code if failure else None),
    )
    return _as_removed(outcome) if view.removed else outcome


def of_record(record: JobRecord) -> Outcome:
    """The outcome of a job as the store knows it."""
    error = record.error if record.state in (State.DONE, State.FAILED) else None
    return Outcome(
        job_id=record.id,
        label=redact.text(record.name or redact.url(record.spec.url)),
        path=record.path if record.state is State.DONE and error is None else None,
        done_bytes=done_bytes(record),
        message=redact.text(error.message) if error else _unfinished(record.id, record.state),
        code=_code(record.state, error.code if error else None),
    )


def removed(job_id: int) -> Outcome:
    """The outcome of a job whose row is gone."""
    return _as_removed(Outcome(job_id, f"job {job_id}", None, 0, "", Exit.UNFINISHED))


def _joined(directory: str, name: str) -> str:
    return os.path.join(directory, name)  # noqa: PTH118 - for each of ten thousand jobs


def done_bytes(record: JobRecord) -> int:
    """How much of a job's file is there, as far as the store knows."""
    if record.whole and record.size_bytes is not None:
        return record.size_bytes
    return record.written.total


def exit_status(outcomes: Iterable[Outcome]) -> int:
    """0 if every job is done; the code that all failures share; else 1."""
    codes = {outcome.code for outcome in outcomes if outcome.code != Exit.OK}
    if not codes:
        return Exit.OK
    return codes.pop() if len(codes) == 1 else Exit.UNEXPECTED


def _as_removed(outcome: Outcome) -> Outcome:
    message = "the job was removed by another ddm"
    return replace(outcome, path=None, message=message, code=Exit.UNFINISHED)


def _code(state: State, failure_code: int | None) -> int:
    if failure_code is not None:
        return failure_code
    return {State.DONE: Exit.OK, State.FAILED: Exit.UNEXPECTED}.get(state, Exit.UNFINISHED)


def _unfinished(job_id: int, state: State) -> str:
    if state is State.DONE:
        return ""
    if state is State.PAUSED:
        return f"paused; `ddm resume {job_id}` lets it go on"
    return f"not finished: the job is {state.value}"
