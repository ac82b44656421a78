"""Another writer, and no room: nothing is written, and it goes on."""

import os
import signal
import subprocess
import sys
import time

import pytest

from ddm.errors import BusyError, Exit, StateError, StateFullError

INSERT = "INSERT INTO jobs (url, directory, created_s, updated_s) VALUES ('u', 'd', 0, 0)"
COUNT = "SELECT count(*) FROM jobs"

# Stops itself in the middle of a transaction.
STOPPED = (
    "import os, signal, sys; from pathlib import Path; from ddm.store.database import open_database;"
    "database = open_database(Path(sys.argv[1]));"
    "transaction = database.transaction(durable=True);"
    f'transaction.__enter__(); database.write("{INSERT}");'
    "os.kill(os.getpid(), signal.SIGSTOP); transaction.__exit__(None, None, None)"
)


def count(database):
    return database.rows(COUNT)[0][0]


@pytest.fixture
def impatient(database):
    database.wait_for_others(0)
    return database


@pytest.fixture
def stopped(path, database):
    """A process that was stopped in the middle of writing."""
    process = subprocess.Popen([sys.executable, "-c", STOPPED, str(path)])
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("durable", [False, True])
def test_a_writer_that_does_not_end_is_said(impatient, connect, path, durable):
    with connect().transaction(), pytest.raises(BusyError) as caught:  # noqa: SIM117 - one inside the other
        with impatient.transaction(durable=durable):
            pass
    assert str(caught.value) == (
        f"{path} cannot be used: database is locked; "
        "another program holds it; end that one or try again"
    )
    assert caught.value.code is Exit.STATE


def test_reading_does_not_wait_for_a_writer(impatient, connect):
    impatient.write(INSERT)
    other = connect()
    with other.transaction(durable=True):
        other.write(INSERT)
        assert count(impatient) == 1
        assert not impatient.changed()
    assert count(impatient) == 2
    assert impatient.changed()


@pytest.mark.parametrize("durable", [False, True])
def test_after_a_writer_that_did_not_end_it_goes_on(impatient, connect, durable):
    other = connect()
    with other.transaction():
        other.write(INSERT)
        with pytest.raises(BusyError), impatient.transaction(durable=durable):
            impatient.write(INSERT)
        with pytest.raises(BusyError):
            impatient.write(INSERT)
    assert impatient.rows("PRAGMA synchronous")[0][0] == 1
    with impatient.transaction(durable=durable):
        impatient.write(INSERT)
    assert count(other) == 2


def test_a_process_stopped_while_it_writes_stops_no_other(impatient, stopped):
    begun_s = time.monotonic()
    with pytest.raises(BusyError), impatient.transaction(durable=True):
        impatient.write(INSERT)
    assert count(impatient) == 0
    assert time.monotonic() - begun_s < 1.0


def test_opening_and_reading_do_not_wait_for_a_process_stopped_while_it_writes(connect, stopped):
    begun_s = time.monotonic()
    assert count(connect(check=True)) == 0
    assert time.monotonic() - begun_s < 1.0


def test_after_the_death_of_a_process_that_was_writing_it_goes_on(impatient, stopped):
    stopped.kill()
    stopped.wait()
    with impatient.transaction(durable=True):
        impatient.write(INSERT)
    assert count(impatient) == 1


def test_a_process_that_was_stopped_while_it_wrote_goes_on(impatient, stopped):
    with pytest.raises(BusyError):
        impatient.write(INSERT)
    stopped.send_signal(signal.SIGCONT)
    assert stopped.wait(60) == 0
    impatient.write(INSERT)
    assert count(impatient) == 2


BIG = "UPDATE jobs SET url = hex(zeroblob(100000))"


@pytest.fixture
def full(database):
    """A database of one job that has no room for another page."""
    database.write(INSERT)
    pages = database.rows("PRAGMA page_count")[0][0]
    database.rows(f"PRAGMA max_page_count = {pages}")
    return database


@pytest.mark.parametrize("durable", [False, True])
def test_without_room_nothing_is_written_and_it_goes_on(full, connect, path, durable):

    def change():
        with full.transaction(durable=durable):
            full.write("UPDATE jobs SET directory = 'e'")
            full.write(BIG)

    with pytest.raises(StateFullError) as caught:
        change()
    assert caught.value.code is Exit.DISK_FULL
    assert str(caught.value) == (
        f"could not write to {path}: No space left on its disk; nothing that it held is lost; "
        "make room and try again"
    )
    assert full.rows("PRAGMA synchronous")[0][0] == 1
    with full.transaction(durable=durable):
        full.write(INSERT)
    assert [row["directory"] for row in connect().rows("SELECT * FROM jobs")] == ["d", "d"]


def test_what_comes_after_a_rollback_by_itself_is_not_committed_alone(database):
    database.write(INSERT)

    def change():
        with database.transaction():
            database._connection.execute("ROLLBACK")  # as SQLite does where it finds no room
            database.write(INSERT)

    with pytest.raises(StateError, match="rolled back"):
        change()
    assert count(database) == 1


def test_the_first_error_is_the_one_that_is_told(database):
    def close():
        with database.transaction(durable=True):
            database.close()
            raise LookupError("the first")

    with pytest.raises(LookupError, match="the first"):
        close()
