import os
from contextlib import closing

import pytest

from ddm.errors import StateError
from ddm.spec import JobSpec
from ddm.store.aside import keep_aside, open_or_begin
from ddm.store.jobs import JobStore

SPEC = JobSpec("http://127.0.0.1/f", "/d")
WALL_S = 1_700_000_000.0
STAMP = "20231114-221320"


def begin(path):
    database, said = open_or_begin(path, lambda: WALL_S)
    with closing(database):
        return JobStore(database).all(), said


def names(path):
    return sorted(each.name for each in path.parent.iterdir())


def test_a_whole_one_is_opened_and_nothing_said(path, connect):
    with closing(connect()) as database:
        JobStore(database).add([SPEC])
    jobs, said = begin(path)
    assert ([job.spec for job in jobs], said) == ([SPEC], None)
    assert names(path) == ["jobs.db"]


def test_one_that_is_missing_or_empty_is_begun_and_nothing_said(path):
    assert begin(path) == ([], None)
    path.write_bytes(b"")
    assert begin(path) == ([], None)
    assert names(path) == ["jobs.db"]


def test_a_damaged_one_is_kept_and_a_new_one_begun_with_one_sentence(path):
    path.parent.mkdir()
    path.write_bytes(b"these are my notes\n" * 100)
    jobs, said = begin(path)
    aside = path.with_name(f"jobs.db.damaged-{STAMP}")
    assert jobs == []
    assert said == (
        f"{path} was damaged (file is not a database); it is kept as {aside}, and a new queue is "
        "begun; files that were under way stay as NAME.part"
    )
    assert aside.read_bytes() == b"these are my notes\n" * 100
    assert begin(path) == ([], None)


def test_a_truncated_one_is_kept_as_it_was(path, connect):
    with closing(connect()) as database:
        JobStore(database).add([SPEC] * 1_000)
    os.truncate(path, 40_000)
    found = path.read_bytes()
    jobs, said = begin(path)
    assert jobs == []
    assert said.startswith(f"{path} was damaged (")
    assert "\n" not in said
    assert path.with_name(f"jobs.db.damaged-{STAMP}").read_bytes() == found


def test_one_from_a_newer_ddm_is_refused_and_stays(path, connect):
    with closing(connect()) as database:
        database.write("PRAGMA user_version = 999")
    with pytest.raises(StateError, match="from a newer ddm"):
        begin(path)
    assert names(path) == ["jobs.db"]


def test_the_logs_go_with_it_and_nothing_is_written_over(path):
    path.parent.mkdir()
    for number in ("", "-2", "-3"):
        for suffix in ("", "-wal", "-shm"):
            path.with_name(f"jobs.db{suffix}").write_text(number + suffix)
        aside = keep_aside(path, WALL_S)
        assert aside == path.with_name(f"jobs.db.damaged-{STAMP}{number}")
        for suffix in ("", "-wal", "-shm"):
            assert aside.with_name(aside.name + suffix).read_text() == number + suffix
    assert len(names(path)) == 9


def test_a_log_alone_is_not_written_over(path):
    path.parent.mkdir()
    path.touch()
    path.with_name(f"jobs.db.damaged-{STAMP}-wal").touch()
    assert keep_aside(path, WALL_S).name == f"jobs.db.damaged-{STAMP}-2"


def test_one_that_cannot_be_moved_is_said(path):
    path.parent.mkdir()
    path.touch()
    path = path.with_name("x" * 240)
    path.touch()
    with pytest.raises(StateError, match="File name too long"):
        keep_aside(path, WALL_S)
