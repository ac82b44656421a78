"""The installed `ddm` on a terminal of its own, so that it shows its progress."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys

from integration.program import Program


def on_a_terminal(ddm: Program, *arguments: str) -> str:
    """Run it to its end; all that it wrote to the terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ddm", *arguments],
        cwd=ddm.directory,
        env=ddm.environment | {"TERM": "xterm-256color", "COLUMNS": "120", "LINES": "30"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        written = b""
        try:
            # EIO is Linux's way to say that nobody has the other end open any more.
            with contextlib.suppress(OSError):
                while block := os.read(ours, 65536):
                    written += block
        finally:
            process.kill()
            os.close(ours)
    return written.decode()
