"""Wishes that come from other processes while the performer is at work."""

import pytest

from ddm.core.events import QueueChanged
from ddm.record import State, Wanted

SIZE = 3_000_000


@pytest.fixture
def house(build):
    return build({"f": SIZE, "g": 1000}, speed_bps=1e6)


@pytest.fixture
def job_id(house):
    """A job that runs."""
    job_id = house.add("f")
    house.turn_until(lambda: house.store.get(job_id).written)
    return job_id


def test_a_job_in_work_is_paused_with_all_that_it_has(house, job_id):
    house.wish(job_id, Wanted.PAUSE)
    house.work()
    record = house.store.get(job_id)

    assert record.state is State.PAUSED
    assert 0 < record.written.total < SIZE
    assert record.written == record.synced
    assert [(view.id, view.state) for view in house.ended] == [(job_id, State.PAUSED)]


def test_a_job_that_waits_in_the_queue_is_paused_too(house, job_id):
    house.performer.work_on([job_id])
    other = house.add("g")
    house.wish(other, Wanted.PAUSE)
    house.turn_until(lambda: house.state(other) is State.PAUSED)

    assert house.state(job_id) is State.RUNNING


def test_a_paused_job_runs_again_when_that_is_wished(house, job_id):
    house.wish(job_id, Wanted.PAUSE)
    house.work()
    sent = house.internet.bytes_sent
    kept = house.store.get(job_id).written.total
    house.wish(job_id, Wanted.RUN)
    house.work()

    assert house.state(job_id) is State.DONE
    assert house.holds_all_of("f")
    twice = house.internet.bytes_sent - sent - (SIZE - kept)
    assert 0 <= twice <= 128 * 1024  # the last of a slow connection


def test_a_pause_that_is_taken_back_before_it_is_in_force_leaves_the_job_running(house, job_id):
    house.wish(job_id, Wanted.PAUSE)
    # The performer hears of the pause, and before the job is at rest the wish is another.
    with house.busy():
        house.turn_until(lambda: house.ended)
    house.other.wish([job_id], Wanted.RUN)
    house.work()

    assert [view.state for view in house.ended] == [State.PAUSED, State.DONE]
    assert house.holds_all_of("f")


def test_a_removed_job_leaves_no_row_but_what_it_fetched(house, job_id):
    house.wish(job_id, Wanted.REMOVE)
    house.work()

    assert house.store.get(job_id) is None
    assert [path.name for path in house.directory.iterdir()] == ["f.part"]
    assert [view.removed for view in house.ended] == [True]


def test_a_removed_job_takes_its_files_along_if_that_is_wished(house, job_id):
    house.wish(job_id, Wanted.REMOVE, delete_files=True)
    house.work()

    assert house.store.get(job_id) is None
    assert list(house.directory.iterdir()) == []


def test_its_row_is_gone_when_its_end_is_told(house, job_id):
    found = []
    house.performer.listeners.on_ended = lambda view: found.append(house.store.get(view.id))
    house.wish(job_id, Wanted.REMOVE)
    house.work()

    assert found == [None]


def test_a_pause_of_a_job_that_is_about_to_be_removed_changes_nothing(house, job_id):
    house.wish(job_id, Wanted.REMOVE)
    house.wish(job_id, Wanted.PAUSE)
    house.work()

    assert house.store.get(job_id) is None


def test_a_wish_that_comes_too_late_is_dropped(house, job_id):
    house.work()
    house.wish(job_id, Wanted.PAUSE)
    house.work()
    record = house.store.get(job_id)

    assert (record.state, record.wanted) == (State.DONE, Wanted.RUN)


@pytest.mark.parametrize("wanted", [Wanted.PAUSE, Wanted.REMOVE])
def test_a_wish_during_which_the_database_is_busy_comes_true_afterwards(house, job_id, wanted):
    house.wish(job_id, wanted)
    with house.busy():
        house.turn_until(lambda: house.ended)
        waits = (house.performer.idle, house.state(job_id))
    house.work()
    record = house.store.get(job_id)

    assert waits == (False, State.RUNNING)
    assert record is None if wanted is Wanted.REMOVE else record.state is State.PAUSED


def test_a_wish_for_a_job_at_rest_waits_for_the_database_too(house):
    house.performer.work_on([])
    job_id = house.add("g")
    house.work()
    house.wish(job_id, Wanted.PAUSE)
    with house.busy():
        for _ in range(3):
            house.turn()
        waits = (house.performer.idle, house.state(job_id))
    house.work()

    assert waits == (False, State.QUEUED)
    assert house.state(job_id) is State.PAUSED


def test_wishes_are_looked_for_only_when_something_changed(house, job_id):
    house.other.wish([job_id], Wanted.PAUSE)
    house.performer.submit(QueueChanged())
    house.work()

    assert house.state(job_id) is State.DONE


def test_a_job_in_work_that_was_moved_stands_there_once_the_database_is_free(house, job_id):
    house.other.prioritize(job_id, 7)
    with house.busy():
        house.performer.queue_changed()
        house.turn()
    house.turn_until(lambda: house.performer._engine.asked()[job_id][0] == 7)

    assert house.state(job_id) is State.RUNNING


def test_of_a_wish_for_a_job_that_nobody_works_on_it_is_told_too(house, job_id):
    house.performer.work_on([job_id])
    settled = []
    house.performer.listeners.on_settled = settled.append
    other = house.add("g")
    house.wish(other, Wanted.REMOVE)
    house.turn_until(lambda: settled)

    assert [(record.id, record.wanted) for record in settled] == [(other, Wanted.REMOVE)]
    assert house.store.get(other) is None


def test_every_state_that_a_job_gets_is_told(house):
    states = []
    house.performer.listeners.on_state = lambda *told: states.append(told)
    job_id = house.add("g")
    house.work()

    assert [state for told, state in states if told == job_id] == [
        State.RESOLVING,
        State.PROBING,
        State.RUNNING,
        State.FINISHING,
        State.DONE,
    ]
