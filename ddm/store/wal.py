"""The log of a database (`jobs.db-wal`), for a connection that waits for no disk.

A commit with `synchronous=NORMAL` is in the log, but not on the disk: it is there once the log was
synced, which is what FULL does at each commit. SQLite syncs by itself in two places only, at a
checkpoint and in the first commit after one, which begins the log anew: so both are done elsewhere,
and in between nothing is committed here.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from functools import partial
from typing import Protocol

from ddm.errand import Done, Errand
from ddm.limits import LOG_LONG_BYTES
from ddm.store.sqlite_failure import unsynced_error


class Elsewhere(Protocol):
    """Who waits for the disk."""

    def sync(self, fd: int, witness_fd: int, path: str) -> Errand[None]:
        """Put on the disk what was written to a file so far.

        witness_fd: the same file, opened apart: it hears of a write that failed though the one who asked is gone.
        """

    def checkpoint(self, database_path: str) -> Errand[None]:
        """Copy the log into the database, and begin it anew, cut to what is in it."""


class Here:
    """Fits `Elsewhere`: whoever asks waits."""

    def sync(self, fd: int, witness_fd: int, path: str) -> Done[None]:  # noqa: ARG002, D102 - as Elsewhere has it
        return Done(partial(os.fdatasync, fd))

    def checkpoint(self, database_path: str) -> Done[None]:  # noqa: D102
        return Done(partial(_checkpoint, database_path))


class Log:
    """An open log; the database must be open as long. Opening and closing it takes no lock of SQLite's away."""

    def __init__(self, database_path: str, elsewhere: Elsewhere) -> None:
        """Raises OSError."""
        self._database_path = database_path
        self._path = f"{database_path}-wal"
        self._elsewhere = elsewhere
        self._fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        try:
            self._witness_fd = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            os.close(self._fd)
            raise
        self._long_bytes = LOG_LONG_BYTES
        self._checkpoint: Errand[None] | None = None

    def sync(self) -> Errand[None]:
        """Put on the disk what was committed so far. Its result raises StateError."""
        return _LogSync(self._path, self._elsewhere.sync(self._fd, self._witness_fd, self._path))

    def tidy(self) -> None:
        """Have it copied into the database and begun anew, if it is long."""
        if self.busy:
            return
        size_bytes = os.fstat(self._fd).st_size
        if size_bytes < LOG_LONG_BYTES:
            self._long_bytes = LOG_LONG_BYTES
        elif size_bytes >= self._long_bytes:
            # Where it stays as long, somebody reads and does not end.
            self._long_bytes = size_bytes + LOG_LONG_BYTES
            self._checkpoint = self._elsewhere.checkpoint(self._database_path)

    @property
    def busy(self) -> bool:
        """Whether it is about to be begun anew: whoever commits now may have to wait for the disk."""
        # Whether that went well does not matter: nothing is lost, and the log is tried again when it is longer.
        return self._checkpoint is not None and not self._checkpoint.over

    def close(self) -> None:
        """Close it; once."""
        os.close(self._fd)
        os.close(self._witness_fd)


class _LogSync:
    """An errand whose failure is told as the store tells things."""

    def __init__(self, path: str, sync: Errand[None]) -> None:
        self._path = path
        self._sync = sync

    @property
    def over(self) -> bool:
        return self._sync.over

    def result(self) -> None:
        """Raises StateError."""
        try:
            self._sync.result()
        except OSError as error:
            raise unsynced_error(self._path, error) from error


def begin_anew(connection: sqlite3.Connection) -> None:
    """Commit nothing, durably: then the log has begun, and all before it is on the disk. Raises sqlite3.Error."""
    connection.execute("PRAGMA synchronous = FULL")
    try:
        connection.execute("BEGIN IMMEDIATE")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.execute(f"PRAGMA user_version = {version}")
        connection.execute("COMMIT")
    finally:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        with suppress(sqlite3.Error):
            connection.execute("PRAGMA synchronous = NORMAL")


def shorten(connection: sqlite3.Connection) -> None:
    """Copy the log into the database and begin it anew, cut to what is in it. Raises sqlite3.Error."""
    connection.execute("PRAGMA journal_size_limit = 0")
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
    begin_anew(connection)


def _checkpoint(database_path: str) -> None:
    try:
        with closing(sqlite3.connect(database_path, timeout=0, isolation_level=None)) as connection:
            shorten(connection)
    except sqlite3.Error as error:
        raise OSError(str(error)) from error
