"""Files and directories that only their owner may read, whatever the umask.

No symbolic link is followed at the last component of a path: somebody else may have planted it.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def make_directory(path: Path) -> None:
    """Make a directory and the parents that are missing, each with mode 0700. Raises OSError.

    One that exists is left as its owner made it.
    """
    for each in (*reversed(path.parents), path):
        if not each.is_dir():
            each.mkdir(exist_ok=True)
            each.chmod(0o700)


def open_file(path: Path, flags: int) -> int:
    """A descriptor of a file with mode 0600, created if it is missing. Raises OSError.

    flags: as for os.open.
    """
    # O_NONBLOCK: a pipe in the file's place would wait for a reader.
    fd = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    try:
        os.fchmod(fd, 0o600)
    except OSError:
        os.close(fd)
        raise
    return fd


def replace(path: Path, content: bytes, *, draft: Path, durable: bool = False) -> None:
    """Write a file with mode 0600, whole or not at all. Raises OSError.

    draft: where it is written first, in the same directory; it does not stay. durable: the content is on the disk
    before it has its name.
    """
    try:
        with os.fdopen(open_file(draft, os.O_WRONLY | os.O_TRUNC), "wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise
