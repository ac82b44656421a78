import sqlite3
from contextlib import closing

import pytest

from ddm.record import PartIdentity, State, Wanted
from ddm.spec import JobSpec
from ddm.store import migrations
from ddm.store.database import Database, open_database
from ddm.store.migrations import MIGRATIONS, migrate, version
from ddm.store.table import JobTable


@pytest.fixture
def connection():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


def test_a_new_database_goes_through_every_step_once(connection):
    assert version(connection) == 0
    migrate(connection)
    migrate(connection)
    assert version(connection) == len(MIGRATIONS)


def test_a_step_that_fails_leaves_nothing_behind(connection, monkeypatch):
    def broken(connection):
        connection.execute("CREATE TABLE half (a)")
        connection.execute("CREATE TABLE jobs (a)")

    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(sqlite3.OperationalError, match="jobs already exists"):
        migrate(connection)
    assert version(connection) == len(MIGRATIONS)
    assert connection.execute("SELECT * FROM sqlite_master WHERE name = 'half'").fetchall() == []


def test_the_table_knows_every_state_and_wish_and_no_other(connection):
    migrate(connection)
    insert = (
        "INSERT INTO jobs (url, directory, created_s, updated_s, state, wanted)"
        " VALUES ('', '', 0, 0, ?, ?)"
    )
    for state in State:
        for wanted in Wanted:
            connection.execute(insert, (state.value, wanted.value))
    for pair in (("lost", "run"), ("queued", "fly")):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(insert, pair)


def test_the_number_of_a_removed_job_is_not_given_again(connection):
    migrate(connection)
    insert = "INSERT INTO jobs (url, directory, created_s, updated_s) VALUES ('', '', 0, 0)"
    assert connection.execute(insert).lastrowid == 1
    connection.execute("DELETE FROM jobs")
    assert connection.execute(insert).lastrowid == 2


def test_the_queue_is_found_by_its_index(connection):
    migrate(connection)
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT * FROM jobs WHERE state = 'queued' ORDER BY id LIMIT 1"
    ).fetchall()
    assert "jobs_state" in plan[0][3]


def test_wishes_are_found_by_their_index(connection):
    migrate(connection)
    asked = []
    connection.row_factory = sqlite3.Row
    connection.set_trace_callback(asked.append)
    JobTable(Database(connection, ":memory:", None)).wishes()
    connection.set_trace_callback(None)
    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked[-1]}").fetchall()
    assert [row["detail"] for row in plan] == ["SEARCH jobs USING INDEX jobs_wishes (id>?)"]


def test_a_database_of_the_first_step_keeps_its_jobs(path):
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        MIGRATIONS[0](old)
        old.execute("PRAGMA user_version = 1")
        old.execute(
            "INSERT INTO jobs (url, directory, wanted, part_boot_id, part_device, part_inode,"
            " created_s, updated_s) VALUES ('u', '/d', 'pause', 'b', '1', '2', 0, 0)"
        )
    with closing(open_database(path)) as database:
        (found,) = JobTable(database).all()
    assert (found.spec, found.wanted) == (JobSpec("u", "/d"), Wanted.PAUSE)
    assert found.part == PartIdentity("b", 1, 2, "")
    assert (found.vouched, found.checking, found.delete_files) == ((), False, False)


def test_a_step_that_a_full_disk_rolled_back_says_so(connection, monkeypatch):
    def full(connection):
        connection.execute("CREATE TABLE big (a)")
        connection.execute("INSERT INTO big VALUES (zeroblob(1000000))")

    migrate(connection)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*MIGRATIONS, full))
    with pytest.raises(sqlite3.OperationalError, match="full"):
        migrate(connection)
