"""Jobs in hand hear what becomes of them."""

import gc

import pytest
from msgspec.structs import replace

from ddm import Done, HostLate, Removed, Started, State
from ddm.core.view import recorded
from ddm.house import House
from ddm.library.job import Job
from ddm.library.roll import Roll
from ddm.library.teller import Teller
from ddm.library.waiting import Room
from ddm.limits import Limits
from ddm.record import Wanted
from ddm.spec import JobSpec


class Keeper:
    """As much of a manager as a job asks."""

    def __init__(self, house):
        self._store = house.store

    def picture(self, job):
        return recorded(self._store.get(job.id))


@pytest.fixture
def house():
    with House.open(None, Limits()) as house:
        yield house


@pytest.fixture
def teller(house):
    return Teller(house, Room(), pytest.fail)


@pytest.fixture
def roll(house, teller):
    return Roll(house, teller)


@pytest.fixture
def job(house, roll):
    """One in hand."""
    spec = JobSpec("http://127.0.0.1:9/a", "/nowhere")
    (job_id,) = house.store.add([spec])
    roll.jobs[job_id] = job = Job(Keeper(house), Room(), spec, job_id)
    return job


def left(house, job, state):
    house.store.set_state(job.id, state, None)
    house.listeners.on_ended(recorded(house.store.get(job.id)))


def test_a_job_that_left_is_over_until_it_goes_on(house, job):
    left(house, job, State.FAILED)
    assert job.over

    house.listeners.on_state(job.id, State.QUEUED)
    assert not job.over


def test_a_job_that_rests_is_not_over(house, job):
    left(house, job, State.PAUSED)
    house.listeners.on_state(job.id, State.PAUSED)
    assert not job.over


def test_a_job_that_nobody_worked_on_hears_that_it_was_removed(house, job):
    record = house.store.get(job.id)
    house.listeners.on_settled(record)
    assert not job.over

    house.store.remove(job.id)
    house.listeners.on_settled(record)
    assert job.over
    assert job.view().removed


def test_what_happens_to_a_job_that_is_in_nobody_s_hand_is_no_error(house, roll):
    (job_id,) = house.store.add([JobSpec("http://127.0.0.1:9/b", "/nowhere")])
    house.listeners.on_state(job_id, State.RUNNING)
    house.listeners.on_ended(recorded(house.store.get(job_id)))
    house.listeners.on_settled(house.store.get(job_id))


def test_streams_hear_of_jobs_that_are_in_nobody_s_hand(house, roll, teller):
    stream = teller.open((), 4.0)
    house.listeners.on_state(7, State.RUNNING)
    (job_id,) = house.store.add([JobSpec("http://127.0.0.1:9/b", "/nowhere")])
    record = replace(house.store.get(job_id), wanted=Wanted.REMOVE)
    house.store.remove(job_id)
    house.listeners.on_settled(record)
    house.listeners.on_ended(replace(recorded(record), id=7, state=State.DONE))
    house.listeners.on_late(0.5)
    house.turn(0)

    assert [type(happening) for happening in stream.take()] == [HostLate, Started, Done, Removed]


def test_a_job_that_is_dropped_is_forgotten(roll, house):
    spec = JobSpec("http://127.0.0.1:9/c", "/nowhere")
    roll.jobs[7] = Job(Keeper(house), Room(), spec, 7)
    gc.collect()
    assert not roll.jobs
