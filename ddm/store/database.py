"""One SQLite database: opened, guarded, its errors turned into sentences.

Write-ahead log, so that readers and the one writer do not wait for each other. With
`synchronous=NORMAL` a crash of the process loses nothing and a power cut loses the last commits but
never the order; what must not be lost asks for a durable transaction. Only text with `?` for values
comes here, and SQLite's messages do not repeat values, so they may be shown.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ddm import private
from ddm.errors import StateError
from ddm.store.migrations import MIGRATIONS, migrate, version

# What a column holds; an int is a float to the type checker.
Value = str | bytes | float | None
# Another process commits in a few milliseconds; two seconds are a process that was stopped in it.
_BUSY_TIMEOUT_S = 2.0
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_WAYS_OUT = {
    sqlite3.SQLITE_BUSY: "another program holds it; end that one or try again",
    sqlite3.SQLITE_LOCKED: "another program holds it; end that one or try again",
    sqlite3.SQLITE_FULL: "make room and try again",
}
_MAY_NOT = "make it and its directory writable, or choose another place with XDG_STATE_HOME"


class Database:
    """An open database; `open_database` makes it. Every method raises StateError."""

    def __init__(self, connection: sqlite3.Connection, path: str) -> None:
        self._connection = connection
        self._durable: bool | None = None  # of the transaction that is open
        self.path = path
        self._data_version = self._asked_data_version()

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[sqlite3.Row]:
        """What a query finds."""
        with self._speaking(), closing(self._connection.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def write(self, sql: str, values: Sequence[Value] = ()) -> sqlite3.Cursor:
        """Run one statement that changes something; its `lastrowid` and `rowcount`."""
        with self._speaking():
            return self._connection.execute(sql, values)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Commit together all that is written inside, or nothing of it if that raises.

        durable: on the disk when it is over (`synchronous=FULL`). Inside another transaction it is
        part of that one, which then must be durable if this one is to be (else RuntimeError).
        """
        if self._durable is not None:
            if durable and not self._durable:
                raise RuntimeError("a durable transaction within one that is not durable")
            yield
            return
        self._durable = durable
        try:
            if durable:
                self.write("PRAGMA synchronous = FULL")
            self.write("BEGIN IMMEDIATE")
            yield
            self.write("COMMIT")
        finally:
            self._durable = None
            if self._connection.in_transaction:
                with suppress(sqlite3.Error):  # the first cause is on its way
                    self._connection.execute("ROLLBACK")
            if durable:
                self.write("PRAGMA synchronous = NORMAL")

    def changed(self) -> bool:
        """Whether another connection has committed since this was last asked."""
        before, self._data_version = self._data_version, self._asked_data_version()
        return before != self._data_version

    def close(self) -> None:
        """Close it; again is no error."""
        with self._speaking():
            self._connection.close()

    def _asked_data_version(self) -> int:
        return int(self.rows("PRAGMA data_version")[0][0])

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _state_error(self.path, error) from error


def open_database(path: Path | None) -> Database:
    """Open the database, made (0600 in 0700) or brought up to date if need be; None: in memory.

    Waits up to two seconds for another process that is writing. Raises StateError: no permission,
    not a database, damaged, from a newer DDM.
    """
    where = ":memory:" if path is None else str(path)
    try:
        if path is not None:
            _make_private(path)
        connection = sqlite3.connect(where, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        try:
            _prepare(connection, where)
            return Database(connection, where)
        except BaseException:
            connection.close()
            raise
    except OSError as error:
        raise StateError(f"could not open {where}: {error.strerror}; {_MAY_NOT}") from error
    except sqlite3.Error as error:
        raise _state_error(where, error) from error


def _make_private(path: Path) -> None:
    """SQLite gives its log files the permissions of the database: so this one first."""
    private.make_directory(path.parent)
    try:
        os.close(private.open_file(path, os.O_RDWR | os.O_EXCL))
    except FileExistsError:
        # Not opened: closing it would take away the locks of another connection of this process.
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def _prepare(connection: sqlite3.Connection, where: str) -> None:
    connection.row_factory = sqlite3.Row
    if version(connection) > len(MIGRATIONS):
        raise StateError(
            f"{where} is from a newer ddm (its version is {version(connection)}, this ddm knows "
            f"{len(MIGRATIONS)}); upgrade ddm, or move the file away: it holds the queue"
        )
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    migrate(connection)


def _state_error(path: str, error: sqlite3.Error) -> StateError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is detail
    if code in _DAMAGED:
        return StateError(
            f"{path} cannot be read ({error}); it holds the queue: move it and its -wal and -shm "
            "files away, and ddm begins a new one"
        )
    return StateError(f"{path} cannot be used: {error}; {_WAYS_OUT.get(code, _MAY_NOT)}")
