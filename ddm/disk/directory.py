"""The directory of a job, open: names are looked up below its descriptor, links are not followed.

So a directory that is renamed or replaced while a file is fetched does not send the file elsewhere.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from ddm.disk import libc
from ddm.disk.settled import Settled
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.record import PartIdentity

_FILE_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
# What a kernel or a file system says that does not know RENAME_NOREPLACE, sync_file_range, or a sync of directories.
NOT_SUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


class Directory:
    """A directory by its descriptor. Every method raises OSError with the full path in it.

    Files of one directory share one: each user closes it.
    """

    def __init__(self, path: str) -> None:
        """Open it; make it and its parents if they are missing. Raises FailureError."""
        self.path = path
        self._fd = -1
        self._users = 1
        self._settled = Settled()
        try:
            self._fd = _open_or_make(path)
            self._found = os.fstat(self._fd)
        except OSError as error:
            raise FailureError(
                Failure(
                    Kind.NO_DIRECTORY,
                    f"could not open the directory {path}: {error.strerror}; "
                    "choose one you may write to with -d",
                    Exit.DIRECTORY_FAILED,
                )
            ) from error

    def share(self) -> None:
        """One user more."""
        self._users += 1

    @property
    def is_at_its_path(self) -> bool:
        """Whether it is open, and its path still leads to it; people and scripts will look for its files there."""
        try:
            return self._fd >= 0 and os.path.samestat(os.stat(self.path), self._found)  # noqa: PTH116
        except OSError:
            return False

    @cached_property
    def mount(self) -> str:
        """The mount that it is on, and each file that is made in it, while it is open; "" where nobody says."""
        return mount_of(self._fd, self.path)

    def path_of(self, name: str) -> str:
        """The full path of a name in it, for people."""
        return os.path.join(self.path, name)  # noqa: PTH118 - once per file and more

    def lstat(self, name: str) -> os.stat_result | None:
        """What is there, None if nothing. A symbolic link is there, wherever it points."""
        with self._naming(name):
            try:
                return os.stat(name, dir_fd=self._fd, follow_symlinks=False)
            except FileNotFoundError:
                return None

    def holds(self, name: str, identity: PartIdentity) -> bool:
        """Whether the name is that very file, and a regular one."""
        found = self.lstat(name)
        return (
            found is not None
            and stat.S_ISREG(found.st_mode)
            and (found.st_dev, found.st_ino) == (identity.device, identity.inode)
        )

    def create(self, name: str) -> int:
        """A descriptor of a new, empty file that only its owner may read. EEXIST if it exists."""
        with self._naming(name):
            return os.open(name, _FILE_FLAGS | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=self._fd)

    def open(self, name: str) -> int:
        """A descriptor of a file that is there."""
        with self._naming(name):
            return os.open(name, _FILE_FLAGS, dir_fd=self._fd)

    def rename(self, old: str, new: str) -> int:
        """Give a file another name, in one step where possible; the change to `settle`. EEXIST if the name is taken."""
        try:
            libc.rename_exclusively(self._fd, old, new, self.path_of(new))
        except OSError as error:
            if error.errno not in NOT_SUPPORTED:
                raise
            with self._naming(new):
                os.link(old, new, src_dir_fd=self._fd, dst_dir_fd=self._fd, follow_symlinks=False)
            self.unlink(old)
        return self._settled.changed()

    def replace(self, old: str, new: str) -> int:
        """As `rename`, also if a file has the name; a directory is never replaced."""
        with self._naming(new):
            os.replace(old, new, src_dir_fd=self._fd, dst_dir_fd=self._fd)
        return self._settled.changed()

    def unlink(self, name: str) -> int:
        """Remove a name; the change to `settle`."""
        with self._naming(name):
            os.unlink(name, dir_fd=self._fd)
        return self._settled.changed()

    def settle(self, change: int) -> None:
        """As `sync`, unless one has put that change on the disk already."""
        self._settled.settle(change, self.sync)

    def sync(self) -> None:
        """Put its names on the disk. Where the file system has no such thing, that is no error."""
        with self._naming(""):
            try:
                os.fsync(self._fd)
            except OSError as error:
                if error.errno not in NOT_SUPPORTED:
                    raise

    def close(self) -> None:
        """One user less; the last one closes it."""
        self._users -= 1
        if not self._users:
            fd, self._fd = self._fd, -1
            os.close(fd)

    @contextmanager
    def _naming(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            error.filename, error.filename2 = self.path_of(name), None
            raise


def mount_of(fd: int, path: str) -> str:
    """The mount of an open file; "" where nobody says."""
    try:
        return libc.mount_id(fd, path)
    except OSError:
        return ""


def _open_or_make(path: str) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        Path(path).mkdir(parents=True, exist_ok=True)
        return os.open(path, flags)
