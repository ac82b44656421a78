"""The directory of a job, open: names are looked up below its descriptor, links are not followed.

So a directory that is renamed or replaced while a file is fetched does not send the file elsewhere.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from ddm.disk import libc
from ddm.disk.elsewhere import Elsewhere, sync_directory
from ddm.disk.settled import Changes, Settled
from ddm.errand import Errand
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind
from ddm.record import PartIdentity

_FILE_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC
_HOLDING_FLAGS = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_DIRECTORY_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC


class Directory:
    """A directory by its descriptor. Every method raises OSError with the full path in it.

    Files of one directory share one: each user closes it. elsewhere: where its names are put on the disk.
    """

    def __init__(self, path: str, elsewhere: Elsewhere) -> None:
        """Open it; make it and its parents if they are missing. Raises FailureError."""
        self.path = path
        self.elsewhere = elsewhere
        self._fd = self._witness_fd = -1
        self._users = 1
        self._settled = Settled()
        try:
            self._fd = _open_or_make(path)
            self._witness_fd = os.open(".", _DIRECTORY_FLAGS, dir_fd=self._fd)
            self._found = os.fstat(self._fd)
        except OSError as error:
            self.close()
            raise FailureError(
                Failure(
                    Kind.NO_DIRECTORY,
                    f"could not open the directory {path}: {error.strerror}; "
                    "choose one you may write to",
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

    def hold(self, name: str) -> int | None:
        """A descriptor that keeps a file from being freed when its name goes, and can do nothing else; None if none."""
        with suppress(OSError):
            return os.open(name, _HOLDING_FLAGS, dir_fd=self._fd)
        return None

    def rename(self, old: str, new: str) -> Changes:
        """Give a file another name, in one step where possible; what is to `settle`. EEXIST if the name is taken."""
        try:
            libc.rename_exclusively(self._fd, old, new, self.path_of(new))
        except OSError as error:
            if error.errno not in libc.NOT_SUPPORTED:
                raise
            with self._naming(new):
                os.link(old, new, src_dir_fd=self._fd, dst_dir_fd=self._fd, follow_symlinks=False)
            self.unlink(old)
        return self._settled.changed()

    def replace(self, old: str, new: str) -> Changes:
        """As `rename`, also if a file has the name; a directory is never replaced."""
        with self._naming(new):
            os.replace(old, new, src_dir_fd=self._fd, dst_dir_fd=self._fd)
        return self._settled.changed()

    def unlink(self, name: str) -> Changes:
        """Remove a name; what is to `settle`."""
        with self._naming(name):
            os.unlink(name, dir_fd=self._fd)
        return self._settled.changed()

    def settle(self, changes: Changes) -> Errand[None]:
        """Put these changes on the disk, unless a sync has done that. It is to stay open until that is over."""
        return self._settled.settle(changes, self._sync_elsewhere)

    def _sync_elsewhere(self) -> Errand[None]:
        return self.elsewhere.sync(self._fd, self._witness_fd, self.path)

    def sync(self) -> None:
        """Put its names on the disk, now, and wait for it."""
        with self._naming(""):
            sync_directory(self._fd)

    def close(self) -> None:
        """One user less; the last one closes it."""
        self._users -= 1
        if self._users:
            return
        fds, self._fd, self._witness_fd = (self._fd, self._witness_fd), -1, -1
        for fd in fds:
            if fd >= 0:
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
    try:
        return os.open(path, _DIRECTORY_FLAGS)
    except FileNotFoundError:
        Path(path).mkdir(parents=True, exist_ok=True)
        return os.open(path, _DIRECTORY_FLAGS)
