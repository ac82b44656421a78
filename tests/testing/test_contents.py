import pytest

from ddm.byteranges import RangeSet
from ddm.testing.body import Body, Version
from ddm.testing.contents import Contents

OLD, NEW = (Version(Body(key, 1000), '"v"', None) for key in ("old", "new"))


@pytest.fixture
def contents():
    return Contents([OLD, NEW])


def right(contents, part):
    return [ranges for _, ranges in contents.right_as(part.inode.number, [OLD, NEW])]


def test_a_write_is_right_for_the_versions_that_have_it(contents, part):
    assert contents.wrote(part.inode, 0, OLD.body.read(0, 600)) == [(OLD, RangeSet())]
    assert contents.wrote(part.inode, 400, NEW.body.read(400, 1000)) == [(NEW, RangeSet())]

    assert right(contents, part) == [RangeSet.of(0, 400), RangeSet.of(400, 1000)]
    assert contents.whole_as(part.inode) == []


def test_a_file_is_whole_as_what_it_holds_to_the_last_byte(contents, part):
    part.inode.resize(1000)
    contents.wrote(part.inode, 0, NEW.body.read(0, 1000))

    assert contents.whole_as(part.inode) == [NEW]


def test_a_flipped_bit_spoils_it_until_it_is_written_again(contents, part):
    part.inode.resize(1000)
    contents.wrote(part.inode, 0, OLD.body.flipped(OLD.body.read(0, 1000), 0))
    assert contents.whole_as(part.inode) == []

    contents.wrote(part.inode, 0, OLD.body.read(0, 1000))
    assert contents.whole_as(part.inode) == [OLD]


def test_what_is_lost_is_nobodys(contents, part):
    contents.wrote(part.inode, 0, OLD.body.read(0, 1000))
    contents.lost(part.inode, RangeSet.of(0, 10))

    assert right(contents, part)[0] == RangeSet.of(10, 1000)
    assert "RangeSet(10..1000)" in contents.told(part.inode)
