import pytest

from ddm.testing.body import Body
from ddm.testing.shallow import ShallowDisk
from ddm.testing.story import Violation

BODY = Body("key", 1000)


@pytest.fixture
def disk(story):
    return ShallowDisk({"f": BODY}, story)


def opened(disk, resume=None):
    return disk.open_part("/d", "f", exact=True, size_bytes=1000, resume=resume).result()


def test_a_file_that_is_whole_gets_its_name(disk):
    part = opened(disk)
    part.write_at([BODY.read(0, 400), BODY.read(400, 1000)], 0)

    assert part.publish(exact=True) == "f"
    assert (disk.whole, disk.is_published("/d", "f", part.identity)) == ({"f"}, True)


def test_a_file_with_a_hole_gets_none(disk):
    part = opened(disk)
    part.write_at([BODY.read(0, 400)], 0)

    with pytest.raises(Violation, match="appears with"):
        part.publish(exact=True)


def test_wrong_bytes_are_seen(disk):
    with pytest.raises(Violation, match="wrong bytes at 1"):
        opened(disk).write_at([BODY.read(0, 400)], 1)


def test_what_is_written_twice_is_counted(disk):
    part = opened(disk)
    part.write_at([BODY.read(0, 400)], 0)
    part.write_at([BODY.read(300, 500)], 300)

    assert disk.twice_bytes == 100


def test_who_goes_on_finds_what_was_written_and_who_begins_does_not(disk):
    part = opened(disk)
    part.write_at([BODY.read(0, 400)], 0)
    part.close()

    again = opened(disk, resume=part.identity)
    assert (again.kept, again.kept_bytes) == (True, 400)
    assert (opened(disk).kept, opened(disk).kept_bytes) == (False, 0)


def test_nothing_is_written_to_a_part_that_is_closed(disk):
    part = opened(disk)
    part.close()

    with pytest.raises(Violation):
        part.write_at([BODY.read(0, 400)], 0)
