import errno

import pytest

from ddm.failures import FailureError, Kind
from ddm.record import PartIdentity


def open_part(disk, name="f.bin", *, exact=False, resume=None):
    return disk.open_part("/d", name, exact=exact, size_bytes=10, resume=resume)


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
    disk.crash(power=False)

    again = open_part(disk, resume=part.identity)
    assert (again.kept, again.identity, bytes(again.inode.content)) == (
        True,
        part.identity,
        b"x" * 10,
    )


def test_a_power_cut_takes_what_was_not_synced(disk):
    part = open_part(disk)
    part.inode.write(b"kept.", 0)
    part.sync()
    part.inode.write(b"lost.", 5)
    disk.crash(power=True)

    assert bytes(part.inode.content) == b"kept.\xff\xff\xff\xff\xff"
    assert open_part(disk, resume=part.identity).identity.boot_id == "boot-2"
