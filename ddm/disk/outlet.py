"""A descriptor that is written to without ever waiting: stdout, as a pipe, a socket, a file or a device.

A pipe is opened anew through /proc, so that O_NONBLOCK is this open file's alone: set on the one that was inherited, it
would be set for the shell and for everybody else who has it. Where that does not work, PIPE_BUF bytes are written at
a time, and only while poll(2) says that so many fit. A socket takes MSG_DONTWAIT for each call.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import stat
from collections.abc import Sequence
from contextlib import suppress

# Linux makes pipes of 64 KiB; in one of a MiB, which anybody may ask for, reader and writer take turns less often.
_PIPE_BYTES = 1 << 20
# A reader that takes 10 KiB at a time, as tar does, would wake us for each. So much of a pipe of a MiB is read in a
# millisecond only at 1 GB/s.
_PAUSE_S = 0.001
# Of one writev(2), so that a slow file holds the loop no longer than for one turn's worth.
_BUFFERS_MAX = 64


class Outlet:
    """Writes to a descriptor, which stays the caller's. `close` gives back what it opened itself.

    name: what the descriptor is called in sentences. pause_s: how long not to look for room after it was filled.
    """

    def __init__(self, fd: int, name: str = "stdout") -> None:
        self.name = name
        self.pause_s = 0.0
        self._fd = fd
        self._own: int | None = None
        self._socket: socket.socket | None = None
        self._slices = False
        mode = os.fstat(fd).st_mode
        self._waits = stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
        if stat.S_ISSOCK(mode):
            self._socket = socket.socket(fileno=os.dup(fd))
        elif stat.S_ISFIFO(mode):
            self._open_anew(fd)

    def _open_anew(self, fd: int) -> None:
        try:
            self._own = os.open(f"/proc/self/fd/{fd}", os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:  # no /proc, somebody else's pipe, or no reader any more: writing will tell
            self._slices = True
            return
        with suppress(OSError):  # the user's share of pipes may be used up
            fcntl.fcntl(fd, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            self.pause_s = _PAUSE_S

    @property
    def fd(self) -> int | None:
        """The descriptor to watch for room, None where there is no waiting: a file, a device."""
        if not self._waits:
            return None
        return self._fd if self._own is None else self._own

    def write(self, buffers: Sequence[memoryview]) -> int:
        """Write what there is room for; how many bytes that was, perhaps 0. Raises OSError with the name."""
        try:
            return self._write(buffers[:_BUFFERS_MAX])
        except BlockingIOError:
            return 0
        except OSError as error:
            error.filename = self.name
            raise

    def _write(self, buffers: Sequence[memoryview]) -> int:
        if self._socket is not None:
            return self._socket.sendmsg(buffers, (), socket.MSG_DONTWAIT)
        if self._slices:
            return self._write_slice(buffers[0])
        return os.writev(self._fd if self._own is None else self._own, buffers)

    def _write_slice(self, buffer: memoryview) -> int:
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        return os.write(self._fd, buffer[: select.PIPE_BUF]) if poll.poll(0) else 0

    def close(self) -> None:
        """Give back what was opened. Again is no error."""
        own, self._own = self._own, None
        if own is not None:
            os.close(own)
        if self._socket is not None:
            self._socket.close()


def reader_is_gone(error: OSError) -> bool:
    """Whether an error of `write` only says that nobody reads any more."""
    return error.errno in (errno.EPIPE, errno.ECONNRESET)
