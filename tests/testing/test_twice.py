"""What may be fetched twice."""

import pytest

from ddm.byteranges import RangeSet
from ddm.testing.story import Story, Violation
from ddm.testing.twice import Twice

MIB = 1 << 20
RIGHT = [RangeSet.of(0, 10 * MIB)]


@pytest.fixture
def twice():
    return Twice(Story("a run"))


def test_a_little_of_the_same_may_come_twice(twice):
    twice.wrote(1, RangeSet.of(0, MIB), RangeSet.of(0, 2 * MIB), RIGHT)


def test_other_bytes_may_not(twice):
    with pytest.raises(Violation, match="other bytes"):
        twice.wrote(
            1, RangeSet.of(0, 10), RangeSet.of(0, 20), [RangeSet.of(0, 9), RangeSet.of(5, 10)]
        )


def test_nor_may_much(twice):
    for start in (0, MIB):
        twice.wrote(1, RangeSet.of(start, start + MIB), RangeSet.of(0, 5 * MIB), RIGHT)
    with pytest.raises(Violation, match="one of many"):
        twice.wrote(1, RangeSet.of(2 * MIB, 2 * MIB + 1), RangeSet.of(0, 5 * MIB), RIGHT)
