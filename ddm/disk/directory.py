"""The directory of a job, open: names are looked up below its descriptor, links are not followed.

So a directory that is renamed or replaced while a file is fetched does not send the file elsewhere.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ddm.disk import libc
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.record import PartIdentity

_FILE_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
# What a kernel or a file system says that does not know RENAME_NOREPLACE, or a sync of directories.
_NOT_SUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}


class Directory:
    """A directory by its descriptor. Every method raises OSError with the full path in it."""

    def __init__(self, path: str) -> None:
        """Open it; make it and its parents if they are missing. Raises FailureError."""
        self.path = path
        self._fd = -1
        try:
            self._fd = _open_or_make(path)
        except OSError as error:
            raise FailureError(
                Failure(
                    Kind.NO_DIRECTORY,
                    f"could not open the directory {path}: {error.strerror}; "
                    "choose one you may write to with -d",
                    Exit.DIRECTORY_FAILED,
                )
            ) from error

    @property
    def is_at_its_path(self) -> bool:
        """Whether its path still leads to it; people and scripts will look for its files there."""
        try:
            return os.path.samestat(Path(self.path).stat(), os.fstat(self._fd))
        except OSError:
            return False

    def path_of(self, name: str) -> str:
        """The full path of a name in it, for people."""
        return str(Path(self.path, name))

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

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, in one step where possible. EEXIST if the name is taken."""
        try:
            libc.rename_exclusively(self._fd, old, new, self.path_of(new))
        except OSError as error:
            if error.errno not in _NOT_SUPPORTED:
                raise
            with self._naming(new):
                os.link(old, new, src_dir_fd=self._fd, dst_dir_fd=self._fd, follow_symlinks=False)
            self.unlink(old)

    def replace(self, old: str, new: str) -> None:
        """Give a file another name, in one step, also if a file has it; a directory is never replaced."""
        with self._naming(new):
            os.replace(old, new, src_dir_fd=self._fd, dst_dir_fd=self._fd)

    def unlink(self, name: str) -> None:
        """Remove a name."""
        with self._naming(name):
            os.unlink(name, dir_fd=self._fd)

    def sync(self) -> None:
        """Put its names on the disk. Where the file system has no such thing, that is no error."""
        with self._naming(""):
            try:
                os.fsync(self._fd)
            except OSError as error:
                if error.errno not in _NOT_SUPPORTED:
                    raise

    def close(self) -> None:
        """Close it; again is no error."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            os.close(fd)

    @contextmanager
    def _naming(self, name: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            error.filename, error.filename2 = self.path_of(name), None
            raise


def _open_or_make(path: str) -> int:
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        Path(path).mkdir(parents=True, exist_ok=True)
        return os.open(path, flags)
