import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from ddm.cli.working import steer
from ddm.errors import Exit
from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.store.lock import ManagerLock


@pytest.fixture
def silent():
    """The URL of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/a.bin"


@pytest.fixture
def running(home, store, silent):
    """A `ddm run --forever` with one job that is in work."""
    store.add([JobSpec(silent, str(home))])
    with subprocess.Popen(
        [sys.executable, "-m", "ddm", "run", "-q", "--forever"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=home,
    ) as process:
        until_s = time.monotonic() + 30
        while store.get(1).state is State.QUEUED and time.monotonic() < until_s:
            assert process.poll() is None
            time.sleep(0.01)
        yield process
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)
        process.terminate()


@pytest.fixture
def short_patience(monkeypatch):
    monkeypatch.setattr(steer, "_PATIENCE_S", 0.1)


def test_a_job_in_work_is_paused_resumed_and_removed_by_others(ddm, store, running, silent):
    paused = ddm("pause", 1)
    first = store.get(1).state
    resumed = ddm("resume", 1)
    removed = ddm("remove", 1)

    assert (paused.code, paused.err) == (0, f"ddm: 1 {silent}: paused\n")
    assert first is State.PAUSED
    assert resumed.code == 0
    assert (removed.code, removed.err) == (0, f"ddm: 1 {silent}: removed\n")
    assert store.all() == []
    assert running.poll() is None


def test_a_job_that_is_added_to_it_is_taken_on(ddm, store, running, silent):
    ddm("add", silent)
    until_s = time.monotonic() + 10
    while store.get(2).state is State.QUEUED and time.monotonic() < until_s:
        time.sleep(0.01)

    assert store.get(2).state is not State.QUEUED


def test_a_manager_that_does_not_answer_is_named(ddm, store, running, silent, short_patience):
    running.send_signal(signal.SIGSTOP)
    ran = ddm("pause", 1)

    assert ran.code == Exit.UNFINISHED
    assert ran.err.startswith(
        f"ddm: 1 {silent}: asked for, but not done yet: another ddm (process {running.pid}) "
    )
    assert store.get(1).wanted is Wanted.PAUSE


def test_what_could_not_be_done_is_said_also_when_quiet(ddm, store, home, short_patience):
    store.add([JobSpec("http://127.0.0.1/a", "/files")])
    lock = ManagerLock.acquire(home / "state" / "ddm")
    ran = ddm("pause", "-q", 1)
    lock.release()

    assert ran.code == Exit.UNFINISHED
    assert "not done yet" in ran.err


def test_what_a_dead_manager_left_in_work_is_paused(ddm, store):
    store.add([JobSpec("http://127.0.0.1/a", "/files")])
    store.set_state(1, State.RUNNING, None)

    assert ddm("pause", 1).code == 0
    assert store.get(1).state is State.PAUSED


@pytest.mark.parametrize("command", ["pause", "resume", "remove"])
@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ((), "which jobs? give their numbers, or --all"),
        ((1, "--all"), "give the numbers of jobs, or --all, not both"),
        ((1, 7), "there is no job 7; `ddm status` lists them"),
        ((0,), "0 is not in the range"),
        (("x",), "'x' is not a valid integer range"),
        ((2**63,), "is not in the range"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_done(ddm, store, command, arguments, why):
    store.add([JobSpec("http://127.0.0.1/a", "/files")])
    store.set_state(1, State.FAILED, None)
    ran = ddm(command, *arguments)

    assert ran.code == Exit.USAGE
    assert why in ran.err
    assert [(job.state, job.wanted) for job in store.all()] == [(State.FAILED, Wanted.RUN)]


@pytest.mark.parametrize("command", ["pause", "resume", "remove"])
def test_nothing_to_steer_is_said_and_is_no_error(ddm, command):
    ran = ddm(command, "--all")

    assert ran.code == 0
    assert ran.err.startswith(f"ddm: nothing to {command}: ")


def test_quiet_says_nothing_of_what_went_well(ddm, store):
    store.add([JobSpec("http://127.0.0.1/a", "/files")])
    said = [ddm(command, "-q", "--all").err for command in ("pause", "resume", "remove", "pause")]

    assert said == ["", "", "", ""]
