import errno

import pytest

from ddm.byteranges import RangeSet
from ddm.testing.disk import SimDisk
from ddm.testing.faults import DiskFault, Doing, Faults
from ddm.testing.part import Inode


@pytest.fixture
def faulty(clock, plug, watcher, errands):
    """Opens a part file on a disk whose first operation of one sort fails."""

    def opened(doing, code):
        faults = Faults(clock, (DiskFault(doing, 0, 1, code),), 10.0)
        disk = SimDisk(faults, watcher, plug, errands)
        return disk.open_part("/d", "f", exact=False, size_bytes=100, resume=None).result()

    return opened


def test_buffers_are_written_one_after_the_other(part):
    part.write_at([b"ab", b"c"], 10)

    assert part.inode.content[9:14] == b"\0abc\0"
    assert part.inode.unsynced == RangeSet.of(10, 13)


def test_a_write_that_fails_leaves_half_of_it(faulty):
    part = faulty(Doing.WRITE, errno.ENOSPC)

    with pytest.raises(OSError, match="No space left"):
        part.write_at([b"abcd"], 0)
    assert part.inode.content[:4] == b"ab\0\0"


def test_a_sync_covers_what_was_written_and_cuts(part):
    part.write_at([b"abc"], 0)
    part.sync(2).result()

    assert (part.inode.unsynced, bytes(part.inode.content)) == (RangeSet(), b"ab")


def test_a_failed_sync_poisons_what_it_was_to_cover(faulty):
    part = faulty(Doing.SYNC, errno.EIO)
    part.write_at([b"abc"], 0)
    with pytest.raises(OSError, match="Input/output"):
        part.sync().result()
    part.sync().result()

    assert part.inode.poisoned == RangeSet.of(0, 3)
    assert part.inode.lose_unsynced() == RangeSet.of(0, 3)


def test_writing_again_heals(faulty):
    part = faulty(Doing.SYNC, errno.EIO)
    part.write_at([b"abc"], 0)
    with pytest.raises(OSError, match="Input/output"):
        part.sync().result()
    part.write_at([b"abc"], 0)
    part.sync().result()

    assert part.inode.poisoned == RangeSet()


def test_a_published_file_has_its_name_and_no_other(part, disk, version):
    part.write_at([version.body.read(0, version.body.size)], 0)
    part.sync().result()

    assert part.publish(exact=True) == "f"
    assert list(disk.files) == ["/d/f"]


def test_publishing_never_takes_a_name_that_is_there(part, disk, version):
    part.write_at([version.body.read(0, version.body.size)], 0)
    part.sync().result()
    disk.put_foreign("/d/f")

    with pytest.raises(FileExistsError):
        part.publish(exact=True)
    assert part.publish(exact=False) == "f (1)"
    assert disk.files["/d/f"].content == b"not yours"


def test_a_discarded_file_is_gone(part, disk):
    part.discard()

    assert disk.files == {}


def test_a_closed_file_takes_nothing(part):
    part.close()

    with pytest.raises(OSError, match="Bad file descriptor"):
        part.write_at([b"a"], 0)


def test_a_file_grows_and_shrinks():
    inode = Inode(1)
    inode.write(b"ab", 1)
    inode.resize(4)
    inode.resize(2)

    assert (bytes(inode.content), inode.unsynced) == (b"\0a", RangeSet.of(1, 2))


def test_a_sync_does_not_cover_what_is_written_while_it_goes_on(part, errands):
    errands.at_once = False
    errands._drawn_s = lambda: 0.5
    part.write_at([b"abcd"], 0)
    sync = part.sync()
    part.write_at([b"cdef"], 2)
    before = sync.over
    errands.advance(0.5)
    sync.result()

    assert (before, sync.over) == (False, True)
    assert part.inode.unsynced == RangeSet.of(2, 6)
