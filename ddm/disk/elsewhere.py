"""Where what takes its time is done: in other processes, or, where nobody shares the turn, here and at once."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from ddm.disk import libc
from ddm.disk.digester import FileDigester
from ddm.errand import Done, Errand
from ddm.spec import Checksum


class Elsewhere(Protocol):
    """Who does it. `fd` may be closed as soon as a call returns: what is on its way has its own."""

    def get_ready(self) -> None:
        """There will be a sync before long."""

    def sync(
        self, fd: int, witness_fd: int, path: str, size_bytes: int | None = None
    ) -> Errand[None]:
        """Give a file that length if said, then fdatasync; fsync a directory. Raises OSError with the path.

        witness_fd: opened apart from `fd` and before anything was written, and open until the errand is over: it hears
        of an error that another process was told of and took with it.
        """

    def digest(
        self, fd: int, path: str, algorithms: Sequence[str], size_bytes: int
    ) -> Errand[tuple[Checksum, ...]]:
        """The digests of so much of a file from its start. Raises OSError with the path."""

    def bury(self, fd: int) -> None:
        """Take this descriptor over and close it; it may be the last of a big file, which is freed with it."""


class Here:
    """In this process, which waits for it. Fits `Elsewhere`."""

    def get_ready(self) -> None:
        """It always is."""

    def sync(
        self, fd: int, witness_fd: int, path: str, size_bytes: int | None = None
    ) -> Errand[None]:
        """As `Elsewhere.sync`, done at once."""
        del witness_fd
        return Done(partial(_sync, fd, path, size_bytes))

    def digest(
        self, fd: int, path: str, algorithms: Sequence[str], size_bytes: int
    ) -> Errand[tuple[Checksum, ...]]:
        """As `Elsewhere.digest`, done at once."""
        return Done(partial(_digest, fd, path, algorithms, size_bytes))

    def bury(self, fd: int) -> None:
        """Close it."""
        os.close(fd)


def _sync(fd: int, path: str, size_bytes: int | None) -> None:
    try:
        found = os.fstat(fd)
        if stat.S_ISDIR(found.st_mode):
            sync_directory(fd)
            return
        if size_bytes is not None and found.st_size != size_bytes:
            os.ftruncate(fd, size_bytes)
        os.fdatasync(fd)
    except OSError as error:
        error.filename = path
        raise


def sync_directory(fd: int) -> None:
    """Put a directory's names on the disk. Where the file system has no such thing, that is no error."""
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in libc.NOT_SUPPORTED:
            raise


def _digest(fd: int, path: str, algorithms: Sequence[str], size_bytes: int) -> tuple[Checksum, ...]:
    digester = FileDigester(fd, path, algorithms, size_bytes)
    digester.step(size_bytes)
    return digester.found()
