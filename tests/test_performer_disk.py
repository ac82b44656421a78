"""The performer while the disk of the database takes its time: nobody waits, and nothing comes too early."""

import pytest

from ddm.core.events import StopRequested
from ddm.errors import StateError
from ddm.record import State
from ddm.testing.served import Traits

SIZE = 600_000


@pytest.fixture
def house(build):
    house = build({"f": SIZE, "g": SIZE}, speed_bps=2e6)
    house.store.syncs = []
    return house


def end_sync(house):
    """The disk has done what it was asked for last; another turn."""
    house.store.syncs[-1].over = True
    house.turn()


def turn_until_synced(house, found):
    """Turn until it comes true; each sync is over in the next turn."""
    while not found():
        for sync in house.store.syncs:
            sync.over = True
        house.turn()


def to_its_name(house, *files):
    """The jobs of these files, whole and committed as FINISHING, which is not on the disk."""
    ids = [house.add(file) for file in files]
    house.turn_until(lambda: {house.state(job_id) for job_id in ids} == {State.FINISHING})
    return ids


def names(house):
    return sorted(path.name for path in house.directory.iterdir())


def test_no_file_gets_its_name_before_it_is_on_the_disk_that_it_will(house):
    (job_id,) = to_its_name(house, "f")
    for _ in range(3):
        house.performer.pump(house.clock.now())
    before = (names(house), house.performer.deadline(), house.performer.idle)
    end_sync(house)

    assert before == (["f.part"], None, False)
    assert names(house) == ["f"]
    assert house.state(job_id) is State.DONE


def test_it_is_idle_once_all_of_it_is_on_the_disk(house):
    to_its_name(house, "f")
    end_sync(house)
    before = (house.performer.idle, house.performer.deadline(), len(house.ended))
    house.store.syncs[-1].over = True
    house.work()

    assert before == (False, None, 1)
    assert house.performer.deadline() is None


def test_a_transfer_goes_on_meanwhile(house):
    to_its_name(house, "f")
    under_way = house.store.syncs[-1]
    other = house.add("g")
    house.turn_until(lambda: house.at_work(other) is State.FINISHING)

    assert not under_way.over
    assert len(house.store.syncs) == 1
    assert names(house) == ["f.part", "g.part"]


def test_names_that_come_meanwhile_share_the_next_sync(house):
    to_its_name(house, "f")
    other = house.add("g")
    house.turn_until(lambda: house.at_work(other) is State.FINISHING)
    end_sync(house)
    assert names(house) == ["f", "g.part"]

    end_sync(house)
    assert names(house) == ["f", "g"]


def test_a_file_is_begun_again_only_when_it_is_on_the_disk_that_nothing_is_claimed(house):
    job_id = house.add("f")
    house.turn_until(lambda: house.state(job_id) is State.RUNNING)
    house.performer.submit(StopRequested())
    turn_until_synced(house, lambda: house.performer.idle)
    part, inode = house.directory / "f.part", (house.directory / "f.part").stat().st_ino
    house.files["/f"].traits = Traits(ranges=False)
    house.restart()
    house.turn_until(lambda: house.store.syncs and not house.store.syncs[-1].over)
    waits = (bool(house.store.get(job_id).written), part.stat().st_ino == inode)
    end_sync(house)
    begun = part.stat().st_ino != inode
    turn_until_synced(house, lambda: house.performer.idle)

    assert waits == (False, True)
    assert begun
    assert house.holds_all_of("f")


def test_where_the_disk_refuses_nothing_is_given_a_name(house):
    to_its_name(house, "f")
    house.store.syncs[-1].error = StateError("look after its disk")
    with pytest.raises(StateError):
        end_sync(house)

    assert names(house) == ["f.part"]
