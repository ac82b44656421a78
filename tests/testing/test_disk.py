import errno
import random

import pytest

from ddm.failures import FailureError, Kind
from ddm.record import PartIdentity
from ddm.testing.disk import SimDisk
from ddm.testing.faults import DiskFault, Doing, Faults
from ddm.testing.plug import Died


def open_part(disk, name="f.bin", *, exact=False, resume=None):
    return disk.open_part("/d", name, exact=exact, size_bytes=10, resume=resume).result()


def test_a_new_part_file_is_empty_and_of_its_length(disk):
    part = open_part(disk)

    assert (part.name, part.kept, part.kept_bytes) == ("f.bin", False, 0)
    assert disk.files["/d/f.bin.part"].content == bytes(10)


def test_a_taken_name_gets_a_number(disk):
    disk.put_foreign("/d/f.bin")

    assert [open_part(disk).name for _ in range(2)] == ["f (1).bin", "f (2).bin"]


def test_an_exact_name_that_is_taken_is_an_error(disk):
    disk.put_foreign("/d/f.bin")

    with pytest.raises(FileExistsError) as raised:
        open_part(disk, exact=True)
    assert (raised.value.errno, raised.value.filename) == (errno.EEXIST, "/d/f.bin")


def test_a_part_file_is_found_again(disk):
    part = open_part(disk)
    part.close()
    again = open_part(disk, resume=part.identity)

    assert (again.kept, again.kept_bytes, again.inode) == (True, 10, part.inode)


def test_another_inode_is_not_the_file_that_was_meant(disk):
    open_part(disk).close()

    again = open_part(disk, resume=PartIdentity("boot-1", 7, 99))
    assert (again.kept, again.name) == (False, "f (1).bin")


def test_an_open_part_file_is_busy(disk):
    part = open_part(disk)

    with pytest.raises(FailureError) as raised:
        open_part(disk, resume=part.identity)
    assert raised.value.failure.kind is Kind.FILE_BUSY


def test_a_killed_process_leaves_the_file_and_no_lock(disk):
    part = open_part(disk)
    part.inode.write(b"x" * 10, 0)
    disk.crash()

    again = open_part(disk, resume=part.identity)
    assert (again.kept, again.identity, bytes(again.inode.content)) == (
        True,
        part.identity,
        b"x" * 10,
    )


def test_a_power_cut_takes_what_was_not_synced(disk):
    part = open_part(disk)
    part.inode.write(b"kept.", 0)
    part.sync().result()
    part.inode.write(b"lost.", 5)
    disk.crash(random.Random(1))

    assert bytes(part.inode.content) == b"kept.\xff\xff\xff\xff\xff"
    assert open_part(disk, resume=part.identity).identity.boot_id == "boot-2"


def test_a_name_that_was_not_synced_may_never_have_been(disk):
    for number in range(20):
        open_part(disk, f"f{number}").close()
    disk.crash(random.Random(1))

    left = len(disk.files)
    assert 0 < left < 20
    assert list(disk.files) == [f"/d/f{number}.part" for number in range(left)]


def test_a_synced_file_keeps_its_name(disk):
    open_part(disk).sync().result()
    disk.crash(random.Random(1))

    assert list(disk.files) == ["/d/f.bin.part"]


def test_a_published_file_is_known_by_its_inode(disk, version):
    size_bytes = version.body.size
    part = disk.open_part("/d", "f", exact=True, size_bytes=size_bytes, resume=None).result()
    part.write_at([version.body.read(0, version.body.size)], 0)
    part.sync().result()
    assert not disk.is_published("/d", "f", part.identity)
    part.publish(exact=True)

    assert disk.is_published("/d", "f", part.identity)
    assert not disk.is_published("/d", "f", PartIdentity("boot-1", 7, 99))


def test_files_are_removed_under_either_name_but_never_another_file(disk):
    part = open_part(disk)
    with pytest.raises(FailureError):
        disk.remove_files("/d", "f.bin", part.identity).result()
    part.close()
    other = PartIdentity("boot-1", 7, 99)

    assert not disk.remove_files("/d", "f.bin", other).result()
    assert disk.remove_files("/d", "f.bin", part.identity).result()
    assert disk.files == {}


def test_a_disk_that_is_full_says_so(clock, watcher, plug, errands):
    full = DiskFault(Doing.OPEN, 0, 0, errno.ENOSPC, lasts_s=5.0)
    disk = SimDisk(Faults(clock, (full,), 10.0), watcher, plug, errands)
    with pytest.raises(OSError, match="No space"):
        open_part(disk)

    assert disk.lacking_bytes("/d", "f.bin", 10) > 0
    clock.advance_to(5.0)
    assert disk.lacking_bytes("/d", "f.bin", 10) == 0


def test_a_process_may_die_right_after_an_operation(disk, plug):
    plug.arm(0, after=True)

    with pytest.raises(Died):
        open_part(disk)
    assert list(disk.files) == ["/d/f.bin.part"]
