"""A glance at the tables from outside: it makes nothing, mends nothing, and waits for nobody.

For a TAB on the command line, where an error would be noise: what cannot be read is no job.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from ddm.errors import UsageError
from ddm.http.url import Origin
from ddm.record import State
from ddm.store.rows import path_out


class Peeked(Struct, frozen=True):
    """A job. name: the file's, or the one that was asked for; None while there is neither."""

    id: int
    state: State
    name: str | None
    url: str


def peek(path: Path, prefix: str, states: Collection[State]) -> list[Peeked]:
    """The jobs in these states whose number begins so, the oldest first."""
    try:
        with closing(_opened(path)) as found:
            rows = found.execute(
                "SELECT id, state, coalesce(name, asked_name), url FROM jobs"
                " WHERE substr(id, 1, ?) = ? ORDER BY id",
                (len(prefix), prefix),
            ).fetchall()
        jobs = [Peeked(row[0], State(row[1]), path_out(row[2]), str(row[3])) for row in rows]
    except (sqlite3.Error, OSError, ValueError, TypeError):
        return []
    return [job for job in jobs if job.state in states]


def peek_origins(path: Path) -> list[Origin]:
    """The origins that something is known of."""
    try:
        with closing(_opened(path)) as found:
            rows = found.execute("SELECT origin FROM hosts ORDER BY origin").fetchall()
        return [Origin.of_key(row[0]) for row in rows]
    except (sqlite3.Error, OSError, ValueError, TypeError, UsageError):
        return []


def _opened(path: Path) -> sqlite3.Connection:
    # A writer that is stopped in the middle of it must not hold up a TAB.
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", timeout=0, uri=True)
