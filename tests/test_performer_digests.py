"""Digests by slices: one slice a turn, and everything else goes on between two."""

import contextlib
import hashlib
import random
from types import SimpleNamespace

import pytest

from ddm.core.engine import Engine
from ddm.core.events import QueueChanged, StopRequested
from ddm.disk.localdisk import LocalDisk
from ddm.limits import DIGEST_SLICE_BYTES, Limits
from ddm.performer import Performer
from ddm.record import State
from ddm.spec import Checksum, JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from ddm.testing.body import Body, Version
from ddm.testing.clock import VirtualClock
from ddm.testing.network import SimNetwork
from ddm.testing.origin import Internet, Origin
from ddm.testing.served import ServedFile
from ddm.testing.story import Story

BIG, SMALL = 3 * DIGEST_SLICE_BYTES + 1, 1000


@pytest.fixture
def world(tmp_path):
    """A big and a small file at http://a.test/, each asked for with its checksum, and a performer to pump."""
    clock, bodies = VirtualClock(), {"big": Body("big", BIG), "small": Body("small", SMALL)}
    files = {f"/{n}": ServedFile([(0.0, Version(b, '"v"', None))]) for n, b in bodies.items()}
    internet = Internet([Origin("a.test", files)], random.Random(1))
    network = SimNetwork(internet, clock=clock, story=Story("digests"))
    with contextlib.closing(open_database(None)) as database:
        store = JobStore(database, clock.wall)
        engine = Engine(Limits(), chance=random.Random(1), user_agent="test")
        performer = Performer(engine, network=network, disk=LocalDisk("boot"), store=store)

        def add(name):
            found = hashlib.sha512(bodies[name].read(0, bodies[name].size)).hexdigest()
            url, checksums = f"http://a.test/{name}", (Checksum("sha-512", found),)
            (job_id,) = store.add([JobSpec(url, str(tmp_path), checksums=checksums)])
            performer.submit(QueueChanged())
            return job_id

        def turn():
            due = [t for t in (network.deadline(), performer.deadline()) if t is not None]
            clock.advance_to(max(clock.now(), min(due)))
            network.advance(clock.now())
            performer.pump(clock.now())

        def turns_until(job_id, *states):
            """Turn until a job is in one of the states; how many turns it took."""
            turns = 0
            while store.get(job_id).state not in states:
                turn()
                turns += 1
            return turns

        yield SimpleNamespace(
            add=add, turn=turn, turns_until=turns_until, performer=performer, store=store,
            directory=tmp_path,
        )  # fmt: skip
        performer.close()


def test_a_file_is_digested_by_one_slice_a_turn(world):
    big = world.add("big")
    world.turns_until(big, State.VERIFYING)

    assert world.performer.deadline() == 0.0
    assert world.turns_until(big, State.DONE) == 4
    assert (world.directory / "big").stat().st_size == BIG


def test_other_jobs_go_on_between_slices(world):
    big = world.add("big")
    world.turns_until(big, State.VERIFYING)

    small = world.add("small")
    world.turn()

    assert world.store.get(small).state is State.PROBING
    assert world.store.get(big).state is State.VERIFYING
    world.turns_until(small, State.DONE)
    world.turns_until(big, State.DONE)


def test_a_stop_between_slices_closes_the_part_and_forgets_its_digest(world):
    big = world.add("big")
    world.turns_until(big, State.VERIFYING)
    world.turn()

    world.performer.submit(StopRequested())
    world.turn()

    assert world.store.get(big).state is State.QUEUED
    assert world.performer.idle
    assert world.performer.deadline() is None


def test_a_stop_in_the_turn_of_the_last_slice_comes_after_the_digest(world):
    big = world.add("big")
    world.turns_until(big, State.VERIFYING)
    for _ in range(3):
        world.turn()

    world.performer.submit(StopRequested())
    world.turn()

    assert world.store.get(big).state is State.DONE


def test_a_file_that_cannot_be_read_fails_the_job_with_its_path(world, monkeypatch):
    big = world.add("big")
    world.turns_until(big, State.VERIFYING)

    def broken(*_):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("os.pread", broken)
        world.turns_until(big, State.FAILED)
    error = world.store.get(big).error

    assert error.kind == "disk-error"
    assert "read" in error.message
    assert str(world.directory / "big.part") in error.message
