"""The performer in turns that have no time: each handles one event, the rest is for the next ones."""

import pytest

from ddm.core.events import QueueChanged, StopRequested
from ddm.record import State, Wanted

SIZE = 3_000_000


@pytest.fixture
def house(build):
    house = build({"f": SIZE, "g": SIZE, "h": SIZE}, speed_bps=1e6)
    house.performer.spent = lambda: True
    return house


def test_every_file_comes_all_the_same(house):
    house.add("f", "g", "h")
    house.work()

    assert all(house.holds_all_of(name) for name in "fgh")
    assert {view.state for view in house.ended} == {State.DONE}


def test_what_is_left_wants_a_turn_at_once_and_is_work_until_it_is_done(house):
    house.turn_until(lambda: house.performer.idle)
    for _ in range(3):
        house.performer.submit(QueueChanged())
    turns = 0
    while not house.performer.idle:
        assert house.performer.deadline() == 0.0
        house.turn()
        turns += 1

    assert turns == 3


def test_a_stop_keeps_what_was_written(house):
    job_id = house.add("f")
    house.turn_until(lambda: house.store.get(job_id).written)
    house.performer.submit(StopRequested())
    house.work()
    record = house.store.get(job_id)

    assert record.state is State.QUEUED
    assert 0 < record.written.total < SIZE
    assert record.written == record.synced


def test_a_wish_is_heeded_while_others_go_on(house):
    rests, _ = house.add("f", "g")
    house.turn_until(lambda: house.at_work(rests) is State.RUNNING)
    house.wish(rests, Wanted.PAUSE)
    house.work()

    assert house.state(rests) is State.PAUSED
    assert house.holds_all_of("g")
