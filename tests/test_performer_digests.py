"""Digests by slices: one slice a turn, and everything else goes on between two."""

import hashlib

import pytest

from ddm.core.events import StopRequested
from ddm.limits import DIGEST_SLICE_BYTES
from ddm.record import State
from ddm.spec import Checksum

BIG, SMALL = 3 * DIGEST_SLICE_BYTES + 1, 1000


@pytest.fixture
def house(build):
    return build({"big": BIG, "small": SMALL})


@pytest.fixture
def add(house):
    """Adds a file, asked for with its checksum."""

    def added(name):
        body = house.bodies[name]
        found = hashlib.sha512(body.read(0, body.size)).hexdigest()
        return house.add(name, checksums=(Checksum("sha-512", found),))

    return added


def turns_until(house, job_id, state):
    """Turn until a job is in that state; how many turns it took."""
    return house.turn_until(lambda: house.state(job_id) is state)


def test_a_file_is_digested_by_one_slice_a_turn(house, add):
    big = add("big")
    turns_until(house, big, State.VERIFYING)

    assert house.performer.deadline() == 0.0
    assert turns_until(house, big, State.DONE) == 4
    assert (house.directory / "big").stat().st_size == BIG


def test_other_jobs_go_on_between_slices(house, add):
    big = add("big")
    turns_until(house, big, State.VERIFYING)

    small = add("small")
    house.turn()

    assert house.state(small) is State.PROBING
    assert house.state(big) is State.VERIFYING
    turns_until(house, small, State.DONE)
    turns_until(house, big, State.DONE)


def test_a_stop_between_slices_closes_the_part_and_forgets_its_digest(house, add):
    big = add("big")
    turns_until(house, big, State.VERIFYING)
    house.turn()

    house.performer.submit(StopRequested())
    house.turn()

    assert house.state(big) is State.QUEUED
    assert house.work() == 0
    assert house.performer.deadline() is None


def test_a_stop_in_the_turn_of_the_last_slice_comes_after_the_digest(house, add):
    big = add("big")
    turns_until(house, big, State.VERIFYING)
    for _ in range(3):
        house.turn()

    house.performer.submit(StopRequested())
    house.turn()

    assert house.state(big) is State.DONE


def test_a_file_that_cannot_be_read_fails_the_job_with_its_path(house, add, monkeypatch):
    big = add("big")
    turns_until(house, big, State.VERIFYING)

    def broken(*_):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("os.pread", broken)
        turns_until(house, big, State.FAILED)
    error = house.store.get(big).error

    assert error.kind == "disk-error"
    assert "read" in error.message
    assert str(house.directory / "big.part") in error.message
