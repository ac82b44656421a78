"""What streams are told: of a rehearsal, where time passes as the test wants it."""

import gc
from itertools import pairwise

import pytest
from msgspec.structs import replace

from ddm import Limits
from ddm.errors import UsageError
from ddm.library.happenings import (
    Done,
    Failed,
    HostLate,
    Paused,
    Progress,
    Removed,
    Started,
    Waiting,
)
from ddm.record import State
from ddm.store.jobs import JobStore
from ddm.testing import rehearsal

URL, OTHER_URL = "https://example.org/f", "https://example.org/g"
MIB = 1 << 20


@pytest.fixture
def stage():
    with rehearsal() as stage:
        stage.serve(OTHER_URL, bytes(100))
        yield stage


@pytest.fixture
def manager(stage):
    return stage.manager()


@pytest.fixture
def slow(stage, manager, tmp_path):
    """A job that takes eight seconds, in work."""
    stage.serve(URL, bytes(8 * MIB), speed_bps=MIB / 4, ranges=False)
    job = manager.add(URL, tmp_path)
    while job.state is not State.RUNNING:
        manager.turn(None)
    return job


def kinds(happenings):
    return [type(happening) for happening in happenings]


def without_progress(stream):
    return [each for each in stream.take() if not isinstance(each, Progress)]


def test_a_job_starts_comes_on_and_is_done(stage, manager, tmp_path):
    stage.serve(URL, bytes(8 * MIB))
    stream = manager.events()
    job = manager.add(URL, tmp_path)
    manager.wait(job)
    started, *others, done = stream.take()

    assert (started, done) == (Started(started.view), Done(job.view()))
    assert set(kinds(others)) == {Progress}
    assert {happening.job_id for happening in (started, *others, done)} == {job.id}


def test_a_job_that_begins_and_ends_in_one_turn_still_does_both(manager, slow):
    stream = manager.events()
    stream.take()
    listeners = manager._house.listeners
    for state in (State.PROBING, State.WAITING, State.RUNNING, State.FINISHING, State.DONE):
        listeners.on_state(7, state)
    view = replace(slow.view(), id=7, state=State.DONE)
    listeners.on_ended(view)
    manager.turn(0.0)

    assert stream.take()[:2] == [Started(view), Done(view)]


def test_many_small_files_start_and_are_done_each_once(manager, tmp_path):
    stream = manager.events()
    manager.wait(*(manager.add(OTHER_URL, tmp_path / f"{n}") for n in range(100)))
    happenings = without_progress(stream)

    for kind in (Started, Done):
        ids = [happening.job_id for happening in happenings if isinstance(happening, kind)]
        assert sorted(ids) == list(range(1, 101))
    assert len(happenings) == 200


def test_a_wait_is_told_with_its_reason_and_its_length_and_is_no_new_start(
    stage, manager, tmp_path
):
    stage.serve(URL, bytes(100), fails=[503], retry_after_s=300)
    stream = manager.events()
    manager.wait(manager.add(URL, tmp_path))
    started, waiting, done = without_progress(stream)

    assert kinds([started, waiting, done]) == [Started, Waiting, Done]
    assert "503 Service Unavailable" in waiting.view.reason
    assert waiting.view.waiting_s == pytest.approx(300, abs=1)


def test_a_failure_is_told_with_its_cause(stage, manager, tmp_path):
    stage.serve(URL, status=404)
    stream = manager.events()
    manager.wait(manager.add(URL, tmp_path))
    *_, failed = stream.take()

    assert isinstance(failed, Failed)
    assert "404 Not Found" in failed.view.failure.message


def test_a_pause_ends_a_run_and_the_next_one_starts(manager, slow):
    stream = manager.events()
    slow.pause()
    manager.wait(manager.quiet())
    slow.resume()
    manager.wait(slow)

    assert kinds(without_progress(stream)) == [Started, Paused, Started, Done]


def test_a_job_in_work_that_is_removed_is_so_once(manager, slow):
    stream = manager.events()
    slow.remove(delete_files=True)
    manager.wait(slow, manager.quiet())
    started, removed = without_progress(stream)

    assert kinds([started, removed]) == [Started, Removed]
    assert (removed.job_id, removed.view.removed) == (slow.id, True)


def test_a_queued_job_that_is_paused_and_removed_is_so(stage, tmp_path):
    manager = stage.manager(limits=Limits(max_jobs=1))
    stage.serve(URL, bytes(8 * MIB), speed_bps=MIB)
    first, job = manager.add(URL, tmp_path), manager.add(OTHER_URL, tmp_path)
    stream = manager.events(job)
    while first.state is not State.RUNNING:
        manager.turn(None)
    job.pause()
    while job.state is not State.PAUSED:
        manager.turn(None)
    job.remove()
    manager.wait(job)
    happenings = stream.take()

    assert kinds(happenings) == [Paused, Removed]
    assert {happening.view.name or happening.view.url for happening in happenings} == {OTHER_URL}
    assert stream.over


def test_progress_is_told_at_most_so_often(manager, slow):
    stream, told = manager.events(progress_per_s=2.0), []
    while not slow.over:
        manager.turn(None)
        told += [
            (manager._house.now(), each) for each in stream.take() if isinstance(each, Progress)
        ]
    steps_s = [after - before for (before, _), (after, _) in pairwise(told)]

    assert min(steps_s) > 0.499
    assert len(told) > 10
    amounts = [progress.view.done_bytes for _, progress in told]
    assert amounts == sorted(set(amounts))


def test_who_wants_no_progress_gets_none(manager, slow):
    stream = manager.events(progress_per_s=0.0)
    manager.wait(slow)

    assert kinds(stream.take()) == [Started, Done]


def test_a_stream_begins_with_how_things_stand(stage, manager, slow, tmp_path):
    done = manager.add(OTHER_URL, tmp_path / "done")
    failed = manager.add(OTHER_URL + "/missing", tmp_path)
    manager.wait(done, failed)
    slow.pause()
    while slow.state is not State.PAUSED:
        manager.turn(None)

    named = manager.events(slow, done, failed)
    assert kinds(named.take()) == [Paused, Done, Failed]
    assert not named.over
    assert kinds(manager.events(done.id, failed.id).take()) == [Done, Failed]
    assert manager.events().take() == []


def test_what_waits_is_told_to_who_comes_later_too(stage, manager, tmp_path):
    stage.serve(URL, bytes(100), fails=[503], retry_after_s=300)
    job = manager.add(URL, tmp_path)
    while job.state is not State.WAITING:
        manager.turn(None)

    assert kinds(manager.events(job).take()) == [Started, Waiting]


def test_a_stream_of_certain_jobs_tells_of_no_others(manager, slow, tmp_path):
    stream = manager.events(slow)
    manager.wait(manager.add(OTHER_URL, tmp_path))

    assert {happening.job_id for happening in stream.take()} == {slow.id}


def test_a_late_turn_is_told_to_every_stream(manager, slow):
    streams = [manager.events(), manager.events(slow)]
    manager._house.listeners.on_late(0.32)
    manager.turn(0.0)

    assert all(HostLate(0.32) in stream.take() for stream in streams)
    manager.turn(0.0)
    assert not any(HostLate(0.32) in stream.take() for stream in streams)


@pytest.mark.parametrize("how", ["closed", "dropped"])
def test_when_the_last_stream_is_gone_nothing_is_noted_any_more(manager, slow, how):
    streams = [manager.events(), manager.events()]
    manager.turn(None)
    if how == "closed":
        for stream in streams:
            stream.close()
        del stream
    streams.clear()
    gc.collect()
    manager.turn(0.0)
    manager.wait(slow)

    teller = manager._teller
    assert teller not in [member for member, _ in manager._house.reactor._members]
    assert (teller.listens, teller._began, teller._left) == (False, [], {})
    assert kinds(manager.events(slow).take()) == [Done]


def test_nobody_is_woken_to_look_where_nothing_can_have_moved(stage, manager, tmp_path):
    stream = manager.events()
    assert manager._teller.deadline() is None
    stage.serve(URL, bytes(100), fails=[503], retry_after_s=300)
    job = manager.add(URL, tmp_path)
    while job.state is not State.WAITING:
        manager.turn(None)
    before_s = manager._house.now()
    for _ in range(3):
        manager.turn(None)

    assert manager._house.now() - before_s > 100
    assert stream.take()


def test_a_rate_that_makes_no_sense_is_refused(manager):
    with pytest.raises(UsageError, match="progress_per_s is -1"):
        manager.events(progress_per_s=-1)


def test_jobs_that_another_process_adds_are_told_of_too(tmp_path, server, open_manager, connect):
    manager = open_manager(tmp_path / "state")
    stream, told = manager.events(), []
    JobStore(connect()).add([manager.add(f"{server.url}/mine", tmp_path).spec])
    while kinds(told).count(Done) < 2:
        manager.turn(1.0)
        told += stream.take()

    assert sorted(happening.job_id for happening in told if isinstance(happening, Started)) == [
        1,
        2,
    ]
