import errno

import pytest

from ddm.disk.settled import Settled
from ddm.errand import Done

BROKEN = OSError(errno.EIO, "Input/output error")


class Sync:
    """One that is over when the test says so."""

    def __init__(self):
        self.over = False
        self.error = None

    def result(self):
        if self.error is not None:
            raise self.error


class Disk:
    def __init__(self):
        self.syncs = []

    def sync(self):
        self.syncs.append(Sync())
        return self.syncs[-1]

    def end(self, number, error=None):
        self.syncs[number].error, self.syncs[number].over = error, True


@pytest.fixture
def disk():
    return Disk()


def test_one_sync_settles_all_changes_before_it(disk):
    settled = Settled()
    changes = [settled.changed() for _ in range(3)]
    settlings = [settled.settle(change, disk.sync) for change in changes]
    assert [settling.over for settling in settlings] == [False] * 3
    disk.end(0)

    assert [settling.over for settling in settlings] == [True] * 3
    assert len(disk.syncs) == 1


def test_what_changes_during_a_sync_shares_the_next_which_begins_after_it(disk):
    settled = Settled()
    first = settled.settle(settled.changed(), disk.sync)
    others = [settled.settle(settled.changed(), disk.sync) for _ in range(2)]
    assert len(disk.syncs) == 1
    disk.end(0)
    assert (first.over, [other.over for other in others]) == (True, [False, False])
    disk.end(1)

    assert [other.over for other in others] == [True, True]
    assert len(disk.syncs) == 2


def test_a_change_after_a_sync_takes_another():
    settled, syncs = Settled(), []
    for _ in range(2):
        settling = settled.settle(settled.changed(), lambda: Done(lambda: syncs.append(1)))
        assert settling.over

    assert len(syncs) == 2


def test_a_sync_that_failed_has_failed_for_all_that_was_changed_before_its_end(disk):
    """The second one would succeed without it: the kernel tells of an error once."""
    settled = Settled()
    before = [settled.settle(settled.changed(), disk.sync) for _ in range(2)]
    meanwhile = settled.settle(settled.changed(), disk.sync)
    disk.end(0, BROKEN)
    for settling in (*before, meanwhile):
        assert settling.over
        with pytest.raises(OSError, match="Input/output error"):
            settling.result()

    after = settled.settle(settled.changed(), disk.sync)
    disk.end(1)
    assert (after.over, after.result(), len(disk.syncs)) == (True, None, 2)


def test_what_is_on_the_disk_stays_there_whatever_fails_later(disk):
    settled = Settled()
    well = settled.settle(settled.changed(), disk.sync)
    disk.end(0)
    assert well.over
    badly = settled.settle(settled.changed(), disk.sync)
    disk.end(1, BROKEN)

    assert badly.over
    assert well.result() is None
