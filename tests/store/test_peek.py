import sqlite3

import pytest

from ddm.record import State
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from ddm.store.peek import Peeked, peek


@pytest.fixture
def path(tmp_path):
    return tmp_path / "jobs.db"


@pytest.fixture
def twelve(path):
    database = open_database(path)
    store = JobStore(database)
    store.add(
        [JobSpec("http://h/a", "/files", name="a.iso"), *[JobSpec("http://h/b", "/files")] * 11]
    )
    store.set_state(11, State.DONE, None)
    yield store
    database.close()


def test_the_jobs_whose_number_begins_so(path, twelve):
    assert [job.id for job in peek(path, "1", set(State))] == [1, 10, 11, 12]
    assert len(peek(path, "", set(State))) == 12
    assert peek(path, "x", set(State)) == []


def test_a_job_has_the_name_that_was_asked_for(path, twelve):
    assert peek(path, "1", set(State))[0] == Peeked(1, State.QUEUED, "a.iso", "http://h/a")
    assert peek(path, "2", set(State)) == [Peeked(2, State.QUEUED, None, "http://h/b")]


def test_only_those_in_these_states(path, twelve):
    assert [job.id for job in peek(path, "", {State.DONE})] == [11]


def test_no_database_is_no_job_and_none_is_made(path):
    assert peek(path, "", set(State)) == []
    assert not path.exists()


@pytest.mark.parametrize(
    "content", [b"", b"no database at all", b"SQLite format 3\0" + b"x" * 4096]
)
def test_what_is_no_database_of_ours_is_no_job_and_stays(path, content):
    path.write_bytes(content)

    assert peek(path, "", set(State)) == []
    assert path.read_bytes() == content


def test_a_writer_holds_up_nobody(path, twelve):
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")

        assert len(peek(path, "", set(State))) == 12
    other.close()


def test_a_state_that_a_newer_ddm_knows_is_no_error(path, twelve):
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA ignore_check_constraints = ON")
        other.execute("UPDATE jobs SET state = 'thinking' WHERE id = 1")
    other.close()

    assert peek(path, "", set(State)) == []
