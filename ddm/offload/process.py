"""One child: started, told what to do, listened to, killed and reaped."""

from __future__ import annotations

import errno
import itertools
import os
import signal
import socket
import subprocess
import sys
from array import array
from collections.abc import Callable, Sequence
from marshal import dumps, loads
from pathlib import Path
from typing import Any, Protocol

from ddm.offload.asked import Asked

OnReady = Callable[[int, bool, bool], None]

_SCRIPT = str(Path(__file__).resolve().with_name("child.py"))
# As the child has it.
_MESSAGE_BYTES = 128 << 10
# The kernel says no for a moment: the socket is full, too many descriptors are on their way (unix(7)), no memory.
_FULL = (errno.EAGAIN, errno.ETOOMANYREFS, errno.ENOBUFS, errno.ENOMEM)


class Loop(Protocol):
    """The part of `multi.reactor.Reactor` that is needed here."""

    @property
    def now(self) -> float:
        """The moment of this turn."""

    def watch(self, fd: int, *, read: bool, write: bool, callback: OnReady) -> None:
        """See Reactor.watch."""

    def unwatch(self, fd: int) -> None:
        """See Reactor.unwatch."""


class Process:
    """A child that is running, or was.

    in_hand: what it was asked and has not answered, by number. heard_s: when it last said anything or got something to
    do. busy_s: when it got what it is at. is_up: whether it ever said anything. on_news: called when it did, or died.
    pid: its process id, until it is reaped. was_killed: whether it did not end by itself; known when it is reaped.
    """

    def __init__(self, loop: Loop, on_news: Callable[[], None], niceness: int = 0) -> None:
        """Start it, so much nicer to others than we are. Raises OSError."""
        self._loop = loop
        self._on_news = on_news
        self.in_hand: dict[int, Asked[Any]] = {}
        self.heard_s = self.busy_s = loop.now
        self.is_up = self.is_gone = self.was_killed = False
        self._numbers = itertools.count()
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel.setblocking(False)
        ours_fd = self._channel.fileno()
        try:
            with theirs:
                loop.watch(ours_fd, read=True, write=False, callback=self._on_ready)
                self._popen: _Forgettable | None = _start(theirs.fileno(), niceness)
        except BaseException:
            loop.unwatch(ours_fd)
            self._channel.close()
            raise
        self.pid = self._popen.pid

    def send(self, batch: Sequence[Asked[Any]]) -> bool:
        """Tell it what to do; whether there was room for that. A child that is gone takes anything, to lose it."""
        numbered = {next(self._numbers): asked for asked in batch}
        message = [
            (number, asked.verb, asked.fd >= 0, asked.arguments)
            for number, asked in numbered.items()
        ]
        fds = array("i", [asked.fd for asked in batch if asked.fd >= 0])
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)] if fds else []
        try:
            self._channel.sendmsg([dumps(message)], rights)
        except OSError as error:
            if error.errno in _FULL:
                return False
            self.is_gone = True  # its end will be noticed in this turn
        else:
            for asked in batch:
                asked.pass_on()
        if not self.in_hand:
            self.busy_s = self._loop.now
        self.heard_s = self._loop.now
        self.in_hand |= numbered
        return True

    def end(self) -> list[Asked[Any]]:
        """Kill it, whatever it is at; what it has not answered. Nobody waits for it: see `is_reaped`."""
        if self._popen is not None:
            self._popen.kill()  # looks first whether it is dead: its number may be another's
        self._loop.unwatch(self._channel.fileno())
        self._channel.close()
        left = [asked for asked in self.in_hand.values() if not asked.over]
        self.in_hand.clear()
        return left

    def is_reaped(self, wait_s: float = 0) -> bool:
        """Whether it has ended; wait so long for it. One in the middle of a system call may take its time."""
        if self._popen is None:
            return True
        try:
            self.was_killed = self._popen.wait(wait_s) == -signal.SIGKILL
        except subprocess.TimeoutExpired:
            return False
        self._popen = None  # now: it has a `__del__`, where KeyboardInterrupt would be lost
        return True

    def leave(self) -> None:
        """It was killed and does not die for now: `subprocess` reaps it when it starts another one, or init does."""
        self._popen = None

    def _on_ready(self, _fd: int, _readable: bool, _writable: bool) -> None:  # noqa: FBT001 - as OnReady
        self.heard_s = self._loop.now
        while True:
            try:
                data = self._channel.recv(_MESSAGE_BYTES)
            except BlockingIOError:
                break
            except ConnectionResetError:
                continue  # it died with something unread; what it has said comes now
            except OSError:
                data = b""
            if not data:
                self.is_gone = True
                break
            self.is_up = True
            for number, found, fault in loads(data):  # noqa: S302 - our own child
                self.in_hand.pop(number).answer(found, fault)
        self._on_news()


class _Forgettable(subprocess.Popen[bytes]):
    """Forgotten without a warning: it was killed, or KeyboardInterrupt came while it was started."""

    def __del__(self) -> None:
        """Not `warnings.catch_warnings`: other threads would see that."""
        super().__del__(_warn=lambda *_, **__: None)  # type: ignore[call-arg]  # it has this parameter


def _start(fd: int, niceness: int) -> _Forgettable:
    """Run the script with its end of the socket pair, and with no other descriptor. Raises OSError."""
    frozen = getattr(sys, "frozen", False)  # then the executable is not Python, but a program
    if not sys.executable or frozen:
        raise FileNotFoundError(errno.ENOENT, "there is no Python to run it")
    return _Forgettable(
        [sys.executable, "-IBS", _SCRIPT, *map(str, (fd, os.getpid(), niceness))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(fd,),
        cwd="/",  # else nobody could unmount where we were started
        # Ctrl-C is the parent's. A session of its own would be one to the scheduler as well (sched(7), autogroup), and
        # niceness is compared within a session only.
        process_group=0,
    )
