"""The table of jobs, read: rows that all processes see, as frozen records."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from ddm.errand import Errand
from ddm.failures import Kind
from ddm.record import JobRecord, State
from ddm.store.database import Database, Value
from ddm.store.listing import ListedJob, Listing
from ddm.store.rows import path_in, record_out, text_in
from ddm.store.standing import Standing


class JobTable:
    """The table `jobs`. Every method raises StateError; those that write, BusyError and StateFullError.

    wall: Unix time in seconds.
    """

    def __init__(self, database: Database, wall: Callable[[], float] = time.time) -> None:
        self._database = database
        self._wall = wall

    def transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """See `Database.transaction`."""
        return self._database.transaction(durable=durable)

    def sync(self) -> Errand[None]:
        """See `Database.sync`."""
        return self._database.sync()

    def get(self, job_id: int) -> JobRecord | None:
        """One job."""
        return next(iter(self._select("WHERE id = ?", job_id)), None)

    def all(self) -> list[JobRecord]:
        """Every job, the oldest first."""
        return self._select("ORDER BY id")

    def listed(self) -> list[ListedJob]:
        """Every job, the oldest first, as a list shows it: much cheaper than `all`."""
        return Listing(self._database).all()

    def states_of(self, ids: Iterable[int]) -> dict[int, State]:
        """Where each of these jobs stands; without those that are gone."""
        found = self._database.rows(
            "SELECT id, state FROM jobs WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {job_id: State(word) for job_id, word in found}

    def in_state(self, state: State) -> list[JobRecord]:
        """The jobs in one state, the oldest first."""
        return self._select("WHERE state = ? ORDER BY id", state.value)

    def changed_files(self) -> list[JobRecord]:
        """The jobs that failed because the file on the server is another one now, the oldest first."""
        return self._select(
            "WHERE state = 'failed' AND error_kind = ? ORDER BY id", Kind.CHANGED.value
        )

    def wishes(self, after: int = 0, limit: int = -1) -> list[JobRecord]:
        """The jobs whose `wanted` is not in force: to be paused and not PAUSED, to run and PAUSED, to be removed.

        The oldest first, of those that came after the job `after`; `limit` at most, if it is not negative. Word for
        word what the index `jobs_wishes` holds, so that it is used.
        """
        return self._select(
            "WHERE (wanted = 'remove' OR (wanted = 'pause' AND state <> 'paused')"
            " OR (wanted = 'run' AND state = 'paused')) AND id > ? ORDER BY id LIMIT ?",
            after,
            limit,
        )

    def find(self, url: str, directory: str, name: str | None) -> JobRecord | None:
        """The newest job for this URL, directory and asked name that is not to be removed."""
        found = self._select(
            "WHERE url = ? AND directory = ? AND asked_name IS ? AND wanted <> 'remove'"
            " ORDER BY id DESC LIMIT 1",
            text_in(url),
            path_in(directory),
            path_in(name),
        )
        return next(iter(found), None)

    def line(self, limit: int, *, among: Iterable[int] | None = None) -> list[int]:
        """The first of the jobs that are QUEUED and wanted to run, in their order; `among` limits them to these ids.

        No row is read: all of it is in the index `jobs_order`.
        """
        within = "" if among is None else " AND id IN (SELECT value FROM json_each(?))"
        values: list[Value] = [] if among is None else [json.dumps(list(among))]
        found = self._database.rows(
            "SELECT id FROM jobs INDEXED BY jobs_order WHERE state = 'queued' AND wanted = 'run'"  # noqa: S608
            f"{within} ORDER BY priority DESC, place, id LIMIT ?",
            (*values, limit),
        )
        return [job_id for (job_id,) in found]

    def queued(self, ids: Sequence[int]) -> list[JobRecord]:
        """Those of these jobs that are QUEUED and wanted to run, in the order given."""
        found = self._select(
            "WHERE id IN (SELECT value FROM json_each(?)) AND +state = 'queued' AND wanted = 'run'",
            json.dumps(list(ids)),
        )
        by_id = {record.id: record for record in found}
        return [by_id[job_id] for job_id in ids if job_id in by_id]

    def queue(self) -> list[Standing]:
        """The jobs that are still to be done, in work and paused ones too, in the order in which they go."""
        found = self._database.rows(
            "SELECT id, priority, place FROM jobs WHERE state NOT IN ('done', 'failed')"
            " AND wanted <> 'remove' ORDER BY priority DESC, place, id"
        )
        return [Standing(*row) for row in found]

    def asked_of(self, ids: Iterable[int]) -> dict[int, tuple[int, float, int]]:
        """What may change of jobs in work: priority, place and max_bytes_per_sec of those that there are."""
        found = self._database.rows(
            "SELECT id, priority, place, max_bytes_per_sec FROM jobs"
            " WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {row[0]: (row[1], row[2], row[3]) for row in found}

    def any_insecure(self) -> bool:
        """Whether certificates are not looked at for one of the jobs that are QUEUED. Without a record of each."""
        ((found,),) = self._database.rows(
            "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 'queued' AND CASE WHEN"
            " json_valid(settings) THEN json_extract(settings, '$.route.insecure') END)"
        )
        return bool(found)

    def asked_rate(self) -> int | None:
        """The limit of all jobs together, in bytes per second, that the running manager is asked for; None for none."""
        found = self._database.rows("SELECT max_bytes_per_sec FROM asked")
        return int(found[0][0]) if found else None

    def replaced(self) -> bool:
        """Whether the database was removed or replaced meanwhile: nobody else sees these jobs any more."""
        return self._database.replaced()

    def counts(self) -> dict[State, int]:
        """How many jobs are in each state."""
        found = self._database.rows("SELECT state, count(*) FROM jobs GROUP BY state")
        by_word = {word: int(count) for word, count in found}
        return {state: by_word.get(state.value, 0) for state in State}

    def _select(self, rest: str, *values: Value) -> list[JobRecord]:
        rows = self._database.rows(
            f"SELECT * FROM jobs {rest}",  # noqa: S608 - only words of this package
            values,
        )
        return [record_out(row, self._database.path) for row in rows]

    def _update(self, sets: str, where: str, *values: Value) -> bool:
        """Change the rows that fit; whether there was one. The values of `sets` come first."""
        cursor = self._database.write(
            f"UPDATE jobs SET updated_s = ?, {sets} WHERE {where}",  # noqa: S608 - as above
            (self._wall(), *values),
        )
        return cursor.rowcount > 0
