"""One SQLite database: opened, guarded, its errors turned into sentences.

Write-ahead log, so that readers and the one writer do not wait for each other. With
`synchronous=NORMAL` a crash of the process loses nothing and a power cut loses the last commits but
never the order; what must not be lost asks for a durable transaction, or has the log synced (`sync`).
Only text with `?` for values comes here.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from ddm import private
from ddm.errand import Done, Errand
from ddm.errors import BusyError, StateError
from ddm.limits import LOG_TOO_LONG_BYTES
from ddm.store.migrations import MIGRATIONS, migrate, version
from ddm.store.sqlite_failure import damaged_error, state_error, unopened_error
from ddm.store.wal import Elsewhere, Here, Log, begin_anew, shorten

# What a column holds; an int is a float to the type checker.
Value = str | bytes | float | None
_NO_TEXT = "what should be text is none"
# Another process commits in a few milliseconds; five seconds are a process that was stopped in it.
_BUSY_TIMEOUT_S = 5.0


class Database:
    """An open database; `open_database` makes it.

    Every method raises StateError: BusyError where another process is in the middle of writing,
    StateFullError where there is no room; then nothing was written, and it can be used again.
    """

    def __init__(
        self, connection: sqlite3.Connection, path: str, file: tuple[int, int] | None
    ) -> None:
        self._connection = connection
        self._durable: bool | None = None  # of the transaction that is open
        self._log: Log | None = None
        self._in_loop = self._owes = False
        self.path = path
        self._file = file
        self._has_log = file is not None and self._asked_journal_mode() == "wal"
        # Where SQLite can have no log, on some network file systems, each commit waits for the disk.
        self._waits_for_disk = file is not None and not self._has_log
        self._data_version = self._asked_data_version()

    def enter_loop(self, elsewhere: Elsewhere) -> None:
        """From now on wait for the disk no more: who commits durably has it synced, and may ask `owes`.

        What was committed before is on the disk when this is over. elsewhere: who waits for the disk.
        """
        if self._has_log:
            self._in_loop = True
            with self._speaking():
                begin_anew(self._connection)
            self._open_log(elsewhere)

    def owes(self) -> bool:
        """Whether something durable was committed since this was last asked: it is to be synced."""
        owes, self._owes = self._owes, False
        return owes

    def sync(self) -> Errand[None]:
        """Put on the disk all that is committed. Its result raises StateError."""
        if not self._has_log:
            return Done(lambda: None)
        return (self._log or self._open_log(Here())).sync()

    def tidy(self) -> None:
        """Look whether the log is long; then it is copied into the database, elsewhere. About once a second."""
        if self._log is not None:
            self._log.tidy()

    def _open_log(self, elsewhere: Elsewhere) -> Log:
        if self._log is not None:
            self._log.close()
            self._log = None
        try:
            self._log = Log(self.path, elsewhere)
        except OSError as error:
            raise unopened_error(f"{self.path}-wal", error) from error
        return self._log

    def wait_for_others(self, busy_timeout_s: float) -> None:
        """How long to wait for another process that is writing, before BusyError; 0 is not at all."""
        self.rows(f"PRAGMA busy_timeout = {round(busy_timeout_s * 1000)}")

    def rows(self, sql: str, values: Sequence[Value] = ()) -> list[sqlite3.Row]:
        """What a query finds. It does not wait for one that is writing."""
        with self._speaking(), closing(self._connection.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def write(self, sql: str, values: Sequence[Value] = ()) -> sqlite3.Cursor:
        """Run one statement that changes something; its `lastrowid` and `rowcount`."""
        if self._durable is not None and not self._connection.in_transaction:
            # A full disk makes SQLite roll back by itself; this must not be committed alone.
            raise StateError(f"{self.path} cannot be used: the transaction was rolled back")
        return self._execute(sql, values)

    @contextmanager
    def transaction(self, *, durable: bool = False) -> Iterator[None]:
        """Commit together all that is written inside, or nothing of it if that raises.

        durable: on the disk when it is over (`synchronous=FULL`), in a loop when it is synced after that (`owes`).
        Inside another transaction it is part of that one, which then must be durable if this one is to be (else
        RuntimeError).
        """
        if self._durable is not None:
            if durable and not self._durable:
                raise RuntimeError("a durable transaction within one that is not durable")
            yield
            return
        full = self._waits_for_disk or (durable and not self._in_loop)
        if self._log is not None and self._log.busy:
            raise BusyError(f"{self.path} cannot be used: its log begins anew; try again")
        try:
            if full:
                self._execute("PRAGMA synchronous = FULL")
            self._execute("BEGIN IMMEDIATE")
            self._durable = durable
            yield
            self._execute("COMMIT")
            self._owes = self._owes or (durable and not full)
        finally:
            self._durable = None
            with suppress(sqlite3.Error):  # the first cause is on its way
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
            with suppress(sqlite3.Error):  # what stays FULL is only slower
                if full:
                    self._connection.execute("PRAGMA synchronous = NORMAL")

    @property
    def shared(self) -> bool:
        """Whether another process can open it, too: not one in memory."""
        return self._file is not None

    def changed(self) -> bool:
        """Whether another connection has committed since this was last asked."""
        before, self._data_version = self._data_version, self._asked_data_version()
        return before != self._data_version

    def replaced(self) -> bool:
        """Whether its path is another file by now, or none: what is written here is seen by nobody."""
        if self._file is None:
            return False
        try:
            found = os.stat(self.path)  # noqa: PTH116 - the path as SQLite has it
        except OSError:
            return True
        return (found.st_dev, found.st_ino) != self._file

    def close(self) -> None:
        """Close it; again is no error."""
        if self._log is not None:
            self._log.close()
            self._log = None
        with self._speaking():
            self._shorten()
            self._connection.close()

    def _shorten(self) -> None:
        """Where others read all the time, and nobody is there to do it: later will do, too."""
        with suppress(OSError, sqlite3.Error):
            if os.stat(f"{self.path}-wal").st_size >= LOG_TOO_LONG_BYTES:  # noqa: PTH116 - as above
                shorten(self._connection)

    def _asked_journal_mode(self) -> str:
        return str(self.rows("PRAGMA journal_mode")[0][0])

    def _asked_data_version(self) -> int:
        return int(self.rows("PRAGMA data_version")[0][0])

    def _execute(self, sql: str, values: Sequence[Value] = ()) -> sqlite3.Cursor:
        with self._speaking():
            return self._connection.execute(sql, values)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise state_error(self.path, error) from error
        except UnicodeDecodeError as error:
            raise damaged_error(self.path, _NO_TEXT) from error


def open_database(path: Path | None, *, check: bool = False) -> Database:
    """Open the database, made (0600 in 0700) or brought up to date if need be; None: in memory.

    check: read the whole file, and whether it hangs together: some 20 ms for 10,000 jobs.
    Without it damage is found where it is met. Waits up to five seconds for another process that is
    writing. Raises DamagedError, BusyError, StateFullError; StateError: no permission, from a newer DDM.
    """
    where = ":memory:" if path is None else str(path)
    try:
        # Asked for before it is opened: if it is replaced between, `replaced` is true, not missed.
        file = None if path is None else _make_private(path)
        # A host may turn in another thread than it opened in; never in two at once.
        connection = sqlite3.connect(
            where, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(connection, where, check=check)
            return Database(connection, where, file)
        except BaseException:
            with suppress(sqlite3.Error):
                connection.close()
            raise
    except OSError as error:
        raise unopened_error(where, error) from error
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR:
            # Our own statements make sense, so the tables that they meet are not ours.
            raise damaged_error(where, str(error)) from error
        raise state_error(where, error) from error
    except (
        UnicodeDecodeError
    ) as error:  # sqlite3 reads the schema as text, and SQLite's words about it
        raise damaged_error(where, _NO_TEXT) from error


def _make_private(path: Path) -> tuple[int, int]:
    """SQLite gives its log files the permissions of the database: so this one first. Its device and inode."""
    private.make_directory(path.parent)
    try:
        os.close(private.open_file(path, os.O_RDWR | os.O_EXCL))
    except FileExistsError:
        # Not opened: closing it would take away the locks of another connection of this process.
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    found = path.stat()
    return found.st_dev, found.st_ino


def _prepare(connection: sqlite3.Connection, where: str, *, check: bool) -> None:
    connection.row_factory = sqlite3.Row
    if version(connection) > len(MIGRATIONS):
        raise StateError(
            f"{where} is from a newer ddm (its version is {version(connection)}, this ddm knows "
            f"{len(MIGRATIONS)}); upgrade ddm, or move the file away: it holds the queue"
        )
    if check:
        _check(connection, where)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA foreign_keys = ON")
    # After a checkpoint the next commit waits for the disk, whoever's it is: so not in the middle of anything.
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    migrate(connection)
    # A table of that name that is somebody else's has other columns.
    connection.execute("SELECT state, delete_files FROM jobs LIMIT 0").close()


def _check(connection: sqlite3.Connection, where: str) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found == "ok" and _ends_within_a_page(connection, where):
        found = "it ends within a page"
    if found != "ok":
        error = sqlite3.DatabaseError(" ".join(found.split()))
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _ends_within_a_page(connection: sqlite3.Connection, where: str) -> bool:
    """Whether the file was cut where SQLite does not notice. With a log beside it, its end may be in there."""
    path, log = Path(where), Path(f"{where}-wal")
    if not path.is_file() or (log.exists() and log.stat().st_size):
        return False
    (page_bytes,) = connection.execute("PRAGMA page_size").fetchone()
    return path.stat().st_size % int(page_bytes) != 0
