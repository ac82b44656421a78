"""What origins have taught, as rows: anybody may read them, forget some, or bring others.

A row that makes no sense is passed over: without it nothing is lost but what the origin will teach again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import Struct

from ddm.errors import UsageError
from ddm.http.url import Origin
from ddm.lesson import Lesson
from ddm.store.database import Database

# Some 150 bytes each. Few people ask so many servers in a month; a list of links that does must not slow each start.
LESSONS_MAX = 1000


class _Row(Struct, frozen=True):
    """A row; lesson: None where it makes no sense."""

    number: int
    key: str
    lesson: Lesson | None


class HostTable:
    """The table `hosts`. Every method raises StateError; those that write, BusyError and StateFullError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lessons(self) -> dict[str, Lesson]:
        """What is stored, by `Origin.key`, the newest first, at most LESSONS_MAX."""
        return {row.key: row.lesson for row in self._rows(LESSONS_MAX) if row.lesson is not None}

    def unreadable(self) -> list[str]:
        """The keys of rows that make no sense."""
        return [row.key for row in self._rows() if row.lesson is None]

    def learn(self, origin_key: str, lesson: Lesson) -> None:
        """Store what an origin has taught, in place of what was there."""
        self._database.write(
            "INSERT OR REPLACE INTO hosts (origin, lesson, learned_s) VALUES (?, ?, ?)",
            (origin_key, msgspec.json.encode(lesson).decode(), lesson.learned_s),
        )

    def merge(self, lessons: Mapping[str, Lesson]) -> list[str]:
        """Store those that are newer than what is there; their keys. When it returns, it is on the disk."""
        with self._database.transaction(durable=True):
            stored = self.lessons()
            newer = [
                key
                for key, lesson in lessons.items()
                if key not in stored or stored[key].learned_s < lesson.learned_s
            ]
            for key in newer:
                self.learn(key, lessons[key])
        return newer

    def forget(self, origin_keys: Iterable[str]) -> None:
        """Forget these origins. When it returns, it is on the disk."""
        with self._database.transaction(durable=True):
            self._database.write(
                "DELETE FROM hosts WHERE origin IN (SELECT value FROM json_each(?))",
                (json.dumps(list(origin_keys)),),
            )

    def forget_all(self) -> int:
        """Forget everything; of how many origins. When it returns, it is on the disk."""
        with self._database.transaction(durable=True):
            return self._database.write("DELETE FROM hosts").rowcount

    def tidy(self, wall_s: float) -> list[str]:
        """Drop rows that are too old, too many, or make no sense; the keys of the last. wall_s: Unix time."""
        rows = list(self._rows())
        unreadable = [row for row in rows if row.lesson is None]
        readable = [row for row in rows if row.lesson is not None]
        old = [row for row in readable if row.lesson and row.lesson.aged(wall_s).empty]
        gone = {row.number for row in (*unreadable, *old, *readable[LESSONS_MAX:])}
        if gone:
            self._database.write(
                "DELETE FROM hosts WHERE rowid IN (SELECT value FROM json_each(?))",
                (json.dumps(sorted(gone)),),
            )
        return [row.key for row in unreadable]

    def _rows(self, limit: int = -1) -> Iterator[_Row]:
        """The newest first. As bytes: what should be text may be none."""
        found = self._database.rows(
            "SELECT rowid AS number, CAST(origin AS BLOB) AS origin, CAST(lesson AS BLOB) AS lesson"
            " FROM hosts ORDER BY learned_s DESC LIMIT ?",
            (limit,),
        )
        for row in found:
            key = (row["origin"] or b"").decode("utf-8", "backslashreplace")
            yield _Row(row["number"], key, _lesson_out(key, row["lesson"] or b""))


def _lesson_out(key: str, encoded: bytes) -> Lesson | None:
    try:
        if Origin.of_key(key).key != key:
            return None
        return msgspec.json.decode(encoded, type=Lesson)
    except (msgspec.MsgspecError, UsageError, ValueError, RecursionError):
        return None
