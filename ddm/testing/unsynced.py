"""Where no power is ever cut: nothing is put on the disk, which takes a test its time."""

from __future__ import annotations

import os
import stat
from functools import partial

from ddm.disk.elsewhere import Here
from ddm.errand import Done, Errand


class Unsynced(Here):
    """Fits `disk.elsewhere.Elsewhere` and `store.wal.Elsewhere`."""

    def sync(
        self, fd: int, witness_fd: int, path: str, size_bytes: int | None = None
    ) -> Errand[None]:
        """Give a file that length if said, and leave it at that."""
        del witness_fd
        return Done(partial(_cut, fd, path, size_bytes))

    def checkpoint(self, database_path: str) -> Errand[None]:
        """Let the log grow."""
        del database_path
        return Done(lambda: None)


def _cut(fd: int, path: str, size_bytes: int | None) -> None:
    try:
        if size_bytes is not None and not stat.S_ISDIR(os.fstat(fd).st_mode):
            os.ftruncate(fd, size_bytes)
    except OSError as error:
        error.filename = path
        raise
