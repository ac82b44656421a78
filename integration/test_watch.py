"""`ddm status --watch` on a real terminal beside a real `ddm run` that fetches from a slow server."""

import json
import os
import signal
import stat
from pathlib import Path

import pytest

from integration.crash.paced import PacedServer
from integration.crash.waiting import until
from integration.live_terminal import live_terminal
from integration.program import finish
from integration.servers.bodies import body

MIB = 1 << 20
FIRST_SCREEN, OTHER_SCREEN = "\x1b[?1049l", "\x1b[?1049h"
DOWN, END = "\x1b[B", "\x1b[F"


@pytest.fixture
def slow():
    """Twenty files that take minutes."""
    content = body(4 * MIB)
    files = {f"/file-{number:02}.bin": content for number in range(1, 21)}
    with PacedServer(files, bytes_per_s=32 << 10) as server:
        yield server


@pytest.fixture
def at_work(ddm, slow):
    """A `ddm run` that fetches them."""
    urls = "".join(f"{slow.url(path)}\n" for path in slow.files)
    assert ddm("add", "-i", "-", stdin=urls).code == 0
    with ddm.start("run", "--forever", "-q") as run:
        assert slow.wait_sent(MIB // 4, 30)
        yield run
        run.send_signal(signal.SIGTERM)
        finish(run)


def state_dir(ddm):
    return Path(ddm.environment["XDG_STATE_HOME"], "ddm")


def states(ddm):
    return {job["id"]: job["state"] for job in ddm.status()["jobs"]}


def is_clean(terminal):
    """Whether it was given back since it was last taken."""
    written = terminal.written
    return (
        terminal.echoes
        and written.rfind(FIRST_SCREEN) > written.rfind(OTHER_SCREEN)
        and written.rfind("\x1b[?25h") > written.rfind("\x1b[?25l")
    )


def left_clean(terminal):
    """Wait until all is read that it wrote; whether it is clean."""
    return until(lambda: is_clean(terminal), "the terminal is as it was found") >= 0


def test_it_shows_what_the_manager_does_and_q_leaves(ddm, at_work):
    with live_terminal(ddm, "status", "--watch") as terminal:
        frame = terminal.wait_for(r"16 of 64 connections")
        assert terminal.process.poll() is None
        assert "20 jobs: " in frame
        assert "127.0.0.1:" in frame
        terminal.wait_for(r" 1 file-01\.bin +\d+ % +[━╸┄·]+ +(<0\.1|0\.\d) MiB/s")
        terminal.press("q")
        assert terminal.process.wait(10) == 0
        assert left_clean(terminal)
    assert at_work.poll() is None


def test_keys_pause_and_resume_while_it_runs(ddm, at_work):
    with live_terminal(ddm, "status", "--watch") as terminal:
        terminal.wait_for(r"16 of 64 connections")
        terminal.press(DOWN + "p")
        terminal.wait_for(r"▸ 2 file-02\.bin +\d+ % +paused")
        assert states(ddm)[2] == "paused"
        terminal.press("r")
        terminal.wait_for(r"▸ 2 file-02\.bin +\d+ % +(queued|[━╸┄·])")
        terminal.press("P")
        terminal.wait_for(r"20 jobs: 20 paused")
        terminal.wait_for(r"nothing to do")
        assert set(states(ddm).values()) == {"paused"}
        terminal.press("R")
        terminal.wait_for(r"16 of 64 connections")


def test_it_scrolls_sorts_and_follows_the_size(ddm, at_work):
    with live_terminal(ddm, "status", "--watch") as terminal:
        terminal.wait_for(r"1-15 of 20 by queue")
        terminal.press(END)
        terminal.wait_for(r"▸20 file-20\.bin")
        terminal.wait_for(r"6-20 of 20 by queue")
        terminal.press("s")
        terminal.wait_for(r"by id")
        terminal.press("s")
        terminal.wait_for(r"by state")
        terminal.resize(200, 50)
        frame = terminal.wait_for(r"1-20 of 20 by state")
        assert " SIZE " in frame
        terminal.press("?")
        terminal.wait_for(r"sort by queue, id, state, speed, progress, name")


@pytest.mark.parametrize(
    ("how", "status"), [("\x03", 130), (signal.SIGTERM, 143), (signal.SIGINT, 130)]
)
def test_whatever_ends_it_the_terminal_is_left_clean(ddm, how, status):
    with live_terminal(ddm, "status", "--watch") as terminal:
        terminal.wait_for(r"no ddm is at work")
        assert not terminal.echoes
        if isinstance(how, str):
            terminal.press(how)
        else:
            terminal.process.send_signal(how)
        assert terminal.process.wait(10) == status
        assert left_clean(terminal)


def test_ctrl_z_gives_the_terminal_back_and_takes_it_again(ddm):
    with live_terminal(ddm, "status", "--watch") as terminal:
        terminal.wait_for(r"no ddm is at work")
        # Nobody could say "fg" here, so the kernel drops the stop itself; what is around it is the same.
        terminal.process.send_signal(signal.SIGTSTP)
        until(lambda: terminal.written.count(OTHER_SCREEN) == 2, "it is taken again")
        assert FIRST_SCREEN in terminal.written
        terminal.wait_for(r"no ddm is at work")
        terminal.press("q")
        assert terminal.process.wait(10) == 0


def test_without_utf_8_only_ascii_is_written(ddm, at_work):
    with live_terminal(ddm, "status", "--watch", LC_ALL="C") as terminal:
        terminal.wait_for(r" 1 file-01\.bin +\d+ % +[=>+.-]+ ")
        terminal.press("q")
        assert terminal.process.wait(10) == 0
        assert terminal.written.isascii()


def test_no_color_is_obeyed(ddm, at_work):
    with live_terminal(ddm, "status", "--watch", NO_COLOR="1") as terminal:
        terminal.wait_for(r"[━╸]")
        terminal.press("q")
        assert terminal.process.wait(10) == 0
        assert "\x1b[32m" not in terminal.written
        assert "\x1b[36m" not in terminal.written


def test_the_files_of_watching_are_private_and_go_with_the_manager(ddm, slow, at_work):
    with ddm.start("status", "--watch", "--json") as watching:
        json.loads(watching.stdout.readline())
        live = state_dir(ddm) / "live.json"
        assert stat.S_IMODE(live.stat().st_mode) == 0o600
    at_work.send_signal(signal.SIGTERM)
    assert at_work.wait(10) == 143

    assert not live.exists()
    assert not (state_dir(ddm) / "watch").exists()


def test_json_is_an_object_a_second_and_ends_when_nobody_reads(ddm, at_work):
    with ddm.start("status", "--watch", "--json", 1, 2) as watching:
        first, second = (json.loads(watching.stdout.readline()) for _ in range(2))
        watching.stdout.close()
        assert watching.wait(10) == 0
        assert watching.stderr.read() == ""

    assert first["manager"]["process"] == at_work.pid
    assert [job["id"] for job in second["jobs"]] == [1, 2]
    assert second["jobs"][0]["live"]["segments"]
    assert 0.5 < second["time_s"] - first["time_s"] < 3


def test_json_ends_with_ctrl_c(ddm):
    with ddm.start("status", "--watch", "--json") as watching:
        watching.stdout.readline()
        watching.send_signal(signal.SIGINT)
        ended = finish(watching)

    assert (ended.code, ended.err) == (130, "")


def test_a_watcher_takes_little_of_a_core(ddm, at_work):
    """At most 4 % with 200 jobs was asked for; a machine that is busy measures more."""
    more = "".join(f"http://127.0.0.1:9/more-{number}\n" for number in range(180))
    assert ddm("add", "-i", "-", stdin=more).code == 0
    with live_terminal(ddm, "status", "--watch", columns=200, lines=50) as terminal:
        terminal.wait_for(r"of 200 by queue")
        before_s, frames = cpu_s(terminal.process.pid), terminal.written.count("\x1b[1;1H")
        took_s = until(
            lambda: terminal.written.count("\x1b[1;1H") >= frames + 10, "ten more frames"
        )
        used_s = cpu_s(terminal.process.pid) - before_s

    assert used_s / took_s < 0.08


def cpu_s(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
