import os
import subprocess
from types import SimpleNamespace

import pytest

from ddm.core.events import OrderChanged, QueueChanged, RateChanged, WishChanged
from ddm.disk.localdisk import LocalDisk
from ddm.errors import BusyError
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure, Wanted
from ddm.spec import JobSpec
from ddm.steering import Steering, settle_all
from ddm.store.jobs import JobStore

ERROR = StoredFailure("not-found", "no such file", 3)
# What becomes of a job at rest: its state and what is wanted of it; None if it is gone.
TABLE = {
    (State.QUEUED, Wanted.RUN): (State.QUEUED, Wanted.RUN),
    (State.QUEUED, Wanted.PAUSE): (State.PAUSED, Wanted.PAUSE),
    (State.PAUSED, Wanted.RUN): (State.QUEUED, Wanted.RUN),
    (State.PAUSED, Wanted.PAUSE): (State.PAUSED, Wanted.PAUSE),
    (State.DONE, Wanted.RUN): (State.DONE, Wanted.RUN),
    (State.DONE, Wanted.PAUSE): (State.DONE, Wanted.RUN),
    (State.FAILED, Wanted.RUN): (State.FAILED, Wanted.RUN),
    (State.FAILED, Wanted.PAUSE): (State.FAILED, Wanted.RUN),
    **{(s, Wanted.REMOVE): None for s in (State.QUEUED, State.PAUSED, State.DONE, State.FAILED)},
}


@pytest.fixture
def disk():
    return LocalDisk("boot")


@pytest.fixture
def store(connect):
    return JobStore(connect())


@pytest.fixture
def steering(store, disk):
    return Steering(store, disk)


@pytest.fixture
def add(store, tmp_path):
    """Adds a job; with a name also the file that it is about, as its part or under its name."""

    def added(state=State.QUEUED, name=None, suffix=".part", directory=tmp_path):
        (job_id,) = store.add([JobSpec("http://a.test/", str(directory))])
        file = directory / f"{name}{suffix}"
        if name is not None:
            file.write_bytes(b"fetched")
            found = file.stat()
            part = PartIdentity("boot", found.st_dev, found.st_ino)
            store.set_part(job_id, name, Representation(7, '"v"'), part, 0)
        store.set_state(job_id, state, ERROR if state is State.FAILED else None)
        return SimpleNamespace(id=job_id, file=file)

    return added


@pytest.fixture
def freeze():
    """Lets nobody unlink in a directory, not even root, until the end of the test."""
    frozen = []

    def change(how, directory):
        subprocess.run([*how, directory], check=True, capture_output=True)

    root = os.geteuid() == 0
    freezing, thawing = (
        (["chattr", "+a"], ["chattr", "-a"]) if root else (["chmod", "u-w"], ["chmod", "u+w"])
    )

    def froze(directory):
        try:
            change(freezing, directory)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("this file system has no attributes")
        frozen.append(directory)

    yield froze
    for directory in frozen:
        change(thawing, directory)


@pytest.mark.parametrize(("state", "wanted"), TABLE, ids=str)
def test_a_wish_for_a_job_at_rest(store, disk, add, state, wanted):
    job = add(state)
    store.wish([job.id], wanted)
    settle_all(store, disk)
    record = store.get(job.id)

    assert (record and (record.state, record.wanted)) == TABLE[state, wanted]


def test_a_wish_that_came_too_late_leaves_the_reason_why_it_failed(store, disk, add):
    job = add(State.FAILED)
    store.wish([job.id], Wanted.PAUSE)
    settle_all(store, disk)

    assert store.get(job.id).error == ERROR


def test_nothing_is_left_to_do_afterwards(store, disk, add):
    for state, wanted in TABLE:
        store.wish([add(state).id], wanted)

    assert settle_all(store, disk) == len([1 for now, then in TABLE.items() if now != then])
    assert settle_all(store, disk) == 0


def test_jobs_in_work_are_left_alone(store, steering, add):
    busy, free = add(State.RUNNING), add()
    store.wish([busy.id, free.id], Wanted.REMOVE)

    assert steering.settle(lambda job_id: job_id == busy.id) == 1
    assert [record.id for record in store.wishes()] == [busy.id]


def test_whose_wishes_came_into_force_can_be_asked_once(store, steering, add):
    jobs = [add().id, add().id]
    store.wish(jobs, Wanted.REMOVE)
    steering.settle(lambda _: False)
    assert [record.id for record in steering.take_settled()] == jobs
    assert steering.take_settled() == []


def test_while_another_process_writes_nothing_is_done(store, disk, add, connect):
    job = add(State.DONE, "f", "")
    store.wish([job.id], Wanted.REMOVE, delete_files=True)
    with connect().transaction(), pytest.raises(BusyError):
        settle_all(store, disk)

    assert job.file.exists()
    assert store.get(job.id).wanted is Wanted.REMOVE


def test_without_a_wish_it_does_not_matter_that_another_process_writes(store, disk, add, connect):
    add()
    with connect().transaction():
        assert settle_all(store, disk) == 0


@pytest.mark.parametrize("suffix", [".part", ""])
@pytest.mark.parametrize("delete_files", [True, False])
def test_files_go_only_if_that_is_wished(store, disk, add, suffix, delete_files):
    job = add(State.PAUSED, "f", suffix)
    store.wish([job.id], Wanted.REMOVE, delete_files=delete_files)
    settle_all(store, disk)

    assert store.get(job.id) is None
    assert job.file.exists() is not delete_files


@pytest.mark.parametrize("suffix", [".part", ""])
def test_a_file_of_that_name_that_is_not_ours_stays(store, disk, add, suffix):
    job = add(State.PAUSED, "f", suffix)
    job.file.rename(job.file.with_name("ours"))
    job.file.write_bytes(b"somebody's")
    store.wish([job.id], Wanted.REMOVE, delete_files=True)
    settle_all(store, disk)

    assert store.get(job.id) is None
    assert job.file.read_bytes() == b"somebody's"


def test_a_job_that_never_had_a_file_is_removed(store, disk, add):
    job = add(State.FAILED)
    store.wish([job.id], Wanted.REMOVE, delete_files=True)
    settle_all(store, disk)

    assert store.get(job.id) is None


def test_files_that_are_gone_already_are_no_hindrance(store, disk, add):
    job = add(State.DONE, "f", "")
    job.file.unlink()
    store.wish([job.id], Wanted.REMOVE, delete_files=True)
    settle_all(store, disk)

    assert store.get(job.id) is None


def test_a_file_that_another_process_writes_keeps_its_job_with_the_reason(store, disk, add):
    job = add(State.PAUSED, "f")
    store.wish([job.id], Wanted.REMOVE, delete_files=True)
    record = store.get(job.id)
    part = (
        LocalDisk("boot")
        .open_part(record.spec.directory, "f", exact=True, size_bytes=None, resume=record.part)
        .result()
    )
    settle_all(store, disk)
    part.close()
    record = store.get(job.id)

    assert (record.state, record.wanted, record.delete_files) == (State.FAILED, Wanted.RUN, False)
    assert (record.error.kind, record.error.code) == ("file-busy", 11)
    assert str(job.file) in record.error.message
    assert job.file.exists()


def test_a_file_that_cannot_be_removed_keeps_its_job_with_the_reason(
    store, disk, add, tmp_path, freeze
):
    directory = tmp_path / "frozen"
    directory.mkdir()
    job = add(State.DONE, "f", "", directory)
    store.wish([job.id], Wanted.REMOVE, delete_files=True)
    freeze(directory)
    settle_all(store, disk)
    record = store.get(job.id)

    assert (record.state, record.wanted) == (State.DONE, Wanted.RUN)
    assert f"could not remove {job.file}" in record.error.message
    assert job.file.exists()


def test_jobs_in_work_that_stand_elsewhere_by_now_are_found(store, steering):
    store.add([JobSpec("http://127.0.0.1/f", "/d")] * 4)
    held = store.asked_of([1, 2, 3])
    assert steering.changed(held, 0) == []

    store.move([3], 1)
    store.prioritize(2, 5)
    store.remove(1)

    assert sorted(steering.changed(held, 0), key=lambda event: event.job_id) == [
        OrderChanged(2, 5, 2.0),
        OrderChanged(3, 0, 0.0),
    ]
    assert steering.changed({}, 0) == []


def test_other_limits_are_found_those_of_jobs_in_work_and_that_of_all(store, steering):
    store.add([JobSpec("http://127.0.0.1/f", "/d")] * 3)
    held = store.asked_of([1, 2])
    store.set_rate([2, 3], 1000)
    store.ask_rate(5000)

    assert steering.changed(held, 0) == [RateChanged(2, 1000), RateChanged(None, 5000)]
    assert steering.changed(store.asked_of([1, 2]), 5000) == []


def test_of_jobs_in_work_the_engine_is_told_what_is_wished(store, steering):
    store.add([JobSpec("http://127.0.0.1/f", "/d")] * 3)
    store.wish([1, 2], Wanted.PAUSE)

    assert steering.heed(lambda job_id: job_id != 1) == [
        QueueChanged(),
        WishChanged(2, Wanted.PAUSE),
    ]
    assert store.get(1).state is State.PAUSED
