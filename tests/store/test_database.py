import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing, suppress

import pytest

from ddm.errors import StateError
from ddm.store.database import open_database

INSERT = "INSERT INTO jobs (url, directory, created_s, updated_s) VALUES ('u', 'd', 0, 0)"
COUNT = "SELECT count(*) FROM jobs"


def count(database):
    return database.rows(COUNT)[0][0]


def test_it_is_private_whatever_the_umask(path, connect):
    before = os.umask(0)
    try:
        database = connect()
        database.write(INSERT)
    finally:
        os.umask(before)
    modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()}
    assert modes == dict.fromkeys(["jobs.db", "jobs.db-wal", "jobs.db-shm"], 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_one_that_others_could_read_becomes_private(path, connect):
    connect().close()
    path.chmod(0o644)
    connect()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_writes_ahead(database):
    assert database.rows("PRAGMA journal_mode")[0][0] == "wal"
    assert database.rows("PRAGMA synchronous")[0][0] == 1
    assert database.rows("PRAGMA foreign_keys")[0][0] == 1


def test_one_in_memory_leaves_no_file(tmp_path, connect, monkeypatch):
    monkeypatch.chdir(tmp_path)
    connect(None).write(INSERT)
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_is_there_the_next_time(connect):
    with closing(connect()) as first:
        first.write(INSERT)
    assert count(connect()) == 1


@pytest.mark.parametrize("durable", [False, True])
def test_a_transaction_is_all_or_nothing(database, connect, durable):
    with database.transaction(durable=durable):
        database.write(INSERT)
        database.write(INSERT)
        assert count(connect()) == 0
    assert count(connect()) == 2
    with suppress(LookupError), database.transaction(durable=durable):
        database.write(INSERT)
        raise LookupError
    assert count(database) == 2


def test_a_transaction_within_another_is_part_of_it(database):
    with suppress(LookupError), database.transaction():
        with database.transaction():
            database.write(INSERT)
        raise LookupError
    assert count(database) == 0


def test_a_durable_transaction_is_synced_and_the_next_one_is_not(database):
    with database.transaction(durable=True), database.transaction():
        assert database.rows("PRAGMA synchronous")[0][0] == 2
    with database.transaction():
        assert database.rows("PRAGMA synchronous")[0][0] == 1


def test_a_durable_transaction_within_one_that_is_not_is_a_bug(database):
    outer, inner = database.transaction(), database.transaction(durable=True)
    with pytest.raises(RuntimeError, match="not durable"), outer, inner:
        pass
    with database.transaction(durable=True):
        database.write(INSERT)
    assert count(database) == 1


def test_a_change_is_noticed_once_and_only_another_ones(database, connect):
    other = connect()
    database.write(INSERT)
    assert not database.changed()
    other.write(INSERT)
    assert database.changed()
    assert not database.changed()


def test_an_empty_file_becomes_a_database(path, connect):
    path.parent.mkdir()
    path.touch()
    assert count(connect()) == 0


def test_one_from_a_newer_ddm_is_left_alone(path, connect):
    with closing(connect()) as first:
        first.write("PRAGMA user_version = 999")
    with pytest.raises(StateError, match="from a newer ddm") as caught:
        connect()
    assert str(path) in str(caught.value)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA user_version").fetchone() == (999,)


def test_a_place_that_is_no_directory_is_said_with_the_way_out(tmp_path, connect):
    (tmp_path / "file").touch()
    with pytest.raises(StateError, match="XDG_STATE_HOME") as caught:
        connect(tmp_path / "file" / "jobs.db")
    assert str(tmp_path / "file" / "jobs.db") in str(caught.value)


def test_a_directory_in_its_place_is_said(path, connect):
    path.mkdir(parents=True)
    with pytest.raises(StateError, match="unable to open database file"):
        connect()


def test_a_message_does_not_repeat_values(database):
    with pytest.raises(StateError) as caught:
        database.write("INSERT INTO jobs (url, directory) VALUES (?, ?)", ("secret", "secret"))
    assert "secret" not in str(caught.value)


def test_it_is_seen_when_its_path_is_another_file(path, database, connect):
    assert not database.replaced()
    path.rename(path.with_name("moved"))
    assert database.replaced()
    assert not connect().replaced()
    assert database.replaced()


def test_one_in_memory_is_not_replaced(connect):
    assert not connect(None).replaced()


def test_many_processes_may_begin_the_same_database_at_once(path):
    code = (
        "import sys; from pathlib import Path; from ddm.store.database import open_database;"
        f'open_database(Path(sys.argv[1])).write("{INSERT}")'
    )
    begun = [subprocess.Popen([sys.executable, "-c", code, str(path)]) for _ in range(6)]
    assert [process.wait(60) for process in begun] == [0] * 6
    with closing(open_database(path)) as database:
        assert count(database) == 6
