import errno

import pytest

from ddm.disk.settled import Settled


class Disk:
    def __init__(self):
        self.syncs, self.broken = 0, False

    def sync(self):
        self.syncs += 1
        if self.broken:
            raise OSError(errno.EIO, "Input/output error")


@pytest.fixture
def disk():
    return Disk()


def test_one_sync_settles_all_changes_before_it(disk):
    settled = Settled()
    changes = [settled.changed() for _ in range(3)]
    for change in changes:
        settled.settle(change, disk.sync)

    assert disk.syncs == 1


def test_a_change_after_a_sync_takes_another(disk):
    settled = Settled()
    for _ in range(2):
        settled.settle(settled.changed(), disk.sync)

    assert disk.syncs == 2


def test_a_sync_that_failed_has_failed_for_all_that_it_was_to_settle(disk):
    settled = Settled()
    first, second = settled.changed(), settled.changed()
    disk.broken = True
    with pytest.raises(OSError, match="Input/output error"):
        settled.settle(first, disk.sync)
    disk.broken = False
    with pytest.raises(OSError, match="Input/output error"):
        settled.settle(second, disk.sync)

    settled.settle(settled.changed(), disk.sync)
    assert disk.syncs == 2
