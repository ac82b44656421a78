"""The table of jobs as a list shows it: many rows, cheaply, and only what changed since the last look.

Header fields and settings are not looked at, and claims are only added up: ten thousand rows take a tenth
of a second.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from msgspec import Struct

from ddm.byteranges import RangeSet
from ddm.record import State, StoredFailure, Wanted
from ddm.store.database import Database
from ddm.store.rows import claims_out, damaged_row, path_out

_COLUMNS = (
    "id, wanted, state, checking, url, directory, asked_name, name, size_bytes, written,"
    " error_kind, error_message, error_code, created_s, updated_s, priority, place, max_bytes_per_sec"
)


class ListedJob(Struct, frozen=True):
    """What a list shows of a row; see record.JobRecord for the fields.

    claims: `written` as it is stored; written_bytes: how many bytes that is.
    """

    id: int
    wanted: Wanted
    state: State
    checking: bool
    url: str
    directory: str
    asked_name: str | None
    name: str | None
    size_bytes: int | None
    claims: bytes
    written_bytes: int
    error: StoredFailure | None
    created_s: float
    updated_s: float
    priority: int = 0
    place: float = 0.0
    max_bytes_per_sec: int = 0

    @property
    def to_be_done(self) -> bool:
        """Whether it is in the queue: `JobTable.queue` has the same."""
        over = self.state is State.DONE or self.state is State.FAILED
        return not over and self.wanted is not Wanted.REMOVE

    @property
    def order(self) -> tuple[int, float, int]:
        """By which the queue is sorted."""
        return -self.priority, self.place, self.id

    @property
    def whole(self) -> bool:
        """Whether the file is there under its name."""
        return self.state is State.DONE or self.checking

    @property
    def written(self) -> RangeSet:
        """Which ranges are in the file, as far as the store knows."""
        if self.whole and self.size_bytes is not None:
            return RangeSet.of(0, self.size_bytes)
        return claims_out(self.claims) or RangeSet()

    @property
    def done_bytes(self) -> int:
        """How many bytes are in the file, as far as the store knows."""
        if self.whole and self.size_bytes is not None:
            return self.size_bytes
        return self.written_bytes


class Listing:
    """All rows, or those that changed lately. Every method raises StateError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[ListedJob]:
        """Every job, the oldest first."""
        return self._select("ORDER BY id")

    def of(self, ids: Iterable[int]) -> list[ListedJob]:
        """The jobs of these numbers, the oldest first; numbers that no job has are left out."""
        among = "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id"
        return self._select(among, json.dumps(list(ids)))

    def changed_since(self, time_s: float) -> list[ListedJob]:
        """The jobs whose row was written at that Unix time or later."""
        return self._select("WHERE updated_s >= ? ORDER BY id", time_s)

    def count(self) -> int:
        """How many jobs there are."""
        return int(self._database.rows("SELECT count(*) FROM jobs")[0][0])

    def changed(self) -> bool:
        """Whether another process has written since this was last asked."""
        return self._database.changed()

    def replaced(self) -> bool:
        """Whether the database is another file by now."""
        return self._database.replaced()

    def _select(self, rest: str, *values: str | float) -> list[ListedJob]:
        rows = self._database.rows(
            f"SELECT {_COLUMNS} FROM jobs {rest}",  # noqa: S608 - only words of this module
            values,
        )
        return [_listed(row, self._database.path) for row in rows]


def _listed(row: sqlite3.Row, path: str) -> ListedJob:
    job_id, wanted, state, checking, url, directory, asked_name, name, *rest = row
    size, claims, kind, message, code, created_s, updated_s, *order = rest
    try:
        return ListedJob(
            job_id,
            Wanted(wanted),
            State(state),
            bool(checking),
            url,
            path_out(directory) or "",
            path_out(asked_name),
            path_out(name),
            size,
            claims,
            _total(claims),
            None if kind is None else StoredFailure(kind, message, code),
            created_s,
            updated_s,
            *order,
        )
    except (ValueError, TypeError):
        raise damaged_row(job_id, path) from None


def _total(claims: bytes) -> int:
    """How many bytes are claimed; none where the claims do not fit their checksum."""
    found = claims_out(claims) if claims else None
    return found.total if found else 0
