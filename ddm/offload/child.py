"""The child's side: what would hold the parent's loop, done one message of requests after the other.

Run as `python -IBS child.py FD PARENT_PID NICENESS`; FD is an end of a SEQPACKET socket pair, and its end is our end.
It is a script that imports next to nothing, not even `socket`: it is up in a few milliseconds and takes little memory.

A message is a marshalled list. Requests are (number, verb, whether a descriptor comes along, arguments); answers are
(number, what was found, None) or (number, None, (errno, its text)). No answers at all say: I am alive.
"""

import errno
import os
import sys
from _socket import CMSG_SPACE, MSG_CTRUNC, MSG_DONTWAIT, MSG_PEEK, MSG_TRUNC, socket
from marshal import dumps, loads
from time import monotonic

MYPY = False
if MYPY:  # at run time these would be imports more
    from collections.abc import Generator
    from typing import Any

    from ddm.offload import deeds
else:  # a script of a Python that looks for nothing but the standard library
    sys.path.append(os.path.dirname(__file__))
    import deeds

# As the parent has them: the longest message, and the most descriptors that come with one.
MESSAGE_BYTES, DESCRIPTORS_MAX = 128 << 10, 64
# The parent is told of answers, or of being alive, no more often than this.
ANSWER_S, ALIVE_S = 0.01, 0.5

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9


class Child:
    """Reads requests, does them, answers. Every method raises OSError when the parent has gone."""

    def __init__(self, channel: socket, parent_pid: int) -> None:
        self._channel = channel
        self._parent_pid = parent_pid
        self._bound = False
        self._answers: list[tuple[int, object, tuple[int, str] | None]] = []
        self._said_s = 0.0

    def say(self) -> None:
        """Send the answers that there are; if there are none, it says that we are alive."""
        answers, self._answers = self._answers, []
        self._channel.send(dumps(answers))
        self._said_s = monotonic()

    def bind(self) -> None:
        """Be killed when the parent is, whoever else has its end of the socket pair (a fork of it).

        Not at the start: what this imports would hold the first address that is looked up. prctl(2) means the thread
        that started us: where that ends before its process, we are started anew.
        """
        if self._bound:
            return
        self._bound = True
        try:
            import ctypes

            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        except (ImportError, OSError, AttributeError):
            return
        if os.getppid() != self._parent_pid:
            os._exit(0)

    def is_awaited(self) -> bool:
        """Whether there is something to do already."""
        try:
            self._channel.recv(1, MSG_PEEK | MSG_DONTWAIT)
        except BlockingIOError:
            return False
        return True

    def read(self) -> "list[tuple[int, str, int, tuple[Any, ...]]] | None":
        """The next requests: number, verb, descriptor or -1, arguments. None when there will be no more."""
        data, ancillary, flags, _ = self._channel.recvmsg(
            MESSAGE_BYTES, CMSG_SPACE(4 * DESCRIPTORS_MAX)
        )
        fds = [fd for _, _, octets in ancillary for fd in memoryview(octets).cast("i")]
        # Without room for a descriptor the kernel drops it: the parent will ask somebody else.
        if not data or flags & (MSG_TRUNC | MSG_CTRUNC):
            return None
        fds.reverse()
        return [
            (number, verb, fds.pop() if with_fd else -1, arguments)
            for number, verb, with_fd, arguments in loads(data)
        ]

    def perform(self, requests: "list[tuple[int, str, int, tuple[Any, ...]]]") -> None:
        """Do what one message asks for, and answer all of it."""
        if any(verb != "look_up" for _, verb, _, _ in requests):  # it may take long
            self.bind()
        failed = {}
        for number, verb, fd, arguments in requests:
            if verb == "sync" and len(requests) > 1:
                _, fault = self._follow(deeds.begin_sync(fd, *arguments))
                if fault is not None:
                    failed[number] = fault
        for number, verb, fd, arguments in requests:
            if verb == "look_up":
                self._apart(number, arguments)
                continue
            given = arguments if fd < 0 else (fd, *arguments)
            if number in failed:
                found, fault = None, failed[number]
            else:
                found, fault = self._follow(deeds.DEEDS[verb](*given))
            if fd >= 0:
                os.close(fd)
            self._answers.append((number, found, fault))
            if monotonic() - self._said_s > ANSWER_S:
                self.say()
        if self._answers:
            self.say()

    def _follow(self, deed: "Generator[None, None, Any]") -> "tuple[Any, tuple[int, str] | None]":
        """Take a deed to its end: what it found, or why not."""
        while True:
            try:
                next(deed)
            except StopIteration as end:
                return end.value, None
            except Exception as error:  # the parent is told, whatever it is
                return None, _fault(error)
            if monotonic() - self._said_s > ALIVE_S:
                self.say()

    def _apart(self, number: int, arguments: "tuple[Any, ...]") -> None:
        """Look a name up in a thread of its own: a hundred of them do not wait for one another."""
        import _thread

        def whole() -> None:
            answer = (number, *self._follow(deeds.look_up(*arguments)))
            try:
                self._channel.send(dumps([answer]))
            except OSError:
                os._exit(1)

        try:
            _thread.start_new_thread(whole, ())
        except RuntimeError:  # no room for a thread: one after the other, then
            whole()


def _fault(error: Exception) -> "tuple[int, str]":
    """An exception as it is sent."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno, error.strerror or os.strerror(error.errno)
    if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
        return errno.EBUSY, str(error)
    return errno.EIO, f"{type(error).__name__}: {error}"


def main(fd: int, parent_pid: int, niceness: int) -> None:
    """Work until the parent is gone, or has had enough of us. Raises OSError."""
    os.nice(niceness)
    child = Child(socket(fileno=fd), parent_pid)
    child.say()
    if not child.is_awaited():
        child.bind()
    while (requests := child.read()) is not None:
        child.perform(requests)
        child.bind()


if __name__ == "__main__":
    try:
        main(*map(int, sys.argv[1:]))
    finally:
        os._exit(0)  # at once, without waiting for threads
