import os
import sqlite3
from types import SimpleNamespace

import pytest

from ddm.errors import BusyError, DamagedError, StateError, StateFullError
from ddm.store.sqlite_failure import state_error


def failure(code):
    error = sqlite3.OperationalError("what SQLite says")
    error.sqlite_errorcode = code
    return error


@pytest.fixture
def room(monkeypatch, tmp_path):
    """Says how much room there is."""

    def has(free_bytes):
        found = SimpleNamespace(f_bavail=free_bytes // 4096, f_frsize=4096)
        monkeypatch.setattr(os, "statvfs", lambda _: found)

    has(1 << 30)
    return has


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (sqlite3.SQLITE_BUSY, BusyError),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, BusyError),
        (sqlite3.SQLITE_BUSY_RECOVERY, BusyError),
        (sqlite3.SQLITE_LOCKED, BusyError),
        (sqlite3.SQLITE_PROTOCOL, BusyError),
        (sqlite3.SQLITE_FULL, StateFullError),
        (sqlite3.SQLITE_NOTADB, DamagedError),
        (sqlite3.SQLITE_CORRUPT_INDEX, DamagedError),
        (sqlite3.SQLITE_IOERR_WRITE, StateError),
        (sqlite3.SQLITE_CANTOPEN, StateError),
        (sqlite3.SQLITE_READONLY, StateError),
        (sqlite3.SQLITE_ERROR, StateError),
    ],
)
def test_each_error_has_its_class_and_names_the_path(room, tmp_path, code, expected):
    found = state_error(str(tmp_path / "jobs.db"), failure(code))
    assert type(found) is expected
    assert str(tmp_path / "jobs.db") in str(found)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_CANTOPEN])
@pytest.mark.parametrize(("free_bytes", "expected"), [(0, True), (65_535, True), (65_536, False)])
def test_an_error_where_there_is_no_room_is_that(room, tmp_path, code, free_bytes, expected):
    room(free_bytes)
    found = state_error(str(tmp_path / "jobs.db"), failure(code))
    assert isinstance(found, StateFullError) == expected


def test_an_error_without_a_code_is_said_all_the_same():
    error = state_error("/d/jobs.db", sqlite3.ProgrammingError("closed"))
    assert str(error).startswith("/d/jobs.db cannot be used: closed; ")


def test_a_directory_that_is_gone_is_not_full(tmp_path):
    found = state_error(str(tmp_path / "gone" / "jobs.db"), failure(sqlite3.SQLITE_IOERR))
    assert str(found).endswith("look after its disk")
