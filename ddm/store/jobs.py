"""The jobs: rows that all processes see, as frozen records.

Anybody adds a job or wishes something for it; only the holder of the manager's lock writes its
state. Writing to a job that another process has removed has no effect and is no error.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from ddm.byteranges import RangeSet
from ddm.http.representation import Representation
from ddm.record import JobRecord, PartIdentity, State, StoredFailure
from ddm.spec import JobSpec
from ddm.store.database import Database, Value
from ddm.store.rows import claims_in, path_in, record_out, spec_in, text_in

# What a dead process leaves behind. FINISHING stays: the file may have its name already.
_LEFT_BEHIND = json.dumps(
    [
        state.value
        for state in State
        if not (state.ended or state in (State.QUEUED, State.FINISHING))
    ]
)


class JobStore:
    """The table `jobs`. Fits `ports.Store`. Every method raises StateError.

    wall: Unix time in seconds.
    """

    def __init__(self, database: Database, wall: Callable[[], float] = time.time) -> None:
        self._database = database
        self._wall = wall

    def transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """See `Database.transaction`."""
        return self._database.transaction(durable=durable)

    def add(self, specs: Sequence[JobSpec]) -> list[int]:
        """Queue jobs, all or none; their ids, in order. When it returns, they are on the disk."""
        now_s = self._wall()
        ids: list[int] = []
        with self.transaction(durable=True):
            for spec in specs:
                cursor = self._database.write(
                    "INSERT INTO jobs (url, directory, asked_name, headers, settings,"
                    " created_s, updated_s) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*spec_in(spec), now_s, now_s),
                )
                ids.append(cursor.lastrowid or 0)
        return ids

    def get(self, job_id: int) -> JobRecord | None:
        """One job."""
        return next(iter(self._select("WHERE id = ?", job_id)), None)

    def all(self) -> list[JobRecord]:
        """Every job, the oldest first."""
        return self._select("ORDER BY id")

    def in_state(self, state: State) -> list[JobRecord]:
        """The jobs in one state, the oldest first."""
        return self._select("WHERE state = ? ORDER BY id", state.value)

    def find(self, url: str, directory: str, name: str | None) -> JobRecord | None:
        """The newest job for this URL, directory and asked name."""
        found = self._select(
            "WHERE url = ? AND directory = ? AND asked_name IS ? ORDER BY id DESC LIMIT 1",
            text_in(url),
            path_in(directory),
            path_in(name),
        )
        return next(iter(found), None)

    def queued(self, limit: int, *, among: Iterable[int] | None = None) -> list[JobRecord]:
        """The oldest jobs that are QUEUED and wanted to run; `among` limits them to these ids."""
        return self._select(
            "WHERE state = 'queued' AND wanted = 'run'"
            " AND (?1 IS NULL OR id IN (SELECT value FROM json_each(?1))) ORDER BY id LIMIT ?2",
            None if among is None else json.dumps(list(among)),
            limit,
        )

    def counts(self) -> dict[State, int]:
        """How many jobs are in each state."""
        found = self._database.rows("SELECT state, count(*) FROM jobs GROUP BY state")
        by_word = {word: int(count) for word, count in found}
        return {state: by_word.get(state.value, 0) for state in State}

    def set_state(self, job_id: int, state: State, error: StoredFailure | None) -> None:
        """Store a state, and why; None clears what was there."""
        kind, message, code = (error.kind, error.message, error.code) if error else (None,) * 3
        self._update(
            job_id,
            state=state.value,
            error_kind=kind,
            error_message=text_in(message),
            error_code=None if code is None else int(code),
        )

    def set_part(
        self,
        job_id: int,
        name: str,
        representation: Representation,
        identity: PartIdentity,
        incarnation: int,
    ) -> None:
        """Store what the file is and which one the claims are about.

        Claims about another file, or about an earlier life of it, go in the same stroke.
        """
        device, inode = str(identity.device), str(identity.inode)
        with self.transaction():
            self._database.write(
                "UPDATE jobs SET written = x'', synced = x'' WHERE id = ? AND"
                " (part_device, part_inode, incarnation) IS NOT (?, ?, ?)",
                (job_id, device, inode, incarnation),
            )
            self._update(
                job_id,
                name=path_in(name),
                size_bytes=representation.size_bytes,
                etag=text_in(representation.etag),
                last_modified=text_in(representation.last_modified),
                content_coding=text_in(representation.content_coding),
                part_boot_id=identity.boot_id,
                part_device=device,
                part_inode=inode,
                incarnation=incarnation,
            )

    def set_progress(self, job_id: int, written: RangeSet, synced: RangeSet) -> None:
        """Store the claims."""
        self._update(job_id, written=claims_in(written), synced=claims_in(synced))

    def set_spec(self, job_id: int, spec: JobSpec) -> bool:
        """Ask for a job in another way: header fields, digests, route; whether it was not in work.

        Its URL, directory and asked name have to be the same: they say which job it is.
        """
        *_, headers, settings = spec_in(spec)
        cursor = self._database.write(
            "UPDATE jobs SET headers = ?, settings = ?, updated_s = ?"
            " WHERE id = ? AND state IN ('queued', 'failed', 'paused')",
            (headers, settings, self._wall(), job_id),
        )
        return cursor.rowcount > 0

    def requeue(self, job_id: int) -> bool:
        """Queue a FAILED or PAUSED job again, and wish it to run; whether it was one."""
        cursor = self._database.write(
            "UPDATE jobs SET state = 'queued', wanted = 'run', error_kind = NULL,"
            " error_message = NULL, error_code = NULL, updated_s = ?"
            " WHERE id = ? AND state IN ('failed', 'paused')",
            (self._wall(), job_id),
        )
        return cursor.rowcount > 0

    def start_over(self, job_id: int) -> bool:
        """Forget what a job that is not in work has fetched, durably; whether it was one.

        Which part file it had is kept, so that this file is replaced and no other.
        """
        with self.transaction(durable=True):
            cursor = self._database.write(
                "UPDATE jobs SET written = x'', synced = x'', size_bytes = NULL, etag = NULL,"
                " last_modified = NULL, content_coding = NULL, updated_s = ?"
                " WHERE id = ? AND state IN ('queued', 'failed', 'paused')",
                (self._wall(), job_id),
            )
        return cursor.rowcount > 0

    def recover(self) -> list[int]:
        """Queue again what a dead process left in work; their ids. For the lock's holder alone."""
        with self.transaction():
            left = self._database.rows(
                "SELECT id FROM jobs WHERE state IN (SELECT value FROM json_each(?)) ORDER BY id",
                (_LEFT_BEHIND,),
            )
            self._database.write(
                "UPDATE jobs SET state = 'queued', updated_s = ?"
                " WHERE state IN (SELECT value FROM json_each(?))",
                (self._wall(), _LEFT_BEHIND),
            )
        return [int(row["id"]) for row in left]

    def _select(self, rest: str, *values: Value) -> list[JobRecord]:
        rows = self._database.rows(
            f"SELECT * FROM jobs {rest}",  # noqa: S608 - only words of this file
            values,
        )
        return [record_out(row, self._database.path) for row in rows]

    def _update(self, job_id: int, **columns: Value) -> None:
        sets = ", ".join(f"{column} = ?" for column in columns)
        self._database.write(
            f"UPDATE jobs SET {sets}, updated_s = ? WHERE id = ?",  # noqa: S608 - as above
            (*columns.values(), self._wall(), job_id),
        )
