"""One process at a time writes a part file: it holds an flock on it, from opening to closing.

The lock is the descriptor's, so that it goes with the process, however that ends.
"""

from __future__ import annotations

import fcntl
import os

from ddm.disk.directory import Directory
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.record import PartIdentity


def lock(fd: int, path: str) -> None:
    """Lock an open file, at once or not at all. Raises FailureError (FILE_BUSY), or OSError with the path."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"another process is writing {path}; wait for it, or end it"
        raise FailureError(Failure(Kind.FILE_BUSY, message, Exit.FILE_BUSY)) from error
    except OSError as error:
        error.filename = path
        raise


def unlock(fd: int) -> None:
    """Let go of the lock. A process that was forked off may have a copy of it, and would keep what is only closed."""
    fcntl.flock(fd, fcntl.LOCK_UN)


def open_beside(folder: Directory, name: str, locked_fd: int) -> int:
    """Another descriptor of a file that is locked by this one; it may be handed out, the lock goes with the first.

    Raises FailureError if another file has the name by now, OSError with the path.
    """
    fd = folder.open(name)
    if os.path.sameopenfile(fd, locked_fd):
        return fd
    os.close(fd)
    message = f"{folder.path_of(name)} was moved or replaced meanwhile; run it again"
    raise FailureError(Failure(Kind.DISK_ERROR, message, Exit.DISK_ERROR))


def open_locked(folder: Directory, name: str, identity: PartIdentity) -> int | None:
    """A locked descriptor of that very file; None if it is not there, or not any more. Raises as `lock`."""
    if not folder.holds(name, identity):
        return None
    fd = folder.open(name)
    try:
        lock(fd, folder.path_of(name))
        found = os.fstat(fd)
        # Who held the lock until now may have renamed the file, or begun another.
        opened = PartIdentity(identity.boot_id, found.st_dev, found.st_ino)
        if opened.same_file(identity) and folder.holds(name, identity):
            return fd
    except BaseException:
        os.close(fd)
        raise
    os.close(fd)
    return None
