"""The performer while another process is in the middle of writing to the database."""

import contextlib
import random

import pytest

from ddm.core.events import StopRequested
from ddm.limits import BUSY_RETRY_S
from ddm.record import State, Wanted
from ddm.testing.served import Traits

SIZE = 600_000


@pytest.fixture
def house(build):
    return build({"f": SIZE, "g": SIZE}, speed_bps=2e6)


def test_no_file_gets_its_name_before_it_is_recorded_that_it_will(house):
    job_id = house.add("f")
    house.turn_until(lambda: house.state(job_id) is State.RUNNING)
    with house.busy():
        house.turn_until(lambda: house.at_work(job_id) is State.FINISHING)
        for _ in range(5):
            house.turn()
        before = [path.name for path in house.directory.iterdir()]
    house.work()

    assert before == ["f.part"]
    assert house.holds_all_of("f")
    assert house.state(job_id) is State.DONE


def test_names_that_wait_together_share_one_commit(house):
    ids = house.add("f", "g")
    house.turn_until(lambda: {house.state(job_id) for job_id in ids} == {State.RUNNING})
    with house.busy():
        house.turn_until(lambda: {house.at_work(job_id) for job_id in ids} == {State.FINISHING})
    house.store.commits.clear()
    house.turn()

    assert house.store.commits[0] == (True, {"f.part", "g.part"})
    assert house.store.commits[1][1] == {"f", "g"}
    assert [house.state(job_id) for job_id in ids] == [State.DONE, State.DONE]


def test_a_transfer_goes_on_meanwhile(house):
    job_id = house.add("f")
    house.turn_until(lambda: house.state(job_id) is State.RUNNING)
    with house.busy():
        house.turn_until(lambda: house.engine.view(0).jobs[0].done_bytes == SIZE)

    assert house.store.get(job_id).written.total < SIZE


def test_jobs_are_offered_once_the_others_have_said_that_they_left(house):
    first = house.add("none")
    house.turn_until(lambda: house.state(first) is State.PROBING)
    with house.busy():
        house.turn_until(lambda: house.ended)
        waits = house.performer.idle
    second = house.add("f")
    house.work()

    assert not waits
    assert house.state(first) is State.FAILED
    assert house.state(second) is State.DONE


def test_it_is_idle_only_when_everything_is_recorded(house):
    job_id = house.add("f")
    house.turn_until(lambda: house.state(job_id) is State.RUNNING)
    with house.busy():
        house.performer.submit(StopRequested())
        house.turn_until(lambda: house.ended)
        waits = (house.performer.idle, house.state(job_id))
    house.work()

    assert waits == (False, State.RUNNING)
    assert house.state(job_id) is State.QUEUED
    assert house.performer.deadline() is None


def test_it_comes_back_soon_and_never_spins(house):
    job_id = house.add("f")
    house.turn_until(lambda: house.state(job_id) is State.RUNNING)
    house.performer.submit(StopRequested())
    dues = []
    with house.busy():
        house.turn()
        for _ in range(10):
            dues.append(house.performer.deadline() - house.clock.now())
            house.turn()

    assert dues == pytest.approx([BUSY_RETRY_S] * 10)


def test_where_nobody_can_read_either_jobs_and_wishes_wait(house):
    first = house.add("f")
    house.turn_until(lambda: house.state(first) is State.RUNNING)
    second = house.add("g")
    house.store.unreadable = True
    house.wish(first, Wanted.PAUSE)
    for _ in range(5):
        house.turn()
    waits = (house.performer.idle, house.at_work(first), house.at_work(second))
    house.store.unreadable = False
    house.work()

    assert waits == (False, State.RUNNING, None)
    assert [house.state(first), house.state(second)] == [State.PAUSED, State.DONE]


def test_a_file_is_begun_again_only_when_it_is_on_the_disk_that_nothing_is_claimed(house):
    job_id = house.add("f")
    house.turn_until(lambda: house.state(job_id) is State.RUNNING)
    house.performer.submit(StopRequested())
    house.work()
    part, inode = house.directory / "f.part", (house.directory / "f.part").stat().st_ino
    house.files["/f"].traits = Traits(ranges=False)
    house.restart()
    other = house.add("g")
    with house.busy():
        house.turn_until(lambda: house.performer._awaited.held)
        house.turn_until(lambda: house.at_work(other) is State.FINISHING)
        waits = (part.stat().st_ino, house.at_work(job_id))
    house.store.commits.clear()
    house.turn_until(lambda: part.stat().st_ino != inode)
    durable, _ = house.store.commits[0]
    house.work()

    assert waits == (inode, State.PROBING)
    assert durable
    assert house.holds_all_of("f")
    assert house.store.get(job_id).incarnation == 1


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_when_it_ends_as_asked(house, seed):
    """Writers come and go, wishes come and go; in the end everything is wanted."""
    chance = random.Random(seed)
    ids = house.add("f", "g")
    for _ in range(60):
        with house.busy() if chance.random() < 0.5 else contextlib.nullcontext():
            for _ in range(chance.randrange(8)):
                if house.performer.deadline() is not None or house.network.deadline() is not None:
                    house.turn()
        if chance.random() < 0.4:
            house.wish(chance.choice(ids), chance.choice([Wanted.PAUSE, Wanted.RUN]))
    for job_id in ids:
        house.wish(job_id, Wanted.RUN)
    house.work()

    assert [house.state(job_id) for job_id in ids] == [State.DONE, State.DONE]
    assert house.holds_all_of("f")
    assert house.holds_all_of("g")
    assert house.marks.found() == ()
