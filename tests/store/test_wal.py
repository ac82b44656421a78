import errno
import os
import sqlite3
from contextlib import closing

import pytest

from ddm.errors import BusyError, StateError, StateFullError
from ddm.limits import LOG_LONG_BYTES, LOG_TOO_LONG_BYTES
from ddm.store.database import Database, open_database
from ddm.store.wal import Here

INSERT = "INSERT INTO jobs (url, directory, created_s, updated_s) VALUES (?, 'd', 0, 0)"


class Errand:
    over, error = False, None

    def result(self):
        if self.error is not None:
            raise self.error


class Slow:
    """Elsewhere, where nothing is over before the test says so."""

    def __init__(self):
        self.syncs, self.checkpoints, self.asked = [], [], []

    def sync(self, fd, witness_fd, path):
        self.asked.append(
            (os.fstat(fd).st_ino, os.fstat(witness_fd).st_ino, fd != witness_fd, path)
        )
        self.syncs.append(Errand())
        return self.syncs[-1]

    def checkpoint(self, database_path):
        self.checkpoints.append(Errand())
        return self.checkpoints[-1]


@pytest.fixture
def slow():
    return Slow()


@pytest.fixture
def looped(database, slow):
    """The database of a loop."""
    database.enter_loop(slow)
    return database


def log_of(path):
    return path.with_name(f"{path.name}-wal")


def fill(database, size_bytes):
    """Make the log longer by about so much."""
    with database.transaction():
        database.write(INSERT, ("u" * size_bytes,))


def test_a_sync_is_asked_for_with_two_descriptions_of_the_log(looped, slow, path):
    looped.sync()
    inode = log_of(path).stat().st_ino

    assert slow.asked == [(inode, inode, True, str(log_of(path)))]


def test_a_sync_is_over_when_it_is(looped, slow):
    sync = looped.sync()
    before = sync.over
    slow.syncs[0].over = True

    assert (before, sync.over) == (False, True)
    assert sync.result() is None


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.EIO, StateError, "could not be put on the disk: Input/output error; look after its disk"),
        (errno.ENOSPC, StateFullError, "No space left on its disk"),
    ],
)  # fmt: skip
def test_that_the_disk_refuses_is_one_sentence(looped, slow, path, number, kind, words):
    sync = looped.sync()
    slow.syncs[0].over, slow.syncs[0].error = True, OSError(number, os.strerror(number))
    with pytest.raises(kind, match=words) as caught:
        sync.result()

    assert str(log_of(path)) in str(caught.value)


def test_in_a_loop_what_is_to_be_durable_waits_for_no_disk_but_is_owed(looped):
    ran = []
    looped._connection.set_trace_callback(ran.append)
    with looped.transaction():
        looped.write(INSERT, ("u",))
    before = looped.owes()
    with looped.transaction(durable=True):
        looped.write(INSERT, ("v",))

    assert (before, looped.owes(), looped.owes()) == (False, True, False)
    assert "PRAGMA synchronous = FULL" not in ran


def test_without_a_loop_nothing_is_owed(database):
    with database.transaction(durable=True):
        database.write(INSERT, ("u",))
    assert not database.owes()


def test_without_a_loop_a_sync_is_over_at_once(database):
    database.write(INSERT, ("u",))
    sync = database.sync()

    assert sync.over
    assert sync.result() is None


def test_in_memory_there_is_nothing_to_sync(slow):
    with closing(open_database(None)) as database:
        database.enter_loop(slow)
        assert database.sync().over
        database.tidy()
    assert slow.asked == slow.checkpoints == []


def test_where_sqlite_can_have_no_log_each_commit_waits_for_the_disk(tmp_path, slow):
    path, ran = tmp_path / "n.db", []
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.set_trace_callback(ran.append)
        database = Database(connection, str(path), (1, 2))
        database.enter_loop(slow)
        with database.transaction():
            database.write("CREATE TABLE jobs (id)")
        database.tidy()
        assert database.sync().over

    assert slow.asked == slow.checkpoints == []
    assert "PRAGMA synchronous = FULL" in ran


def test_a_long_log_is_copied_into_the_database_and_a_short_one_is_not(looped, slow):
    looped.tidy()
    assert slow.checkpoints == []

    fill(looped, LOG_LONG_BYTES)
    looped.tidy()
    looped.tidy()
    assert len(slow.checkpoints) == 1


def test_nothing_is_committed_while_the_log_begins_anew_but_all_can_be_read(looped, slow):
    fill(looped, LOG_LONG_BYTES)
    looped.tidy()
    with pytest.raises(BusyError, match="try again"), looped.transaction():
        pytest.fail("it has begun")
    assert len(looped.rows("SELECT id FROM jobs")) == 1

    slow.checkpoints[0].over = True
    fill(looped, 1)
    assert len(looped.rows("SELECT id FROM jobs")) == 2


def test_a_log_that_stays_long_is_tried_again_when_it_is_longer_still(looped, slow):
    fill(looped, LOG_LONG_BYTES)
    looped.tidy()
    slow.checkpoints[0].over, slow.checkpoints[0].error = True, OSError("somebody reads")
    looped.tidy()
    assert len(slow.checkpoints) == 1

    fill(looped, LOG_LONG_BYTES)
    looped.tidy()
    assert len(slow.checkpoints) == 2


def test_a_log_that_begins_anew_is_short_and_the_database_has_all(database, path):
    database.enter_loop(Here())
    fill(database, LOG_LONG_BYTES)
    database.tidy()
    assert log_of(path).stat().st_size < LOG_LONG_BYTES / 100

    database.tidy()
    fill(database, LOG_LONG_BYTES)
    database.tidy()
    assert log_of(path).stat().st_size < LOG_LONG_BYTES / 100
    assert path.stat().st_size > 2 * LOG_LONG_BYTES


def test_who_has_no_loop_shortens_a_log_that_is_too_long_when_it_leaves(connect, path):
    reader = connect()
    for size_bytes, shortened in ((LOG_LONG_BYTES, False), (LOG_TOO_LONG_BYTES, True)):
        writer = connect()
        fill(writer, size_bytes)
        writer.close()
        assert (log_of(path).stat().st_size < LOG_LONG_BYTES) == shortened
    assert len(reader.rows("SELECT id FROM jobs")) == 2


def test_closing_takes_away_no_lock_of_another_connection_of_the_process(connect, path, slow):
    """SQLite's locks are on the database and its shared memory; a closed descriptor of those would drop them."""
    writer, other = connect(), connect()
    with writer.transaction():
        writer.write(INSERT, ("u",))
        other.sync()
        other._log.close()
        other._log = None
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as third:  # noqa: SIM117 - one inside the other
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                third.execute("BEGIN IMMEDIATE")


def test_checkpoints_that_fail_are_an_os_error(tmp_path):
    (tmp_path / "none.db").mkdir()
    checkpoint = Here().checkpoint(str(tmp_path / "none.db"))

    assert checkpoint.over
    with pytest.raises(OSError, match="unable to open"):
        checkpoint.result()
