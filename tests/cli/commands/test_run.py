import os
import signal
import subprocess
import sys
import time

import pytest

from ddm.cli.commands import run
from ddm.errors import Exit
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure
from ddm.spec import JobSpec
from ddm.store.lock import ManagerLock


def test_an_empty_queue_is_said_and_is_no_error(ddm):
    ran = ddm("run")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("ddm: nothing to do")


def test_every_queued_job_is_fetched_and_failures_are_told(ddm, refused):
    ddm("add", refused, refused + "2")
    ran = ddm("run", "--jobs", 1)

    assert ran.code == Exit.NETWORK
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == [
        "a.bin",
        "a.bin2",
        "0 of 2 done, 0 MiB",
    ]


def test_jobs_that_are_named_are_fetched_and_no_others(ddm, store, refused):
    for number in range(4):
        ddm("add", f"{refused}{number}")
    ddm("pause", 2)
    store.set_state(3, State.FAILED, None)
    store.set_state(4, State.DONE, None)
    ran = ddm("run", 2, 3, 4)

    assert ran.code == Exit.NETWORK
    assert ran.err.startswith(f"ddm: 4 {refused}3: it is done already\n")
    assert [job.state for job in store.all()] == [
        State.QUEUED,
        State.FAILED,
        State.FAILED,
        State.DONE,
    ]


@pytest.fixture
def done(ddm, store, refused, home):
    """A job that is done; the path that its file had."""
    ddm("add", "-d", home, refused)
    store.set_part(1, "a.bin", Representation(3), PartIdentity("boot", 1, 1), 0)
    store.set_state(1, State.DONE, None)
    return home / "a.bin"


def test_a_job_whose_finished_file_is_gone_is_not_said_to_be_done(ddm, done):
    ran = ddm("run", 1)

    assert ran.code == Exit.UNFINISHED
    assert ran.err == f"ddm: a.bin: {done} is gone; `ddm get` with its URL fetches it again\n"


def test_a_restart_of_a_finished_file_says_what_would_fetch_it_again(ddm, done):
    done.write_bytes(b"abc")
    ran = ddm("run", "--force-restart", 1)

    assert ran.code == 0
    assert "it is done already; `ddm get --overwrite` with its URL" in ran.err


@pytest.mark.parametrize("before", [("pause", 1), ("run",)], ids=["paused", "failed"])
def test_a_queue_in_which_all_jobs_rest_says_how_they_go_on(ddm, refused, before):
    ddm("add", refused)
    ddm(*before)

    assert "`ddm resume --all` lets those go on" in ddm("run").err


def test_a_job_that_is_not_there_is_a_usage_error_and_nothing_is_fetched(ddm, store, refused):
    ddm("add", refused)
    ran = ddm("run", 1, 7)

    assert (ran.code, ran.err) == (Exit.USAGE, "ddm: there is no job 7; `ddm status` lists them\n")
    assert store.get(1).state is State.QUEUED


def test_named_jobs_and_forever_do_not_go_together(ddm, refused):
    ddm("add", refused)

    assert ddm("run", 1, "--forever").code == Exit.USAGE


@pytest.fixture
def begun(ddm, store, refused):
    """Three jobs with a part file: queued, failed as changed, failed."""
    ddm("add", refused, refused + "2", refused + "3")
    for job_id in (1, 2, 3):
        known = Representation(3, etag='"one"')
        store.set_part(job_id, "a", known, PartIdentity("boot", 1, job_id), 0)
    store.set_state(2, State.FAILED, StoredFailure("changed", "another file", Exit.CHANGED))
    store.set_state(3, State.FAILED, StoredFailure("broken", "reset", Exit.NETWORK))


@pytest.mark.parametrize(("ids", "restarted"), [((), [2]), ((3,), [3]), ((1, 3), [1, 3])])
def test_a_forced_restart_is_of_the_named_or_of_what_changed(ddm, store, begun, ids, restarted):
    ddm("run", "-q", "--force-restart", *ids)

    assert [job.id for job in store.all() if job.etag is None] == restarted


def test_a_forced_restart_without_a_changed_file_is_said(ddm, refused):
    ddm("add", refused)

    assert "no job has failed because its file changed" in ddm("run", "--force-restart").err


def test_forever_waits_for_jobs_and_ends_with_a_signal(home, store, refused):
    with subprocess.Popen(
        [sys.executable, "-m", "ddm", "run", "--forever"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=home,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        waiting = process.stderr.readline()
        store.add([JobSpec(refused, str(home))])
        failed = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        code = process.wait(10)
        said = process.stderr.read()

    assert waiting == "ddm: the queue is empty; waiting for `ddm add URL`\n"
    assert failed.startswith("ddm: a.bin: could not connect")
    assert code == Exit.TERMINATED
    assert "stopping; what was fetched is kept" in said


def test_a_holder_that_leaves_at_once_is_waited_for(ddm, home, monkeypatch):
    lock = ManagerLock.acquire(home / "state" / "ddm")
    monkeypatch.setattr(time, "sleep", lambda _: lock.release())

    assert ddm("run").code == 0


def test_while_another_ddm_holds_the_queue_it_says_who(ddm, home, monkeypatch):
    monkeypatch.setattr(run, "PATIENCE_S", 0.0)
    lock = ManagerLock.acquire(home / "state" / "ddm")
    ran = ddm("run")
    lock.release()

    assert ran.code == Exit.HELD
    assert ran.err.startswith("ddm: another manager of this process works with ")


def test_a_number_of_jobs_out_of_bounds_is_a_usage_error(ddm):
    assert ddm("run", "--jobs", "-1").code == Exit.USAGE


def test_jobs_that_trust_any_certificate_are_said_loudly(ddm, refused):
    ddm("add", "--insecure", refused)

    assert ddm("run", "-q").err.count("--insecure") == 1


def test_the_limits_of_this_run_go_before_the_configuration(ddm, refused, monkeypatch):
    monkeypatch.delenv("DDM_RETRY_MAX_ATTEMPTS")
    ddm("add", refused)

    assert "(gave up after 1 try)" in ddm("run", "--max-tries", 1).err


def test_a_job_that_was_added_with_insecure_is_warned_of(ddm, refused):
    assert ddm("add", "--insecure", refused).code == 0
    assert "ddm: warning: some jobs were added with --insecure: " in ddm("run").err
