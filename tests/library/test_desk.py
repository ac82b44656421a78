"""What is asked between turns, and written in the next one."""

import pytest

from ddm.errors import BusyError
from ddm.house import House
from ddm.library.desk import Adding, Desk, Wishing
from ddm.limits import WISHES_MAX, Limits
from ddm.record import State, Wanted
from ddm.spec import JobSpec


class Asked:
    """As much of a job as the desk knows."""

    id = None
    spec = JobSpec("http://127.0.0.1:1/", "/nowhere")


@pytest.fixture
def house(tmp_path):
    with House.open(tmp_path / "state", Limits()) as house:
        house.work_on([])
        while not house.idle:
            house.turn()
        yield house


@pytest.fixture
def desk(house):
    return Desk(house)


@pytest.fixture
def other(connect):
    """Another process, which is in the middle of writing."""
    return connect().transaction()


def test_nothing_is_written_before_the_turn(house, desk):
    job, jobs = Asked(), {}
    desk.ask(Adding(job, jobs))
    assert (job.id, house.store.get(1)) == (None, None)

    house.turn()

    assert (job.id, jobs) == (1, {1: job})
    assert house.store.get(1).spec == job.spec
    assert not desk


def test_what_is_written_is_put_on_the_disk_and_the_house_waits_for_it(house, desk):
    desk.ask(Adding(Asked(), {}))
    house.turn()
    assert not house.idle

    while not house.idle:
        house.turn()

    assert not house._database.owes()


def test_one_turn_writes_some(house, desk):
    jobs = {}
    for _ in range(WISHES_MAX + 1):
        desk.ask(Adding(Asked(), jobs))
    house.turn()
    assert len(jobs) == WISHES_MAX
    assert desk.deadline() == 0.0
    house.turn()
    assert len(jobs) == WISHES_MAX + 1
    assert desk.deadline() is None


def test_a_wish_waits_for_the_number_of_its_job(house, desk):
    job = Asked()
    desk.ask(Adding(job, {}))
    desk.ask(Wishing([job], Wanted.PAUSE))
    house.turn()
    house.turn()
    house.turn()
    assert house.store.get(job.id).state is State.PAUSED


def test_a_wish_to_run_queues_what_has_failed(house, desk):
    job = Asked()
    (job.id,) = house.store.add([job.spec])
    house.store.set_state(job.id, State.FAILED, None)
    desk.ask(Wishing([job], Wanted.RUN))
    house.turn()
    assert house.store.get(job.id).state is State.QUEUED


def test_while_another_process_writes_it_waits_in_its_order(house, desk, other):
    jobs = {}
    with other:
        desk.ask(Adding(Asked(), jobs))
        house.turn()
        desk.ask(Adding(Asked(), jobs))
        assert not jobs
        assert desk.deadline() > house.reactor.now

    while desk:
        house.turn()

    assert list(jobs) == [1, 2]


def test_what_cannot_be_written_at_the_end_is_said(desk, other):
    desk.ask(Adding(Asked(), {}))
    with other, pytest.raises(BusyError, match="ask again"):
        desk.clear()
    desk.clear()
    assert not desk
