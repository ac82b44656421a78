"""A row of the table `jobs` and the record that it is.

Claims carry a checksum: a database has none of its own, and a claim that a failing disk has changed
would become wrong bytes in a finished file. Claims that do not fit theirs are no error: without
them nothing is lost but time, for the bytes are fetched again.
"""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from typing import Any

import msgspec
from msgspec import Struct

from ddm.byteranges import RangeSet
from ddm.errors import DamagedError
from ddm.record import JobRecord, PartIdentity, Receipt, State, StoredFailure, Wanted
from ddm.spec import Checksum, JobSpec, Route

_CHECKSUM_BYTES = 4


class _Settings(Struct, frozen=True, omit_defaults=True):
    """The column settings: what of a spec has no column of its own. A later ddm may know more."""

    max_segments: int = 0
    checksums: tuple[Checksum, ...] = ()
    route: Route = Route()
    allow_downgrade: bool = False
    overwrite: bool = False
    mirrors: tuple[str, ...] = ()


_NO_SETTINGS = _Settings()
_NO_CLAIMS = RangeSet()
_Row = dict[str, Any]


def path_in(path: str | None) -> str | bytes | None:
    """A path or name for a column: text, or its bytes where they are no UTF-8."""
    try:
        return path and path.encode("utf-8").decode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(path or "")


def text_in(text: str | None) -> str | None:
    """Text for a column: half a surrogate, which UTF-8 has not, becomes an escape."""
    return text and text.encode("utf-8", "backslashreplace").decode("utf-8")


def claims_in(claims: RangeSet) -> bytes:
    """A set of bytes claimed, for a column: CRC-32, then its own encoding."""
    encoded = claims.encode()
    return zlib.crc32(encoded).to_bytes(_CHECKSUM_BYTES, "big") + encoded


def checksums_in(checksums: tuple[Checksum, ...]) -> str:
    """Digests for a column."""
    return json.dumps([(each.algorithm, each.hex) for each in checksums]) if checksums else "[]"


def spec_in(spec: JobSpec) -> tuple[str | bytes | int | None, ...]:
    """The columns url, directory, asked_name, priority, max_bytes_per_sec, headers, settings."""
    settings = _Settings(
        spec.max_segments,
        spec.checksums,
        spec.route,
        spec.allow_downgrade,
        spec.overwrite,
        spec.mirrors,
    )
    return (
        text_in(spec.url),
        path_in(spec.directory),
        path_in(spec.name),
        spec.priority,
        spec.max_bytes_per_sec,
        json.dumps(spec.headers) if spec.headers else "[]",
        "{}" if settings == _NO_SETTINGS else json.dumps(msgspec.to_builtins(settings)),
    )


def record_out(row: sqlite3.Row, path: str) -> JobRecord:
    """The record that a row is. Raises DamagedError naming the job; `path`: of the database."""
    try:
        return _record(row)
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError):
        # Without its cause, which may quote what the row holds: headers are nobody's business.
        raise damaged_row(row["id"], path) from None


def damaged_row(job_id: int, path: str) -> DamagedError:
    """The error of a row that makes no sense; `path`: of the database."""
    return DamagedError(
        f"job {job_id} in {path} cannot be read: the file is damaged; it holds the queue: "
        "move it and its -wal and -shm files away, and ddm begins a new one"
    )


def _record(found: sqlite3.Row) -> JobRecord:
    # A Row compares a name with those of all columns, a dict does not.
    row = dict(zip(found.keys(), found, strict=True))
    written, synced = claims_out(row["written"]), claims_out(row["synced"])
    if written is None or synced is None:  # synced lies within written, so both or none
        written = synced = RangeSet()
    return JobRecord(
        id=row["id"],
        spec=_spec(row),
        wanted=Wanted(row["wanted"]),
        state=State(row["state"]),
        name=path_out(row["name"]),
        size_bytes=row["size_bytes"],
        etag=row["etag"],
        last_modified=row["last_modified"],
        content_coding=row["content_coding"],
        part=_part(row),
        written=written,
        synced=synced,
        incarnation=row["incarnation"],
        vouched=_checksums(row["vouched"]),
        checking=bool(row["checking"]),
        delete_files=bool(row["delete_files"]),
        receipt=_receipt(row["receipt"]),
        error=_error(row),
        created_s=row["created_s"],
        updated_s=row["updated_s"],
        place=row["place"],
    )


def _spec(row: _Row) -> JobSpec:
    # json, for msgspec refuses the half surrogates of a path or a field that is no UTF-8.
    settings = _NO_SETTINGS
    if row["settings"] != "{}":
        settings = msgspec.convert(json.loads(row["settings"]), _Settings)
    return JobSpec(
        url=row["url"],
        directory=path_out(row["directory"]) or "",
        name=path_out(row["asked_name"]),
        headers=_pairs(row["headers"]),
        max_segments=settings.max_segments,
        checksums=settings.checksums,
        route=settings.route,
        allow_downgrade=settings.allow_downgrade,
        overwrite=settings.overwrite,
        mirrors=settings.mirrors,
        priority=row["priority"],
        max_bytes_per_sec=row["max_bytes_per_sec"],
    )


def _part(row: _Row) -> PartIdentity | None:
    if row["part_inode"] is None:
        return None
    return PartIdentity(
        boot_id=row["part_boot_id"],
        device=int(row["part_device"]),
        inode=int(row["part_inode"]),
        mount=row["part_mount"] or "",
    )


def _checksums(stored: str) -> tuple[Checksum, ...]:
    return tuple(Checksum(algorithm, digest) for algorithm, digest in _pairs(stored))


def _pairs(stored: str) -> tuple[tuple[str, str], ...]:
    if stored == "[]":  # most have none
        return ()
    return msgspec.convert(json.loads(stored), tuple[tuple[str, str], ...])


def receipt_in(receipt: Receipt) -> str:
    """A receipt for a column."""
    return json.dumps(msgspec.to_builtins(receipt))


def _receipt(stored: str | None) -> Receipt | None:
    return None if stored is None else msgspec.convert(json.loads(stored), Receipt)


def _error(row: _Row) -> StoredFailure | None:
    if row["error_kind"] is None:
        return None
    return StoredFailure(row["error_kind"], row["error_message"], row["error_code"])


def path_out(stored: str | bytes | None) -> str | None:
    """A path or name out of its column."""
    """A path or name out of its column."""
    return os.fsdecode(stored) if isinstance(stored, bytes) else stored


def claims_out(blob: bytes) -> RangeSet | None:
    """A set of bytes claimed out of its column; None for what does not fit its checksum."""
    if not blob:
        return _NO_CLAIMS
    checksum, encoded = blob[:_CHECKSUM_BYTES], blob[_CHECKSUM_BYTES:]
    if zlib.crc32(encoded).to_bytes(_CHECKSUM_BYTES, "big") != checksum:
        return None
    return RangeSet.decode(encoded)
