"""The manager as a program has it, with no loop but its own."""

import shutil

import pytest

from ddm import Manager
from ddm.errors import ClosedError, DownloadError, Exit, HeldError, StateError, UsageError
from ddm.record import State
from ddm.spec import JobSpec

BODY = bytes(range(256)) * 100


def test_a_job_is_fetched_while_somebody_waits_for_it(manager, server, tmp_path):
    job = manager.add(f"{server.url}/file", tmp_path)

    assert manager.wait(job)
    assert job.result() == tmp_path / "file"
    assert job.result().read_bytes() == BODY


def test_several_are_waited_for_at_once(manager, server, tmp_path):
    jobs = [manager.add(f"{server.url}/file", tmp_path / str(number)) for number in range(5)]

    manager.wait(*jobs)

    assert [job.result().name for job in jobs] == list("01234")


def test_waiting_has_an_end_if_it_is_given_one(manager, server, tmp_path):
    job = manager.add(f"{server.url}/gated", tmp_path)

    assert not manager.wait(job, timeout_s=0.0)
    assert not job.over


def test_a_spec_is_taken_as_it_is(manager, server, tmp_path):
    job = manager.add(JobSpec(f"{server.url}/file", str(tmp_path), name="other"))
    manager.wait(job)
    assert job.result() == tmp_path / "other"


@pytest.mark.parametrize("asked", ["ftp://a.test/", JobSpec("ftp://a.test/", "/")])
def test_what_makes_no_sense_is_refused_at_once(manager, asked):
    with pytest.raises(UsageError, match="ftp"):
        manager.add(asked)
    assert manager.idle or manager.wait(manager.quiet())


def test_without_a_state_directory_nothing_but_the_file_is_left(open_manager, server, tmp_path):
    manager = open_manager(None)
    manager.wait(manager.add(f"{server.url}/file", tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_two_managers_of_one_process_do_not_share_a_queue(manager, tmp_path):
    with pytest.raises(HeldError):
        Manager.open(tmp_path / "state")


def test_a_job_that_fails_says_why_and_the_others_go_on(manager, server, tmp_path):
    bad, good = (manager.add(f"{server.url}/{name}", tmp_path) for name in ("none", "file"))
    manager.wait(bad, good)

    with pytest.raises(DownloadError, match="404") as raised:
        bad.result()
    assert raised.value.code is Exit.NOT_FOUND
    assert good.result().exists()


def test_what_is_asked_between_turns_makes_its_descriptor_readable(manager, tmp_path, poll):
    manager.wait(manager.quiet())
    assert not poll(manager.fileno())

    manager.add("http://127.0.0.1:1/", tmp_path)

    assert poll(manager.fileno())


def test_what_was_added_before_it_is_closed_is_in_the_queue_of_the_next(open_manager, tmp_path):
    first = open_manager(tmp_path / "state")
    first.add("http://127.0.0.1:1/file", tmp_path)
    first.close()

    assert open_manager(tmp_path / "state").job(1).state is State.QUEUED


def test_a_job_of_an_earlier_run_is_known_by_its_number(open_manager, server, tmp_path):
    with Manager.open(tmp_path / "state") as first:
        first.wait(first.add(f"{server.url}/file", tmp_path))

    job = open_manager(tmp_path / "state").job(1)

    assert job.over
    assert job.result() == tmp_path / "file"


def test_each_job_is_one_thing_however_it_is_asked_for(manager, until, tmp_path):
    job = manager.add("http://127.0.0.1:1/", tmp_path)
    until(lambda: job.id)
    assert manager.job(job.id) is job


def test_a_number_that_no_job_has_is_said(manager):
    with pytest.raises(UsageError, match="no job 7"):
        manager.pause(7)


def test_a_job_is_paused_and_goes_on(manager, until, server, tmp_path):
    job = manager.add(f"{server.url}/gated", tmp_path)
    until(lambda: job.view().done_bytes)
    job.pause()
    until(lambda: job.state is State.PAUSED)
    assert not job.over

    server.gate.set()
    server.end.set()
    manager.resume(job.id)
    manager.wait(job)

    assert job.result().stat().st_size == 4 << 20


def test_a_job_that_failed_is_waited_for_again_when_it_is_resumed(manager, server, tmp_path):
    (tmp_path / "file").touch()
    job = manager.add(f"{server.url}/x", tmp_path / "file")
    manager.wait(job)
    (tmp_path / "file").unlink()

    job.resume()
    assert not job.over
    manager.wait(job)

    assert job.result().read_bytes() == BODY


def test_pausing_a_job_right_after_it_was_added_pauses_it(manager, until, server, tmp_path):
    job = manager.add(f"{server.url}/gated", tmp_path)
    job.pause()
    until(lambda: job.state is State.PAUSED)


@pytest.mark.parametrize("delete_files", [False, True])
def test_a_job_is_removed_with_or_without_its_files(manager, until, server, tmp_path, delete_files):
    job = manager.add(f"{server.url}/gated", tmp_path)
    until(lambda: job.view().done_bytes)
    job.remove(delete_files=delete_files)
    manager.wait(job, manager.quiet())

    with pytest.raises(DownloadError, match="was removed"):
        job.result()
    assert (tmp_path / "gated.part").exists() is not delete_files


def test_a_job_that_nobody_works_on_is_removed_too(manager, server, tmp_path):
    job = manager.add(f"{server.url}/file", tmp_path)
    manager.wait(job)
    job.remove(delete_files=True)
    manager.wait(manager.quiet())

    assert job.view().removed
    assert not (tmp_path / "file").exists()


def test_a_stop_lets_every_job_keep_what_it_has(manager, until, server, tmp_path):
    job = manager.add(f"{server.url}/gated", tmp_path)
    until(lambda: job.view().done_bytes)

    manager.wait(manager.stop())

    assert job.state is State.QUEUED
    assert job.view().done_bytes
    with pytest.raises(ClosedError, match="stopped"):
        manager.wait(job)


def test_after_it_was_closed_it_says_so_and_closing_again_is_no_error(manager, tmp_path):
    job = manager.add("http://127.0.0.1:1/file", tmp_path)
    manager.close()
    manager.close()

    for asked in (manager.turn, lambda: manager.wait(job), lambda: manager.add(job.spec)):
        with pytest.raises(ClosedError, match="closed"):
            asked()
    assert job.state is State.QUEUED


def test_when_its_queue_is_gone_it_can_only_be_closed(manager, until, server, tmp_path):
    manager.wait(manager.add(f"{server.url}/file", tmp_path))
    shutil.rmtree(tmp_path / "state")

    with pytest.raises(StateError, match="removed"):
        until(lambda: False)
    with pytest.raises(StateError, match="removed"):
        manager.add(f"{server.url}/file", tmp_path)


def test_who_wants_to_be_called_is_called_after_the_turn(manager, server, tmp_path):
    job, called = manager.add(f"{server.url}/file", tmp_path), []
    job.when_over(called.append)

    manager.wait(job)
    assert called == [job]

    job.when_over(called.append)
    assert called == [job]
    manager.turn()
    assert called == [job, job]


def test_why_a_job_is_as_it_is_can_be_asked(manager, until, server, tmp_path):
    job = manager.add(f"{server.url}/gated", tmp_path)
    assert manager.explain(job) is None
    assert job.story() == ()

    until(lambda: job.view().done_bytes)

    assert job.explain().causes
    assert any("request 1 asks" in told.text for told in manager.story(job.id))
    assert [view.id for view in manager.view().jobs] == [job.id]
    assert manager.turns().count


def test_a_loop_can_have_it_only_once(manager, tmp_path):
    class Loop:
        name = "a loop"

        def detach(self):
            pass

    manager.enter_loop(Loop(), 0.01)
    with pytest.raises(UsageError, match="a loop turns this manager already"):
        manager.enter_loop(Loop(), 0.01)
    with pytest.raises(UsageError, match="a loop turns this manager: wait"):
        manager.wait(manager.quiet())

    manager.leave_loop()
    manager.enter_loop(Loop(), 0.01)
