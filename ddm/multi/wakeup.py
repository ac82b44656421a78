"""A descriptor that ends the reactor's wait.

It is there for signals, by `signal.set_wakeup_fd(wakeup.fileno_to_write())`.

With it a signal's Python handler runs right after the wait and not in the middle of a libcurl
callback. Who installs handlers is not this room's business.
"""

from __future__ import annotations

import contextlib
import socket
from typing import Protocol

from ddm.multi.reactor import OnReady

_DRAIN_BYTES = 4096


class Watcher(Protocol):
    """The part of the reactor that is needed here."""

    def watch(self, fd: int, *, read: bool, write: bool, callback: OnReady) -> None:
        """See Reactor.watch."""

    def unwatch(self, fd: int) -> None:
        """See Reactor.unwatch."""


class WakeUp:
    """A socket pair whose one end the reactor watches; it empties itself."""

    def __init__(self, reactor: Watcher) -> None:
        self._reactor = reactor
        self._reading, self._writing = socket.socketpair()
        self._reading.setblocking(False)
        self._writing.setblocking(False)
        reactor.watch(self._reading.fileno(), read=True, write=False, callback=self._drain)

    def fileno_to_write(self) -> int:
        """The end to write to; it never blocks."""
        return self._writing.fileno()

    def poke(self) -> None:
        """End the wait of this turn or the next. Pokes are not counted."""
        with contextlib.suppress(BlockingIOError):  # full: it wakes anyway
            self._writing.send(b"\0")

    def close(self) -> None:
        """Take it off the reactor and close both ends."""
        if self._reading.fileno() >= 0:
            self._reactor.unwatch(self._reading.fileno())
        self._reading.close()
        self._writing.close()

    def _drain(self, _fd: int, _readable: bool, _writable: bool) -> None:  # noqa: FBT001  # as OnReady
        with contextlib.suppress(BlockingIOError):
            self._reading.recv(_DRAIN_BYTES)
