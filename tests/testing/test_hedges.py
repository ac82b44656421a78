import pytest

from ddm.byteranges import ByteRange, RangeSet
from ddm.testing.body import Body, Version
from ddm.testing.hedges import Hedges
from ddm.testing.reply import Sent, partial

FILE, OTHER = (Version(Body(key, 1000), '"v"', None) for key in ("a", "b"))


@pytest.fixture
def hedges():
    return Hedges()


def start(hedges, transfer_id, start, stop, version=FILE):
    reply = partial(version, start, stop)
    hedges.started(transfer_id, Sent("http://a/f", ByteRange(start, stop), reply, 0.0))


def test_what_two_fetch_at_once_is_remembered(hedges):
    start(hedges, 1, 0, 500)
    start(hedges, 2, 400, 1000)
    hedges.ended(1, 1.0)
    hedges.ended(2, 1.0)

    assert hedges.of([FILE]) == RangeSet.of(400, 500)
    assert hedges.of([OTHER]) == RangeSet()


def test_what_one_fetches_after_another_is_not(hedges):
    start(hedges, 1, 0, 500)
    hedges.ended(1, 1.0)
    start(hedges, 2, 0, 500)
    hedges.died()
    start(hedges, 3, 0, 500)
    start(hedges, 4, 0, 500, OTHER)

    assert hedges.of([FILE, OTHER]) == RangeSet()


def test_what_is_split_off_is_fetched_once(hedges):
    start(hedges, 1, 0, 1000)
    hedges.shortened(1, 500)
    start(hedges, 2, 500, 1000)

    assert hedges.of([FILE]) == RangeSet()


def test_who_asks_for_no_range_hedges_nothing(hedges):
    start(hedges, 1, 0, 1000)
    hedges.started(2, Sent("http://a/f", None, partial(FILE, 0, 1000), 0.0))
    hedges.shortened(2, 5)

    assert hedges.of([FILE]) == RangeSet()
