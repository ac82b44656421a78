"""The performer between the real engine, disk and store, and a simulated network."""

import errno

import pytest

from ddm.core.events import QueueChanged, StopRequested
from ddm.record import State
from ddm.spec import JobSpec

SIZE = 3_000_000


@pytest.fixture
def house(build):
    # So slow that claims are recorded before all of it is there.
    return build({"f": SIZE}, speed_bps=1e6)


def test_a_queued_job_ends_as_a_whole_file_and_a_done_row(house):
    job_id = house.add("f")
    house.work()

    assert house.holds_all_of("f")
    assert house.state(job_id) is State.DONE
    assert [(view.id, view.state) for view in house.ended] == [(job_id, State.DONE)]


def test_only_the_jobs_that_it_works_on_are_admitted(house):
    first, second = house.add("f"), house.add("f", name="second")
    house.performer.work_on([second])
    house.work()

    assert house.state(first) is State.QUEUED
    assert house.state(second) is State.DONE


def test_a_job_is_offered_once_however_often_the_queue_changes(house):
    house.add("f")
    for _ in range(5):
        house.performer.submit(QueueChanged())
    house.work()

    assert len(house.ended) == 1
    assert [path.name for path in house.directory.iterdir()] == ["f"]


def test_a_run_commits_about_once_a_second_and_durably_before_the_name_and_at_the_end(house):
    house.add("f")
    house.store.commits.clear()
    house.work()
    durable = [files for durable, files in house.store.commits if durable]

    assert durable == [{"f.part"}, {"f"}]
    assert house.store.commits[-1] == (True, {"f"})
    assert len(house.store.commits) < 10 + house.clock.now()


def test_a_directory_that_cannot_be_made_fails_the_job_in_words(house):
    (house.directory / "file").write_bytes(b"")
    spec = JobSpec("http://a.test/f", str(house.directory / "file" / "below"))
    (job_id,) = house.store.add([spec])
    house.work()
    error = house.store.get(job_id).error

    assert error.kind == "no-directory"
    assert str(house.directory / "file" / "below") in error.message


def test_a_stop_keeps_what_was_written_and_a_later_run_asks_only_for_the_rest(house):
    job_id = house.add("f")
    house.turn_until(lambda: house.store.get(job_id).written)
    house.performer.submit(StopRequested())
    house.work()
    record, sent = house.store.get(job_id), house.internet.bytes_sent

    assert record.state is State.QUEUED
    assert record.written == record.synced
    assert 0 < record.written.total < SIZE
    house.restart()
    house.work()
    assert house.holds_all_of("f")
    twice = house.internet.bytes_sent - sent - (SIZE - record.written.total)
    assert 0 <= twice <= 128 * 1024  # the last of a slow connection


def test_a_file_name_taken_at_the_last_moment_is_never_overwritten(house):
    job_id = house.add("f")
    house.turn_until((house.directory / "f.part").exists)
    (house.directory / "f").write_bytes(b"somebody's")
    house.work()

    assert (house.directory / "f").read_bytes() == b"somebody's"
    assert house.holds_all_of("f", at="f (1)")
    assert house.store.get(job_id).name == "f (1)"


def test_a_part_file_that_cannot_be_written_to_makes_the_job_wait_with_its_first_cause(
    house, monkeypatch
):
    job_id = house.add("f")
    house.turn_until((house.directory / "f.part").exists)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.pwritev", full)
        house.turn_until(lambda: house.at_work(job_id) is State.WAITING)
    (view,) = house.engine.view(house.clock.now()).jobs

    assert f"{house.directory / 'f.part'}: No space left on device" in view.reason
    house.work()
    assert house.holds_all_of("f")


def test_of_transfers_that_are_over_and_recorded_no_mark_is_left(house):
    house.add("f")
    house.turn_until(lambda: house.store.get(1).written)

    assert 0 < len(house.marks.found()) <= house.engine.view(0).connections


def test_states_and_failures_are_logged(house):
    house.add("none")
    house.work()

    assert '"job": 1, "kind": "not-found"' in house.log_path.read_text()
    assert '"state": "failed"' in house.log_path.read_text()
