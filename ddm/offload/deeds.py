"""What the children do, a step at a time; imports next to nothing, for a child loads it at its start.

Deeds are generators: what they yield between two steps is nothing but a chance to do something else. A child says then
that it is alive; a parent that can have no children does the deeds itself, a step a turn.
"""

import errno
import os
import stat
from _socket import AI_ADDRCONFIG, EAI_NONAME, SOCK_STREAM, getaddrinfo
from time import monotonic

MYPY = False
if MYPY:  # at run time these would be imports more
    from collections.abc import Callable, Generator
    from typing import Any

# What is read in one step.
READ_BYTES = 1 << 20
# What is waited for, while as much again is on its way to the disk: a disk that is flooded holds whoever writes to it,
# the parent too, until the journal of its file system had its turn (up to 500 ms). A slow disk writes 1 MB/s; a piece
# grows as long as it takes no longer than PIECE_S, for a fast one waits for more.
SYNC_BYTES, SYNC_BYTES_MAX, PIECE_S = 4 << 20, 64 << 20, 0.02
# What is begun of each file before the first one is waited for: all of most.
HEAD_START_BYTES = 1 << 20
# A name with more addresses than that has enough of them.
ADDRESSES_MAX = 64
# How long a checkpoint waits for a process that is writing.
BUSY_S = 1.0

WAIT_BEFORE, WRITE, WAIT_AFTER = 1, 2, 4  # of sync_file_range(2)
_UNSUPPORTED = (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ESPIPE)


# The function of libc, once it has been looked for: ctypes takes a child 4 ms, and most need none.
_kept: "dict[str, Callable[..., int] | None]" = {}


def sync_file_range(fd: int, offset: int, length_bytes: int, flags: int) -> None:
    """As the man page says. Raises OSError: EIO, ENOSPC, EDQUOT of what was written before; ENOSYS."""
    import ctypes

    if not _kept:
        libc = ctypes.CDLL(None, use_errno=True)
        _kept["function"] = getattr(libc, "sync_file_range", None)
    function = _kept["function"]
    number = errno.ENOSYS
    while function is not None:
        arguments = ctypes.c_longlong(offset), ctypes.c_longlong(length_bytes)
        if function(ctypes.c_int(fd), *arguments, ctypes.c_uint(flags)) == 0:
            return
        number = ctypes.get_errno()
        if number != errno.EINTR:
            break
    raise OSError(number, os.strerror(number))


def begin_sync(fd: int, size_bytes: "int | None") -> "Generator[None, None, None]":
    """Give a file its size, and begin to write it: a head start for all that are synced together. Raises OSError."""
    _cut(fd, size_bytes)
    _write(fd, 0, HEAD_START_BYTES, WRITE)
    yield


def _cut(fd: int, size_bytes: "int | None") -> None:
    if size_bytes is not None and os.fstat(fd).st_size != size_bytes:
        os.ftruncate(fd, size_bytes)


def sync(fd: int, size_bytes: "int | None") -> "Generator[None, None, None]":
    """Put a file of this size, or the names in a directory, on the disk. Raises OSError."""
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        try:
            os.fsync(fd)
        except OSError as error:
            if error.errno not in _UNSUPPORTED:  # else the file system puts them there itself
                raise
        return
    _cut(fd, size_bytes)
    # One fdatasync of much is silent for minutes; of what is no longer than a piece it is over soon.
    offset, piece_bytes, file_bytes = 0, SYNC_BYTES, os.fstat(fd).st_size
    while offset < file_bytes and file_bytes > SYNC_BYTES:
        begun_s = monotonic()
        if not _write(fd, offset + piece_bytes, piece_bytes, WRITE):
            break
        _write(fd, offset, piece_bytes, WAIT_BEFORE | WRITE | WAIT_AFTER)
        fast = monotonic() - begun_s < PIECE_S
        offset += piece_bytes
        piece_bytes = min(piece_bytes * 2, SYNC_BYTES_MAX) if fast else SYNC_BYTES
        yield
    os.fdatasync(fd)


def _write(fd: int, offset: int, length_bytes: int, flags: int) -> bool:
    """Write a part of a file to the disk; False where the file system cannot. Raises OSError.

    What it raises is a failed sync: the kernel tells of a write error once.
    """
    try:
        sync_file_range(fd, offset, length_bytes, flags)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise
        return False
    return True


def digest(
    fd: int, algorithms: "tuple[str, ...]", size_bytes: int
) -> "Generator[None, None, tuple[str, ...]]":
    """The digests of a file in hexadecimal, by hashlib's names of algorithms. Raises OSError."""
    import hashlib

    hashes = [hashlib.new(name, usedforsecurity=False) for name in algorithms]
    block = memoryview(bytearray(READ_BYTES))
    position = 0
    while position < size_bytes:
        count = os.preadv(fd, [block[: size_bytes - position]], position)
        if not count:  # somebody cut it; the digest will say so
            break
        for each in hashes:
            each.update(block[:count])
        position += count
        yield
    return tuple(each.hexdigest() for each in hashes)


def bury(_fd: int) -> "Generator[None, None, None]":
    """Nothing but what follows each deed: its descriptor is closed, and with the last one a file's room is free."""
    yield


def look_up(host: bytes) -> "Generator[None, None, tuple[str, ...]]":
    """A host's addresses in getaddrinfo's order, as libcurl asks for them. Raises OSError.

    Without those that hold on one link only ("fe80::1%eth0"): no URL can name them.
    """
    yield
    entries = getaddrinfo(host, None, 0, SOCK_STREAM, 0, AI_ADDRCONFIG)
    found = dict.fromkeys(str(entry[4][0]) for entry in entries)
    addresses = tuple(each for each in found if "%" not in each)
    if not addresses:
        raise OSError(EAI_NONAME, "it has no address that can be used")
    return addresses[:ADDRESSES_MAX]


def checkpoint(path: str) -> "Generator[None, None, None]":
    """Move a database's log into it, and make the first commit of the new log, which syncs its header.

    Raises sqlite3.Error.
    """
    import sqlite3

    yield
    uri = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    database = sqlite3.connect(
        f"file:{uri}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_S
    )
    try:
        database.execute("PRAGMA synchronous = FULL")
        database.execute(
            "PRAGMA journal_size_limit = 0"
        )  # of the new log: its length tells when it is long
        # Not once more after the commit: that one is to be in the log, so that no other commit begins it.
        database.execute("PRAGMA wal_autocheckpoint = 0")
        _busy, log, moved = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if log == moved:  # else somebody reads what is left, and the log only grows
            database.execute("BEGIN IMMEDIATE")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            database.execute(f"PRAGMA user_version = {version}")
            database.execute("COMMIT")
    finally:
        database.close()


DEEDS: "dict[str, Callable[..., Generator[None, None, Any]]]" = {
    "sync": sync,
    "digest": digest,
    "bury": bury,
    "look_up": look_up,
    "checkpoint": checkpoint,
}
