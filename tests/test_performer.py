"""The performer between the real engine, disk and store, and a simulated network."""

import contextlib
import errno
import random
from types import SimpleNamespace

import pytest

from ddm.core.engine import Engine
from ddm.core.events import QueueChanged, StopRequested
from ddm.disk.localdisk import LocalDisk
from ddm.limits import Limits
from ddm.log import open_log
from ddm.performer import Performer
from ddm.record import State
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from ddm.testing.body import Body, Version
from ddm.testing.clock import VirtualClock
from ddm.testing.network import SimNetwork
from ddm.testing.origin import Internet, Origin
from ddm.testing.served import ServedFile, Traits
from ddm.testing.story import Story

SIZE = 3_000_000


class Store(JobStore):
    """The real one, and a list of what was committed together."""

    def __init__(self, database):
        super().__init__(database)
        self.commits = []

    @contextlib.contextmanager
    def transaction(self, *, durable=False):
        with super().transaction(durable=durable):
            yield
        self.commits.append(durable)


@pytest.fixture
def world(tmp_path):
    """One file at http://a.test/f, and a performer that has been told that the queue changed."""
    clock = VirtualClock()
    body = Body("key", SIZE)
    # So slow that claims are recorded before all of it is there.
    file = ServedFile([(0.0, Version(body, '"v"', None))], Traits(speed_bps=1e6))
    internet = Internet([Origin("a.test", {"/f": file})], random.Random(1))
    network = SimNetwork(internet, clock=clock, story=Story("performer"))
    with contextlib.closing(open_database(None)) as database:
        store = Store(database)
        engine = Engine(Limits(), chance=random.Random(1), user_agent="test")
        log = open_log(tmp_path / "ddm.log")
        performer = Performer(engine, network=network, disk=LocalDisk("boot"), store=store, log=log)
        performer.submit(QueueChanged())
        ended = []
        performer.on_ended = ended.append

        def turn():
            due = [t for t in (network.deadline(), performer.deadline()) if t is not None]
            clock.advance_to(max(clock.now(), min(due)))
            network.advance(clock.now())
            performer.pump(clock.now())

        def work():
            while not performer.idle:
                turn()

        yield SimpleNamespace(
            body=body, directory=tmp_path, ended=ended, performer=performer, store=store,
            internet=internet, turn=turn, work=work, log=tmp_path / "ddm.log",
        )  # fmt: skip
        performer.close()
        log.close()


def wanted(world, **more):
    return JobSpec("http://a.test/f", str(world.directory), **more)


def test_a_queued_job_ends_as_a_whole_file_and_a_done_row(world):
    (job_id,) = world.store.add([wanted(world)])
    world.work()

    assert (world.directory / "f").read_bytes() == world.body.read(0, SIZE)
    assert world.store.get(job_id).state is State.DONE
    assert [(view.id, view.state) for view in world.ended] == [(job_id, State.DONE)]


def test_only_the_jobs_that_it_works_on_are_admitted(world):
    first, second = world.store.add([wanted(world), wanted(world, name="second")])
    world.performer.work_on([second])
    world.work()

    assert world.store.get(first).state is State.QUEUED
    assert world.store.get(second).state is State.DONE


def test_a_job_is_offered_once_however_often_the_queue_changes(world):
    world.store.add([wanted(world)])
    for _ in range(5):
        world.performer.submit(QueueChanged())
    world.work()

    assert len(world.ended) == 1
    assert [path.name for path in world.directory.iterdir() if path.name != "ddm.log"] == ["f"]


def test_the_last_commit_of_a_run_is_durable(world):
    world.store.add([wanted(world)])
    world.store.commits.clear()
    world.work()

    assert world.store.commits[-1] is True
    assert world.store.commits.count(True) == 1


def test_a_directory_that_cannot_be_made_fails_the_job_in_words(world):
    (world.directory / "file").write_bytes(b"")
    spec = JobSpec("http://a.test/f", str(world.directory / "file" / "below"))
    (job_id,) = world.store.add([spec])
    world.work()
    error = world.store.get(job_id).error

    assert error.kind == "no-directory"
    assert str(world.directory / "file" / "below") in error.message


def test_a_stop_keeps_what_was_written_and_a_later_run_asks_only_for_the_rest(world):
    (job_id,) = world.store.add([wanted(world)])
    while not world.store.get(job_id).written:
        world.turn()
    world.performer.submit(StopRequested())
    world.work()
    record = world.store.get(job_id)

    assert record.state is State.QUEUED
    assert record.written == record.synced
    assert 0 < record.written.total < SIZE


def test_a_file_name_taken_at_the_last_moment_is_never_overwritten(world):
    (job_id,) = world.store.add([wanted(world)])
    while not (world.directory / "f.part").exists():
        world.turn()
    (world.directory / "f").write_bytes(b"somebody's")
    world.work()

    assert (world.directory / "f").read_bytes() == b"somebody's"
    assert (world.directory / "f (1)").read_bytes() == world.body.read(0, SIZE)
    assert world.store.get(job_id).name == "f (1)"


def test_a_part_file_that_cannot_be_written_to_stops_the_job_with_its_first_cause(
    world, monkeypatch
):
    (job_id,) = world.store.add([wanted(world)])
    while not (world.directory / "f.part").exists():
        world.turn()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.pwritev", full)
        world.work()
    error = world.store.get(job_id).error

    assert error.kind == "disk-full"
    assert str(world.directory / "f.part") in error.message


def test_states_and_failures_are_logged(world):
    world.store.add([JobSpec("http://a.test/none", str(world.directory))])
    world.work()

    assert '"kind": "not-found"' in world.log.read_text()
    assert '"state": "failed"' in world.log.read_text()
