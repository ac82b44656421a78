"""`ddm get --receipt FILE`: what was fetched, from where, when, and who vouched for it (docs/json.md)."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ddm import config_file, redact
from ddm.cli.showing import voice
from ddm.cli.showing.line import StatusLine
from ddm.cli.showing.outcome import Outcome
from ddm.disk.digester import FileDigester
from ddm.errors import Exit, UsageError
from ddm.limits import DIGEST_SLICE_BYTES
from ddm.record import JobRecord, State
from ddm.spec import Checksum

JSON_VERSION = 1

# Who vouches for a digest that nobody gave: it was computed from the file after it was fetched.
_BY_US = "ddm"


def check_path(path: Path) -> None:
    """Find out before anything is fetched whether a receipt can be written there. Raises UsageError."""
    if path.is_dir():
        raise UsageError(f"--receipt names a file, but {redact.text(str(path))} is a directory")
    if path.exists() and not path.is_file():
        raise UsageError(f"--receipt: {redact.text(str(path))} is no regular file")
    if not os.access(path.absolute().parent, os.W_OK | os.X_OK):
        parent = redact.text(str(path.absolute().parent))
        raise UsageError(f"--receipt: {parent} is no directory that you may write to")


def write(
    path: Path,
    jobs: Sequence[tuple[JobRecord, Outcome]],
    exit_status: int,
    stopped: Callable[[], bool],
) -> int:
    """Write the receipt, whole or not at all, private; the exit status then.

    stopped: whether the user is in a hurry; then digests that nobody gave are not computed.
    """
    listed = []
    for job, outcome in jobs:
        own = None if _has_digest(job, outcome) else _computed(job, stopped)
        listed.append(job_object(job, outcome, own))
    object_ = {"version": JSON_VERSION, "exit_status": int(exit_status), "jobs": listed}
    try:
        config_file.write(path, json.dumps(object_, indent=1) + "\n")
    except OSError as error:
        voice.say(f"could not write the receipt {redact.text(str(path))}: {error.strerror}")
        return exit_status or Exit.CREATE_FAILED
    return exit_status


def job_object(job: JobRecord, outcome: Outcome, own: Checksum | None) -> dict[str, object]:
    """One job. own: the digest that was computed here because nobody vouched for one."""
    receipt = job.receipt
    digests = [] if receipt is None else list(receipt.digests)
    if own is not None:
        digests.append((own, _BY_US))
    return {
        "id": job.id,
        "state": job.state.value,
        "exit_status": int(outcome.code),
        "message": outcome.message or None,
        "urls": list(receipt.urls) if receipt else [redact.url(job.spec.url)],
        "directory": redact.text(job.spec.directory),
        "name": _text(job.name),
        "path": _text(outcome.path),
        "size_bytes": job.size_bytes,
        "etag": _text(job.etag),
        "last_modified": _text(job.last_modified),
        "content_coding": _text(job.content_coding),
        "digests": [
            {"algorithm": digest.algorithm, "hex": digest.hex, "by": by} for digest, by in digests
        ],
        "added_s": job.created_s,
        "added": _iso(job.created_s),
        "ended_s": job.updated_s if job.state.ended else None,
        "ended": _iso(job.updated_s) if job.state.ended else None,
        "seconds": receipt and receipt.seconds,
        "fetched_bytes": receipt and receipt.fetched_bytes,
        "requests": receipt and receipt.requests,
    }


def _has_digest(job: JobRecord, outcome: Outcome) -> bool:
    """Whether somebody vouched for the file, or there is none."""
    if job.state is not State.DONE or outcome.path is None:
        return True
    return job.receipt is not None and bool(job.receipt.digests)


def _computed(job: JobRecord, stopped: Callable[[], bool]) -> Checksum | None:
    """The sha-256 of a job's file as it is now, None if it cannot be read, or there is no time."""
    path = job.path
    if path is None:
        return None
    try:
        with Path(path).open("rb", buffering=0) as file, StatusLine() as line:
            size_bytes = os.fstat(file.fileno()).st_size
            digester = FileDigester(file.fileno(), path, ("sha-256",), size_bytes)
            while not digester.step(DIGEST_SLICE_BYTES):
                if stopped():
                    return None
                line.show(f"receipt: reading {job.name}")
    except OSError as error:
        voice.say(f"receipt: could not read {redact.text(path)}: {error.strerror}")
        return None
    return digester.found()[0]


def _text(value: str | None) -> str | None:
    return None if value is None else redact.text(value)


def _iso(time_s: float) -> str:
    """ISO 8601, to the second, in UTC."""
    return datetime.fromtimestamp(time_s, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
