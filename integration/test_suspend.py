"""Ctrl-Z and fg: the terminal is left clean meanwhile, other commands do not wait, the download goes on."""

import os
import pty
import select
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

from integration.servers.behaviours import Gated
from integration.servers.bodies import body

MIB = 1 << 20
HIDE_CURSOR, SHOW_CURSOR = b"\x1b[?25l", b"\x1b[?25h"
WAIT_S = 30


class Terminal:
    """Our end of the terminal that ddm runs on."""

    def __init__(self, fd):
        self._fd = fd

    def read_until(self, text):
        """All that comes, up to and with the block that holds `text`."""
        written = b""
        while text not in written:
            assert select.select([self._fd], [], [], WAIT_S)[0], written
            written += os.read(self._fd, 65536)
        return written

    def rest(self):
        """All that is there by now, or until the other end is closed."""
        written = b""
        with suppress(OSError):  # EIO: nobody has the other end open any more
            while select.select([self._fd], [], [], 0)[0]:
                written += os.read(self._fd, 65536)
        return written


@contextmanager
def on_a_terminal(ddm, *arguments):
    """The process, in a group of its own as a shell starts it, and its terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ddm", *arguments],
        cwd=ddm.directory,
        env=ddm.environment | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        process_group=0,
    ) as process:
        os.close(theirs)
        try:
            yield process, Terminal(ours)
        finally:
            process.kill()
            os.close(ours)


def suspend(process):
    """Ctrl-Z."""
    process.send_signal(signal.SIGTSTP)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)


def test_the_terminal_is_left_clean_and_the_download_goes_on(ddm, scripted, download_dir):
    content = body(8 * MIB)
    gate = Gated(content, limit_bytes=4 * MIB)
    with on_a_terminal(ddm, "get", scripted.add("/file.bin", gate)) as (process, terminal):
        before = terminal.read_until(b"connection")
        assert gate.wait_until_reached()
        suspend(process)
        before += terminal.rest()
        added = ddm("add", scripted.url("/other.bin"))
        paused = ddm("pause", "2")
        process.send_signal(signal.SIGCONT)
        after = terminal.read_until(b"connection")
        gate.release()
        after += terminal.read_until(SHOW_CURSOR)
        code = process.wait(WAIT_S)

    assert before.rindex(SHOW_CURSOR) > before.rindex(HIDE_CURSOR)
    assert HIDE_CURSOR in after
    assert code == 0
    assert (download_dir / "file.bin").read_bytes() == content
    assert added.code == 0, added.err
    assert paused.code == 7, paused.err  # asked for; the one that manages is asleep
    assert [job["wanted"] for job in ddm.status()["jobs"]] == ["run", "pause"]


def test_a_suspended_download_can_be_ended(ddm, scripted, download_dir):
    gate = Gated(body(8 * MIB), limit_bytes=4 * MIB)
    with on_a_terminal(ddm, "get", scripted.add("/file.bin", gate)) as (process, terminal):
        terminal.read_until(b"connection")
        assert gate.wait_until_reached()
        suspend(process)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        terminal.read_until(b"stopping; what was fetched is kept")
        code = process.wait(WAIT_S)

    assert code == 143
    assert [path.name for path in download_dir.iterdir()] == ["file.bin.part"]
