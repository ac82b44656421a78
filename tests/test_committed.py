import pytest

from ddm.committed import Committed
from ddm.errors import StateError
from tests.conftest import Sync


class Disk:
    """A store whose syncs end when the test says so."""

    def __init__(self):
        self.syncs = []

    def sync(self):
        self.syncs.append(Sync())
        return self.syncs[-1]


@pytest.fixture
def disk():
    return Disk()


@pytest.fixture
def committed(disk):
    return Committed(disk)


def test_nothing_is_synced_that_nobody_asked_for(committed, disk):
    committed.begin()

    assert disk.syncs == []
    assert not committed.owing


def test_commits_before_a_sync_share_it(committed, disk):
    numbers = [committed.to_disk(), committed.to_disk()]
    committed.begin()
    before = [committed.is_on_disk(number) for number in numbers]
    disk.syncs[0].over = True
    committed.look()

    assert before == [False, False]
    assert [committed.is_on_disk(number) for number in numbers] == [True, True]
    assert len(disk.syncs) == 1
    assert not committed.owing


def test_what_comes_while_one_is_under_way_waits_for_the_next_one(committed, disk):
    committed.to_disk()
    committed.begin()
    number = committed.to_disk()
    committed.begin()
    assert len(disk.syncs) == 1

    disk.syncs[0].over = True
    committed.look()
    assert (committed.is_on_disk(number), committed.owing) == (False, True)

    committed.begin()
    disk.syncs[1].over = True
    committed.look()
    assert (committed.is_on_disk(number), committed.owing) == (True, False)


def test_that_a_sync_is_over_is_known_until_somebody_looks(committed, disk):
    committed.to_disk()
    committed.begin()
    before = committed.ready
    disk.syncs[0].over = True
    ready = committed.ready
    committed.look()

    assert (before, ready, committed.ready) == (False, True, False)


def test_that_the_disk_refuses_is_told_and_nothing_is_on_it(committed, disk):
    number = committed.to_disk()
    committed.begin()
    disk.syncs[0].over, disk.syncs[0].error = True, StateError("look after its disk")

    for _ in range(2):
        with pytest.raises(StateError, match="look after"):
            committed.look()
    assert not committed.is_on_disk(number)
    assert committed.owing
