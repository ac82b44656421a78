"""What is no database, or not whole; see also test_aside.py."""

import os
import sqlite3
from contextlib import closing

import pytest

from ddm.errors import DamagedError, Exit
from ddm.store.database import open_database

INSERT = "INSERT INTO jobs (url, directory, created_s, updated_s) VALUES ('u', 'd', 0, 0)"
COUNT = "SELECT count(*) FROM jobs"


@pytest.fixture
def kept(path, connect):
    """The path of a database of 1,000 jobs that was closed, all of it in its file."""
    with closing(connect()) as first, first.transaction():
        for _ in range(1_000):
            first.write(INSERT)
    assert not path.with_name("jobs.db-wal").exists()
    return path


def count(database):
    return database.rows(COUNT)[0][0]


def test_what_is_no_database_is_said_with_the_way_out(path, connect):
    path.parent.mkdir()
    path.write_bytes(b"these are my notes\n" * 100)
    with pytest.raises(DamagedError, match="file is not a database") as caught:
        connect()
    assert caught.value.code is Exit.STATE
    assert str(caught.value).startswith(f"{path} cannot be read")
    assert "it holds the queue: move it" in str(caught.value)
    assert path.read_bytes() == b"these are my notes\n" * 100


@pytest.mark.parametrize("keep_bytes", [2, 100, 4096, 6000, 40_000])
def test_a_truncated_one_is_said_when_it_is_opened_or_read(kept, connect, keep_bytes):
    os.truncate(kept, keep_bytes)
    with pytest.raises(DamagedError, match=r"malformed|not a database") as caught:
        connect().rows("SELECT * FROM jobs")
    assert str(kept) in str(caught.value)


@pytest.mark.parametrize("keep_bytes", [2, 100, 4096, 6000, 40_000])
def test_a_truncated_one_is_said_when_it_is_opened_with_a_check(kept, connect, keep_bytes):
    os.truncate(kept, keep_bytes)
    with pytest.raises(DamagedError) as caught:
        connect(check=True)
    assert "\n" not in str(caught.value)


def test_a_page_of_zeros_is_found_by_the_check(kept, connect):
    with kept.open("r+b") as file:
        file.seek(5 * 4096)
        file.write(bytes(4096))
    connect()
    with pytest.raises(DamagedError):
        connect(check=True)


def test_a_whole_one_passes_the_check(kept, connect):
    assert count(connect(check=True)) == 1_000


@pytest.mark.parametrize("table", ["CREATE TABLE jobs (a)", "CREATE TABLE jobs (id, state)"])
@pytest.mark.parametrize("version", [0, 2])
def test_a_table_of_somebody_else_is_damage(path, connect, table, version):
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(table)
        raw.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(DamagedError, match=r"jobs already exists|no such column"):
        connect()


@pytest.fixture
def with_log(kept, tmp_path):
    """The path of a copy that a dead process left: 1,000 jobs in the file and one more in its log."""
    copy = tmp_path / "copy.db"
    with closing(open_database(kept)) as database:
        database.write(INSERT)
        copy.write_bytes(kept.read_bytes())
        copy.with_name("copy.db-wal").write_bytes(kept.with_name("jobs.db-wal").read_bytes())
    return copy


def test_what_a_dead_process_left_in_the_log_is_there(with_log, connect):
    assert count(connect(with_log, check=True)) == 1_001


def test_without_its_log_there_is_what_was_in_the_file(with_log, connect):
    with_log.with_name("copy.db-wal").unlink()
    assert count(connect(with_log, check=True)) == 1_000


@pytest.mark.parametrize("garbage", [b"", b"garbage" * 10_000])
def test_a_log_of_garbage_is_not_believed(with_log, connect, garbage):
    with_log.with_name("copy.db-wal").write_bytes(garbage)
    assert count(connect(with_log, check=True)) == 1_000


def test_a_log_whose_database_is_gone_is_not_read_into_a_new_one(with_log, connect):
    with_log.unlink()
    assert count(connect(with_log, check=True)) == 0
