"""What a forked child of a program has of its managers: nothing. There each of them says whose it is.

This is kept for the process, not for a manager: Python calls functions after a fork, and has no way to take one back.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol, TypeVar, cast
from weakref import ref

from ddm.errors import UsageError

T = TypeVar("T")


class Owned(Protocol):
    """What belongs to the process that opened it."""

    def left_behind(self, error: UsageError) -> None:
        """In a forked child of that process. error: for who asks anything of it from now on."""


# What this process has opened, with its state directory. (No dictionary of weak references: those call Python when
# something goes, where KeyboardInterrupt would be printed and forgotten.) And those directories that were open in a
# process that this one was forked from.
_owned: list[tuple[ref[Owned], int, Path | None]] = []
_inherited: set[tuple[int, int]] = set()


def watch(owned: Owned, state_dir: Path | None) -> None:
    """Tell it if it finds itself in a forked child."""
    forget(owned)
    _owned.append((ref(owned), os.getpid(), state_dir))


def forget(owned: Owned) -> None:
    """It is closed."""
    _owned[:] = [each for each in _owned if each[0]() not in (owned, None)]


def check(state_dir: Path | None) -> None:
    """Raises UsageError where a process that this one was forked from has or had this queue open.

    SQLite would take that one's locks for its own.
    """
    if state_dir is not None and _identity(state_dir) & _inherited:
        raise UsageError(
            f"the queue in {state_dir} was open when this process was forked off; "
            'open it in one that is started anew, as by subprocess or multiprocessing\'s "spawn"'
        )


def gone(what: T, error: UsageError) -> T:
    """Something in the place of what is not ours: whatever is asked of it, it raises the error."""
    del what
    return cast("T", _Gone(error))


class _Gone:
    def __init__(self, error: UsageError) -> None:
        self._error = error

    def close(self) -> None:
        """Closing it is no error: a `with` block may end here."""

    def __getattr__(self, name: str) -> object:
        raise self._error


def _identity(path: Path) -> set[tuple[int, int]]:
    with suppress(OSError):
        found = path.stat()
        return {(found.st_dev, found.st_ino)}
    return set()


def _in_child() -> None:
    for reference, pid, state_dir in _owned:
        if state_dir is not None:
            _inherited.update(_identity(state_dir))
        if (owned := reference()) is not None:
            said = f"this manager belongs to process {pid}; open one in this process"
            owned.left_behind(UsageError(said))
    _owned.clear()


os.register_at_fork(after_in_child=_in_child)
