"""A datagram that tells the manager to look at the queue now, not at its next look.

It says nothing; what there is to do is in the database. So one that is lost costs a moment, and one
too many a look.
"""

from __future__ import annotations

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

_NAME = "poke"
# sockaddr_un.sun_path, with its closing zero (unix(7)).
_ADDRESS_BYTES_MAX = 107
# More than Linux queues for a reader (net.unix.max_dgram_qlen); what comes later wakes again.
_DRAIN_DATAGRAMS_MAX = 1024


class Poke:
    """The end that listens. Only for who holds the manager's lock: it replaces what a dead one left."""

    def __init__(self, listening: socket.socket, path: Path) -> None:
        self._socket = listening
        self._path = path
        self._file = _file(path)

    @classmethod
    def listen(cls, state_dir: Path) -> Poke:
        """Make the socket, for its owner alone. Raises OSError; then one has to look from time to time."""
        path = state_dir / _NAME
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(path.lstat().st_mode):
                path.unlink()
        with contextlib.ExitStack() as undo:
            listening = undo.enter_context(_datagrams())
            # Before it has a name: Linux gives the name this mode, so it is never anybody else's.
            os.fchmod(listening.fileno(), 0o600)
            with _address(state_dir) as address:
                listening.bind(address)
            poke = cls(listening, path)
            undo.pop_all()
        return poke

    def fileno(self) -> int:
        """Readable when somebody poked."""
        return self._socket.fileno()

    def drain(self) -> None:
        """Take what is there."""
        with contextlib.suppress(OSError):  # nothing is left
            for _ in range(_DRAIN_DATAGRAMS_MAX):
                self._socket.recv(1)

    def close(self) -> None:
        """Stop listening, and take the name away if it is still ours; again is no error."""
        if self._socket.fileno() < 0:
            return
        self._socket.close()
        with contextlib.suppress(OSError):
            if _file(self._path) == self._file:
                self._path.unlink()


def send(state_dir: Path) -> None:
    """Poke the manager of this state directory, if there is one. Never waits, never raises."""
    with contextlib.suppress(OSError), _datagrams() as sending, _address(state_dir) as address:
        sending.sendto(b"\0", address)


def _datagrams() -> socket.socket:
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.setblocking(False)
    return made


@contextlib.contextmanager
def _address(state_dir: Path) -> Iterator[bytes]:
    """The socket's address; where its path is too long for one, by way of a descriptor of the directory."""
    address = os.fsencode(state_dir / _NAME)
    if len(address) <= _ADDRESS_BYTES_MAX:
        yield address
        return
    directory = os.open(state_dir, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield b"/proc/self/fd/%d/%s" % (directory, _NAME.encode())
    finally:
        os.close(directory)


def _file(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_dev, found.st_ino
