"""The installed `ddm` on a terminal that a test looks at and types into while it runs."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Iterator

from integration.crash.waiting import until
from integration.program import Program

_HOME = re.compile(r"\x1b\[(?:1;1)?H")
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


class LiveTerminal:
    """A terminal, and the program on it."""

    def __init__(self, ours: int, process: subprocess.Popen[bytes]) -> None:
        self._ours = ours
        self.process = process
        self.written = ""

    @property
    def frame(self) -> str:
        """What was drawn last, as text."""
        return _CONTROL.sub("", _HOME.split(self.written)[-1])

    @property
    def echoes(self) -> bool:
        """Whether what is typed is shown, as a shell wants it."""
        return bool(termios.tcgetattr(self._ours)[3] & termios.ECHO)

    def wait_for(self, pattern: str) -> str:
        """Wait until the frame holds it; the frame."""
        found = ""

        def holds() -> bool:
            nonlocal found
            found = self.frame
            return re.search(pattern, found) is not None

        try:
            until(holds, pattern)
        except AssertionError:
            raise AssertionError(f"{pattern!r} never came; the last frame:\n{found}") from None
        return found

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._ours, keys.encode())

    def resize(self, columns: int, lines: int) -> None:
        """Make it another size; the program gets SIGWINCH."""
        fcntl.ioctl(self._ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read(self) -> None:
        """Collect what the program writes until it has ended."""
        # EIO is Linux's way to say that nobody has the other end open any more.
        with contextlib.suppress(OSError):
            while block := os.read(self._ours, 65536):
                self.written += block.decode("utf-8", "replace")


@contextlib.contextmanager
def live_terminal(
    ddm: Program, *arguments: object, columns: int = 80, lines: int = 24, **environment: str
) -> Iterator[LiveTerminal]:
    """Start it on a terminal of this size, which is its controlling one; what is left at the end is killed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    with subprocess.Popen(
        # setsid alone gives no controlling terminal, without which no key becomes a signal.
        [sys.executable, "-c", _START, *map(str, arguments)],
        cwd=ddm.directory,
        env=ddm.environment | {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        terminal = LiveTerminal(ours, process)
        reader = threading.Thread(target=terminal.read)
        reader.start()
        try:
            yield terminal
        finally:
            process.kill()
            process.wait()
            os.close(theirs)
            reader.join()
            os.close(ours)


_START = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from ddm.__main__ import main
main()
"""
