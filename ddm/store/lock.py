"""Who may work on the queue: one manager at a time, by an flock on a file of its own.

The kernel takes the lock away when the process dies, however it dies; the file stays. The number in
it is for people: it says whom to wait for.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from ddm import private
from ddm.errors import HeldError, StateError

_NUMBER_BYTES_MAX = 20


class ManagerLock:
    """The lock of one state directory, held."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def acquire(cls, state_dir: Path) -> ManagerLock:
        """Take the lock, without waiting. Raises HeldError if another has it, StateError."""
        path = state_dir / "manager.lock"
        try:
            private.make_directory(state_dir)
            fd = private.open_file(path, os.O_RDWR)
        except OSError as error:
            raise _state_error(path, error) from error
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            sentence = _held(fd, state_dir)
            os.close(fd)
            raise HeldError(sentence) from error
        except OSError as error:
            os.close(fd)
            raise _state_error(path, error) from error
        with suppress(OSError):  # a full disk: the lock counts, not the number
            os.ftruncate(fd, 0)
            os.pwrite(fd, str(os.getpid()).encode(), 0)
        return cls(fd)

    def fileno(self) -> int:
        """The descriptor that has it."""
        return self._fd

    def release(self) -> None:
        """Give it back; again is no error."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            fcntl.flock(fd, fcntl.LOCK_UN)  # a process that was forked off may have a copy
            os.close(fd)


def _held(fd: int, state_dir: Path) -> str:
    """Who has it, and what to do."""
    if _is_open_twice(fd):
        return f"another manager of this process works with {state_dir}; close that one first"
    return f"another ddm{_holder(fd)} works with {state_dir}; wait for it, or end it"


def _is_open_twice(fd: int) -> bool:
    """Whether another descriptor of this process is the same file: that one has the lock.

    Its number would not do: in another container another process may have ours.
    """
    with suppress(OSError):  # no /proc, or no descriptor left to list it with
        ours = os.fstat(fd)
        for path in Path("/proc/self/fd").iterdir():
            with suppress(OSError):  # the one that this list was read with
                if path.name != str(fd) and os.path.samestat(path.stat(), ours):
                    return True
    return False


def _holder(fd: int) -> str:
    """Its number in words; nothing if it has not written it yet."""
    text = os.pread(fd, _NUMBER_BYTES_MAX, 0)
    return f" (process {int(text)})" if text.isdigit() else ""


def _state_error(path: Path, error: OSError) -> StateError:
    return StateError(
        f"could not lock {path}: {error.strerror}; make it and its directory writable, "
        "or choose another place with XDG_STATE_HOME"
    )
