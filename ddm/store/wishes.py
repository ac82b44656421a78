"""What anybody may write, also while another process is the manager: jobs, and wishes for them.

A wish is the column `wanted`; the manager sees to it that it comes true. A state is written here
only where no manager can have the job in work, and in the same statement that looks at it. A wish
to remove a job is final. All of this is without effect, and no error, for a job that is gone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from ddm.record import Wanted
from ddm.spec import JobSpec
from ddm.store.rows import spec_in
from ddm.store.standing import moved
from ddm.store.table import JobTable

_AMONG = "id IN (SELECT value FROM json_each(?))"
_QUEUED_AGAIN = (
    "state = 'queued', wanted = 'run', error_kind = NULL, error_message = NULL, error_code = NULL"
)


class WishTable(JobTable):
    """The table of jobs as everybody may write it."""

    def add(self, specs: Sequence[JobSpec]) -> list[int]:
        """Queue jobs, all or none; their ids, in order. When it returns, they are on the disk."""
        now_s = self._wall()
        ids: list[int] = []
        with self.transaction(durable=True):
            for spec in specs:
                cursor = self._database.write(
                    "INSERT INTO jobs (url, directory, asked_name, priority, max_bytes_per_sec,"
                    " headers, settings, created_s, updated_s, place) VALUES (?, ?, ?, ?, ?, ?, ?,"
                    " ?, ?, (SELECT coalesce(max(place), 0) + 1 FROM jobs))",
                    (*spec_in(spec), now_s, now_s),
                )
                ids.append(cursor.lastrowid or 0)
        return ids

    def wish(self, ids: Iterable[int], wanted: Wanted, *, delete_files: bool = False) -> None:
        """Wish something for these jobs. When it returns, it is on the disk.

        delete_files: remove them with what they fetched.
        """
        with self.transaction(durable=True):
            self._update(
                "wanted = ?, delete_files = ?",
                f"(wanted <> 'remove' OR ? = 'remove') AND {_AMONG}",
                wanted.value,
                delete_files and wanted is Wanted.REMOVE,
                wanted.value,
                json.dumps(list(ids)),
            )

    def set_rate(self, ids: Iterable[int], max_bytes_per_sec: int) -> None:
        """Limit each of these jobs; 0 is no limit. When it returns, it is on the disk."""
        with self.transaction(durable=True):
            self._update("max_bytes_per_sec = ?", _AMONG, max_bytes_per_sec, json.dumps(list(ids)))

    def ask_rate(self, max_bytes_per_sec: int | None) -> None:
        """Ask the running manager for a limit of all jobs together; 0 is no limit, None takes the question back."""
        with self.transaction():
            self._database.write("DELETE FROM asked")
            if max_bytes_per_sec is not None:
                self._database.write("INSERT INTO asked VALUES (1, ?)", (max_bytes_per_sec,))

    def resume(self, ids: Iterable[int]) -> None:
        """Wish these jobs to run, and queue those that are FAILED or PAUSED. When it returns, it is on the disk."""
        among = json.dumps(list(ids))
        with self.transaction(durable=True):
            self._update(
                _QUEUED_AGAIN,
                f"state IN ('failed', 'paused') AND wanted <> 'remove' AND {_AMONG}",
                among,
            )
            self._update("wanted = 'run'", f"wanted = 'pause' AND {_AMONG}", among)

    def requeue(self, job_id: int) -> bool:
        """Queue a job that is FAILED or PAUSED, or was to be paused before it began; whether it was one."""
        return self._update(
            _QUEUED_AGAIN,
            "id = ? AND wanted <> 'remove'"
            " AND (state IN ('failed', 'paused') OR (state = 'queued' AND wanted = 'pause'))",
            job_id,
        )

    def check_again(self, job_id: int) -> bool:
        """Queue a DONE job to ask whether the server still has the same file; whether it was one."""
        return self._update(
            f"{_QUEUED_AGAIN}, checking = 1",
            "id = ? AND wanted <> 'remove' AND state = 'done'",
            job_id,
        )

    def set_spec(self, job_id: int, spec: JobSpec) -> bool:
        """Ask for a job in another way: header fields, digests, route; whether it was not in work.

        Its URL, directory and asked name have to be the same: they say which job it is.
        """
        *_, headers, settings = spec_in(spec)
        return self._update(
            "headers = ?, settings = ?",
            "id = ? AND state IN ('queued', 'failed', 'paused')",
            headers,
            settings,
            job_id,
        )

    def move(self, ids: Sequence[int], position: int | None) -> dict[int, int]:
        """Let these jobs stand one after the other in the queue; the position of each then.

        position: of the first of them, from 1; None is the end. Those that are not to be done any
        more are left out. When it returns, it is on the disk.
        """
        with self.transaction(durable=True):
            before = self.queue()
            there = {each.id for each in before}
            chosen = [job_id for job_id in dict.fromkeys(ids) if job_id in there]
            after = moved(before, chosen, position)
            for each in set(after) - set(before):
                self._update(
                    "priority = ?, place = ?", "id = ?", each.priority, each.place, each.id
                )
        positions = {each.id: number for number, each in enumerate(after, start=1)}
        return {job_id: positions[job_id] for job_id in chosen}

    def prioritize(self, job_id: int, priority: int) -> None:
        """Give a job another priority; among those of the same it keeps its place."""
        self._update("priority = ?", "id = ? AND priority <> ?", priority, job_id, priority)

    def start_over(self, job_id: int) -> bool:
        """Forget what a job that is not in work has fetched, durably; whether it was one.

        Which part file it had is kept, so that this file is replaced and no other.
        """
        with self.transaction(durable=True):
            return self._update(
                "written = x'', synced = x'', size_bytes = NULL, etag = NULL, last_modified = NULL,"
                " content_coding = NULL, vouched = '[]', checking = 0",
                "id = ? AND state IN ('queued', 'failed', 'paused')",
                job_id,
            )
