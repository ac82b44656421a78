"""`ddm status` through the installed program: the table, the JSON, the errors, the help."""

import json
import sqlite3
import time
from pathlib import Path

import pytest

from integration.crash.paced import PacedServer
from integration.live_terminal import live_terminal
from integration.servers.bodies import body

MIB = 1 << 20
MANY = 10_000


@pytest.fixture
def many(ddm):
    """Ten thousand jobs, a third of them with claims."""
    assert ddm("add", "http://127.0.0.1/a").code == 0
    path = Path(ddm.environment["XDG_STATE_HOME"], "ddm", "jobs.db")
    connection = sqlite3.connect(path)
    with connection:
        connection.executemany(
            "INSERT INTO jobs (url, directory, name, size_bytes, state, created_s, updated_s)"
            " VALUES (?, '/files', ?, ?, ?, 0, 0)",
            [
                (f"https://host.example/dir/file-{n}.bin?sig={n}", f"file-{n}.bin", n * 1000,
                 ("queued", "done", "failed")[n % 3])
                for n in range(2, MANY + 1)
            ],
        )  # fmt: skip
    connection.close()


def test_a_pipe_gets_a_plain_table_and_the_sums(ddm):
    ddm("add", "-d", "/files", "http://127.0.0.1/a.bin", "http://127.0.0.1/b.bin")
    ended = ddm("status")

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "ID  STATE   SIZE  DONE  SPEED  LEFT  NAME",
        " 1  queued     ?     ?      -     -  a.bin",
        " 2  queued     ?     ?      -     -  b.bin",
        "2 jobs: 2 queued, 0 MiB",
    ]


def test_beside_a_manager_it_shows_speeds(ddm):
    with PacedServer({"/a.bin": body(4 * MIB)}, bytes_per_s=64 << 10) as server:
        ddm("add", server.url("/a.bin"))
        with ddm.start("run", "-q") as run:
            assert server.wait_sent(MIB // 4, 30)
            found = ddm.status()
            table = ddm("status").out

    (job,) = found["jobs"]
    assert found["manager"]["process"] == run.pid
    assert job["state"] == "running"
    assert job["live"]["speed_bps"] > 0
    assert job["live"]["ranges"][0][0] == 0
    assert job["live"]["origin"] == server.url("")
    assert sum(stop - start for start, stop in job["live"]["ranges"]) == job["done_bytes"]
    assert " MiB/s" in table


def test_a_manager_that_was_killed_is_not_believed(ddm):
    with PacedServer({"/a.bin": body(4 * MIB)}, bytes_per_s=64 << 10) as server:
        ddm("add", server.url("/a.bin"))
        with ddm.start("run", "-q") as run:
            assert server.wait_sent(MIB // 4, 30)
            assert ddm.status()["manager"] is not None
            run.kill()
            run.wait()
        found = ddm.status()

    assert found["manager"] is None
    assert found["jobs"][0]["live"] is None


def test_a_number_that_no_job_has_is_an_error(ddm):
    ended = ddm("status", 7)

    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "ddm: there is no job 7; `ddm status` lists them\n"


def test_the_screen_in_a_pipe_is_an_error_that_names_the_way_out(ddm):
    ended = ddm("status", "--watch")

    assert (ended.code, ended.out) == (2, "")
    assert "`ddm status --watch --json`" in ended.err


def test_a_terminal_that_cannot_be_redrawn_gets_the_table_alone(ddm):
    ddm("add", "http://127.0.0.1/a.bin")
    with live_terminal(ddm, "status", TERM="dumb") as terminal:
        assert terminal.process.wait(30) == 0
        terminal.wait_for("1 job: 1 queued")
        assert "\x1b" not in terminal.written
    with live_terminal(ddm, "status", "--watch", TERM="dumb") as terminal:
        assert terminal.process.wait(30) == 2


def test_on_a_terminal_states_have_colours_unless_no_color_says_not(ddm, many):
    with live_terminal(ddm, "status", 4) as terminal:
        assert terminal.process.wait(30) == 0
        terminal.wait_for("1 job: ")
        assert "\x1b[32m" in terminal.written
    with live_terminal(ddm, "status", 4, NO_COLOR="1") as terminal:
        assert terminal.process.wait(30) == 0
        terminal.wait_for("1 job: ")
        assert "\x1b" not in terminal.written


def test_the_help_has_examples(ddm):
    ended = ddm("status", "--help")

    assert ended.code == 0
    assert "ddm status --watch" in ended.out
    assert "--json" in ended.out


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_ten_thousand_jobs_are_shown_at_once(ddm, many, flags):
    """Under half a second was asked for; a machine that is busy takes longer."""
    began_s = time.monotonic()
    ended = ddm("status", *flags)

    assert time.monotonic() - began_s < 3
    assert ended.code == 0
    if flags:
        assert len(json.loads(ended.out)["jobs"]) == MANY
    else:
        assert len(ended.out.splitlines()) == MANY + 2
