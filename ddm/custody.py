"""The state directory, held: the lock, the queue, the marks, and everything that a dead manager left put right.

Whoever holds it is the only one that may work on the queue; others may add to it and wish meanwhile.
No libcurl here: a command that only steers has no use for it.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ddm import private, recovery, redact, steering
from ddm.disk.epoch import boot_id
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import Marks, NoMarks
from ddm.errors import BusyError, StateError, StateFullError
from ddm.store.aside import open_or_begin
from ddm.store.database import Database, open_database
from ddm.store.jobs import JobStore
from ddm.store.lock import ManagerLock

DATABASE_NAME = "jobs.db"
MARKS_NAME = "marks"


class Custody:
    """What the manager of a state directory holds; `take` makes it. A context manager.

    notices: sentences for the user about what was found.
    """

    def __init__(
        self,
        database: Database,
        disk: LocalDisk,
        marks: Marks,
        wall: Callable[[], float],
        lock: ManagerLock | None,
    ) -> None:
        self._exits = ExitStack()
        self.database = database
        self.store = JobStore(database, wall)
        self.disk = disk
        self.marks = marks
        self._lock = lock
        self.notices: tuple[str, ...] = ()

    @classmethod
    def take(cls, state_dir: Path | None, wall: Callable[[], float] = time.time) -> Self:
        """Hold a state directory, and bring it to what is true; None keeps everything in memory.

        Raises HeldError if another process holds it, StateError.
        """
        boot = boot_id(os.environ)
        with ExitStack() as undo:
            notices = []
            marks: Marks = NoMarks()
            lock: ManagerLock | None = None
            if state_dir is None:
                database = open_database(None)
            else:
                lock = ManagerLock.acquire(state_dir)
                undo.callback(lock.release)
                database, notice = open_or_begin(state_dir / DATABASE_NAME)
                notices += [notice] if notice else []
            undo.callback(database.close)
            if state_dir is not None:
                try:
                    marks = _open_marks(state_dir, boot)
                except OSError as error:
                    notices.append(_without_marks(error))
            undo.callback(marks.close)
            disk = LocalDisk(boot)
            undo.callback(disk.close)
            custody = cls(database, disk, marks, wall, lock)
            recovery.recover(custody.store, custody.disk, marks.found(), boot)
            marks.clear()
            custody._forget_asked()
            undo.callback(custody._forget_asked)
            steering.settle_all(custody.store, custody.disk)
            notices += _tidied(custody.store, wall())
            custody.notices = tuple(notices)
            custody._exits = undo.pop_all()
        return custody

    def _forget_asked(self) -> None:
        """A limit that a running manager was asked for is not the next one's."""
        with suppress(StateError):  # who takes custody next does it again
            if self.store.asked_rate() is not None:
                self.store.ask_rate(None)

    def descriptors(self) -> tuple[int, ...]:
        """Those that have a lock."""
        own = () if self._lock is None else (self._lock.fileno(),)
        return (*own, *self.disk.locked())

    def close(self) -> None:
        """Let go; again is no error."""
        self._exits.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _open_marks(state_dir: Path, boot: str) -> Marks:
    """In the state directory; where its file system cannot have them, among what lives as long as this boot."""
    try:
        return Marks.open(state_dir / MARKS_NAME, boot)
    except OSError as error:
        runtime_dir = os.environ.get("XDG_RUNTIME_DIR")
        if error.errno != errno.EOPNOTSUPP or not runtime_dir:
            raise
        found = state_dir.stat()
        own_dir = Path(runtime_dir, "ddm")
        private.make_directory(own_dir)
        return Marks.open(own_dir / f"{MARKS_NAME}-{found.st_dev}-{found.st_ino}", boot)


def _tidied(store: JobStore, wall_s: float) -> list[str]:
    """Drop what origins have taught and nobody needs; a sentence for what could not be read. Later will do, too."""
    with suppress(BusyError, StateFullError):
        return [
            f"what was kept of {redact.text(key)} cannot be read and is forgotten"
            for key in store.tidy(wall_s)
        ]
    return []


def _without_marks(error: OSError) -> str:
    return (
        f"{error.filename} cannot be used ({error.strerror}); if ddm is killed, what it fetched in the last second "
        "is fetched again"
    )
