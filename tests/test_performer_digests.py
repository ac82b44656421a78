"""Digests take their time elsewhere, and everything else goes on meanwhile."""

import hashlib

import pytest

from ddm.core.events import StopRequested
from ddm.disk.elsewhere import Here
from ddm.record import State
from ddm.spec import Checksum

BIG, SMALL = 1_000_001, 1000


class Digest:
    """On its way until the test says otherwise."""

    over = False

    def __init__(self, asked):
        self._asked = asked

    def result(self):
        return Here().digest(*self._asked).result()


class Slow(Here):
    """Where digests are not over before the test says so."""

    def __init__(self):
        self.digests = []

    def digest(self, *asked):
        self.digests.append(Digest(asked))
        return self.digests[-1]


@pytest.fixture
def house(build):
    house = build({"big": BIG, "small": SMALL})
    house.disk.elsewhere = Slow()
    return house


@pytest.fixture
def add(house):
    """Adds a file, asked for with its checksum."""

    def added(name):
        body = house.bodies[name]
        found = hashlib.sha512(body.read(0, body.size)).hexdigest()
        return house.add(name, checksums=(Checksum("sha-512", found),))

    return added


@pytest.fixture
def digesting(house, add):
    """The job of the big file, whose digest is on its way, and that digest."""
    job_id = add("big")
    turns_until(house, job_id, State.VERIFYING)
    return job_id, house.disk.elsewhere.digests[0]


def turns_until(house, job_id, state):
    """Turn until a job is in that state; how many turns it took."""
    return house.turn_until(lambda: house.state(job_id) is state)


def end(house, digest):
    digest.over = True
    house.performer.pump(house.clock.now())


def test_nothing_turns_while_a_digest_is_on_its_way(house, digesting):
    big, digest = digesting
    assert house.performer.deadline() > house.clock.now()
    end(house, digest)
    turns_until(house, big, State.DONE)

    assert (house.directory / "big").stat().st_size == BIG


def test_other_jobs_go_on_meanwhile(house, add, digesting):
    big, digest = digesting
    small = house.add("small")
    turns_until(house, small, State.DONE)
    assert house.state(big) is State.VERIFYING
    end(house, digest)
    turns_until(house, big, State.DONE)


def test_a_stop_closes_the_part_and_forgets_its_digest(house, digesting):
    big, digest = digesting
    house.performer.submit(StopRequested())
    house.turn()
    assert house.state(big) is State.QUEUED
    end(house, digest)

    assert house.work() == 0
    assert house.performer.deadline() is None


def test_a_stop_in_the_turn_of_its_end_comes_after_the_digest(house, digesting):
    big, digest = digesting
    house.performer.submit(StopRequested())
    end(house, digest)
    turns_until(house, big, State.DONE)


def test_a_file_that_cannot_be_read_fails_the_job_with_its_path(house, digesting, monkeypatch):
    big, digest = digesting

    def broken(*_):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("os.pread", broken)
        end(house, digest)
    turns_until(house, big, State.FAILED)
    error = house.store.get(big).error

    assert error.kind == "disk-error"
    assert "read" in error.message
    assert str(house.directory / "big.part") in error.message
