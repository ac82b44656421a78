"""Room for a whole file, looked for before the first byte is fetched.

A file system that sets blocks aside in one stroke is asked to: then a full disk shows at once, and
the file lies in one piece. Elsewhere (tmpfs would zero memory, NFS would ask its server) the file
only gets its length.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path

from ddm.disk import libc
from ddm.failures import FailureError, no_room
from ddm.limits import MIB, ROOM_LEAST_BYTES

# ext2/3/4, XFS, Btrfs, F2FS. Source: linux/magic.h, statfs(2).
_FAST = {0xEF53, 0x58465342, 0x9123683E, 0xF2F52010}
# A file longer than `_AT_ONCE_BYTES` holds the turn of all others for one slice: a block group of ext4, whose bitmap
# may have to be read from the disk. A GiB in one stroke has taken 70 ms.
_SLICE_BYTES = 128 * MIB
_AT_ONCE_BYTES = 64 * MIB
_BLOCK_BYTES = 512  # the unit of st_blocks, whatever the file system's own is: stat(2)


def set_aside(fd: int, size_bytes: int, path: str, *, extend: bool) -> Generator[None, None, None]:
    """Make sure that `size_bytes` fit into the open file. Yields before each slice of a large one.

    extend: whether the file also gets that length. Never cuts it.
    Raises FailureError if there is no room, OSError for anything else.
    """
    found = os.fstat(fd)
    _check_room(fd, size_bytes - found.st_blocks * _BLOCK_BYTES, path)
    if libc.file_system(fd, path) in _FAST and (
        yield from _allocate(fd, size_bytes, path, extend=extend)
    ):
        return
    if extend and found.st_size < size_bytes:
        os.ftruncate(fd, size_bytes)


def lacking_bytes(path: Path, size_bytes: int | None) -> int:
    """How much more room a file of that length needs than there is; 0 or less is enough.

    The file need not be there, nor its directory; what it takes up already is not needed again.
    size_bytes: None where nobody knows. Raises OSError.
    """
    above = next(each for each in path.parents if each.exists())
    needed_bytes = ROOM_LEAST_BYTES if size_bytes is None else size_bytes
    if size_bytes is not None:
        with suppress(FileNotFoundError):
            needed_bytes -= path.lstat().st_blocks * _BLOCK_BYTES
    return _lacking_bytes(os.statvfs(above), needed_bytes)


def _check_room(fd: int, needed_bytes: int, path: str) -> None:
    missing_bytes = _lacking_bytes(os.fstatvfs(fd), needed_bytes)
    if missing_bytes > 0:
        raise FailureError(no_room(path, os.strerror(errno.ENOSPC)))


def _lacking_bytes(free: os.statvfs_result, needed_bytes: int) -> int:
    if not free.f_blocks:
        return 0  # a file system that does not say, as some in user space
    return needed_bytes - free.f_bavail * free.f_frsize


def _allocate(fd: int, size_bytes: int, path: str, *, extend: bool) -> Generator[None, None, bool]:
    """Whether the file system could do it."""
    try:
        for start in range(0, size_bytes, _SLICE_BYTES):
            if size_bytes > _AT_ONCE_BYTES:
                yield
            libc.fallocate(fd, start, min(_SLICE_BYTES, size_bytes - start), path, extend=extend)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FailureError(no_room(path, os.strerror(error.errno))) from error
        if error.errno in (errno.EOPNOTSUPP, errno.ENOSYS):
            return False
        raise
    return True
