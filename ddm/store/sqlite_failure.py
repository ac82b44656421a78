"""SQLite's errors as sentences with a way out.

SQLite's messages do not repeat values, so they may be shown.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from ddm.errors import BusyError, DamagedError, StateError, StateFullError

MAY_NOT = "make it and its directory writable, or choose another place with XDG_STATE_HOME"
# PROTOCOL: a reader gave up, because a writer was stopped while it told where the log ends.
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
# What a full disk may look like too: SQLite says FULL of its writes, but not where it makes a file
# or extends the shared memory, and the errno is not told.
_PERHAPS_FULL = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
# The shared memory grows by 32 KiB, the log by some pages; with less than this one may not fit.
_ROOM_BYTES_MIN = 64 * 1024


def state_error(path: str, error: sqlite3.Error) -> StateError:
    """What an error of the database at `path` is called here: busy, full, damaged, or just unusable."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest is detail
    if code in _BUSY:
        return BusyError(
            f"{path} cannot be used: {error}; another program holds it; end that one or try again"
        )
    if code == sqlite3.SQLITE_FULL or (code in _PERHAPS_FULL and _is_full(path)):
        return full_error(path)
    if code in _DAMAGED:
        return damaged_error(path, str(error))
    way_out = "look after its disk" if code == sqlite3.SQLITE_IOERR else MAY_NOT
    return StateError(f"{path} cannot be used: {error}; {way_out}")


def unopened_error(path: str, error: OSError) -> StateError:
    """A file of the database cannot be had."""
    if error.errno in _NO_ROOM:
        return full_error(path)
    return StateError(f"could not open {path}: {error.strerror}; {MAY_NOT}")


def unsynced_error(path: str, error: OSError) -> StateError:
    """What was committed may not be on the disk."""
    if error.errno in _NO_ROOM:
        return full_error(path)
    return StateError(f"{path} could not be put on the disk: {error.strerror}; look after its disk")


def full_error(path: str) -> StateFullError:
    """There is no room for what is to be stored."""
    return StateFullError(
        f"could not write to {path}: No space left on its disk; nothing that it held is lost; "
        "make room and try again"
    )


def damaged_error(path: str, why: str) -> DamagedError:
    """The file is not to be believed."""
    return DamagedError(
        f"{path} cannot be read ({why}); it holds the queue: move it and its -wal and -shm "
        "files away, and ddm begins a new one"
    )


def _is_full(path: str) -> bool:
    with suppress(OSError):
        found = os.statvfs(Path(path).parent)
        return found.f_bavail * found.f_frsize < _ROOM_BYTES_MIN
    return False
