import sqlite3
from contextlib import closing

import pytest

from ddm.record import State, Wanted
from ddm.store import migrations
from ddm.store.migrations import MIGRATIONS, migrate, version


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
