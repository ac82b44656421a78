"""Ctrl-C, a second one, Ctrl-Z of somebody else, and the terminal afterwards."""

import contextlib
import os
import pty
import re
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from integration.crash.holder import stopped_with_the_lock_of
from integration.crash.paced import PacedServer
from integration.program import finish
from integration.servers.bodies import body

MIB = 1 << 20
SIZE = 8 * MIB
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
WHOLE_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def paced():
    with PacedServer({"/file.bin": body(SIZE)}, bytes_per_s=MIB) as server:
        yield server


def database_of(ddm):
    return Path(ddm.environment["XDG_STATE_HOME"], "ddm", "jobs.db")


def read_until_closed(terminal: int) -> str:
    """All that is written until nobody has the other end open: EIO is Linux's way to say that."""
    written = b""
    with contextlib.suppress(OSError):
        while block := os.read(terminal, 65536):
            written += block
    return written.decode()


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_the_terminal_is_left_clean(ddm, paced, number, times):
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with subprocess.Popen(
        [sys.executable, "-m", "ddm", "get", paced.url("/file.bin")],
        cwd=ddm.directory,
        env=ddm.environment | {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        try:
            assert paced.wait_sent(2 * MIB, timeout_s=30)
            for _ in range(times):
                process.send_signal(number)
            code = process.wait(timeout=10)
            after = termios.tcgetattr(theirs)
        finally:
            process.kill()
            os.close(theirs)
    written = read_until_closed(ours)
    os.close(ours)

    assert code == 128 + number
    assert after == before
    assert HIDE in written, "it never drew: the test shows nothing"
    assert written.rindex(SHOW) > written.rindex(HIDE)
    assert "\x1b" not in WHOLE_ESCAPE.sub("", written)
    assert "Traceback" not in written


def test_a_stopped_process_with_the_lock_does_not_stop_the_bytes(ddm, paced, download_dir):
    with ddm.start("get", paced.url("/file.bin")) as process:
        assert paced.wait_sent(MIB, timeout_s=30)
        with stopped_with_the_lock_of(database_of(ddm)):
            assert paced.wait_sent(SIZE, timeout_s=30)
            assert not (download_dir / "file.bin").exists()  # DONE is nothing before it is stored
        ended = finish(process)

    assert ended.code == 0, ended.err
    assert (download_dir / "file.bin").read_bytes() == body(SIZE)
    assert SIZE <= paced.acknowledged_bytes() <= SIZE + MIB  # what was under way where one was cut


def test_ctrl_c_does_not_wait_for_a_stopped_process_longer_than_two_seconds(ddm, paced):
    with ddm.start("get", paced.url("/file.bin")) as process:
        assert paced.wait_sent(2 * MIB, timeout_s=30)
        with stopped_with_the_lock_of(database_of(ddm)):
            asked_s = time.monotonic()
            process.send_signal(signal.SIGINT)
            ended = finish(process)
            took_s = time.monotonic() - asked_s

    assert (ended.code, "Traceback" in ended.err) == (130, False), ended.err
    assert took_s <= 2
    again = ddm("get", paced.url("/file.bin"))
    assert again.code == 0, again.err
    assert paced.acknowledged_bytes() / SIZE <= 1.05  # what could not be recorded was marked


def test_a_second_ctrl_c_leaves_at_once(ddm, paced):
    with ddm.start("get", paced.url("/file.bin")) as process:
        assert paced.wait_sent(2 * MIB, timeout_s=30)
        with stopped_with_the_lock_of(database_of(ddm)):
            process.send_signal(signal.SIGINT)
            assert "stopping" in process.stderr.readline()
            asked_s = time.monotonic()
            process.send_signal(signal.SIGINT)
            ended = finish(process)
            took_s = time.monotonic() - asked_s

    assert ended.code == 130
    assert took_s <= 0.5
    again = ddm("get", paced.url("/file.bin"))
    assert again.code == 0, again.err
    assert paced.acknowledged_bytes() / SIZE <= 1.05
