import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.byteranges import ByteRange, RangeSet

SMALL = 60

few = settings(max_examples=150)
ranges = st.builds(
    lambda a, b: ByteRange(min(a, b), max(a, b)),
    st.integers(0, SMALL),
    st.integers(0, SMALL),
)
range_sets = st.builds(RangeSet, st.lists(ranges, max_size=8))
huge_sets = st.builds(
    RangeSet,
    st.lists(
        st.builds(
            lambda a, n: ByteRange(a, a + n),
            st.integers(0, 2**62),
            st.integers(0, 2**40),
        ),
        max_size=6,
    ),
)


def _ints(held):
    return {position for r in held for position in range(r.start, r.stop)}


def test_a_range_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match=r"5\.\.4"):
        ByteRange(5, 4)


def test_a_negative_range_is_refused():
    with pytest.raises(ValueError, match="not a byte range"):
        ByteRange(-1, 4)


def test_a_range_has_a_length_and_a_short_form():
    assert (len(ByteRange(2, 5)), str(ByteRange(2, 5))) == (3, "2..5")


def test_touching_ranges_become_one():
    assert list(RangeSet([ByteRange(5, 9), ByteRange(0, 5)])) == [ByteRange(0, 9)]


def test_a_set_shows_its_ranges():
    assert repr(RangeSet([ByteRange(0, 2), ByteRange(4, 5)])) == "RangeSet(0..2, 4..5)"


def test_the_empty_set_is_false_and_written_with_a_byte():
    assert (bool(RangeSet()), RangeSet().encode()) == (False, b"\x01")
    assert RangeSet.decode(b"") == RangeSet()


@given(st.lists(ranges, max_size=8))
@few
def test_a_set_holds_what_its_ranges_hold_in_order_and_apart(some):
    held = RangeSet(some)
    boundaries = [boundary for r in held for boundary in (r.start, r.stop)]

    assert _ints(held) == _ints(some)
    assert boundaries == sorted(set(boundaries))
    assert held.total == len(_ints(some))
    assert bool(held) == bool(len(held)) == bool(_ints(some))


@given(range_sets, range_sets)
@few
def test_two_sets_are_joined_subtracted_and_compared_as_sets_of_integers_are(a, b):
    assert _ints(a.union(b)) == _ints(a) | _ints(b)
    assert _ints(a.minus(b)) == _ints(a) - _ints(b)
    assert a.is_subset(b) == (_ints(a) <= _ints(b))
    assert (a == b) == (_ints(a) == _ints(b))
    assert a != b or hash(a) == hash(b)


@given(range_sets, ranges)
@few
def test_a_range_is_added_as_its_integers_are(held, r):
    assert _ints(held.add(r)) == _ints(held) | _ints([r])


@given(range_sets, st.integers(0, SMALL + 5))
@few
def test_gaps_and_what_lies_within_share_out_a_size(held, size):
    assert _ints(held.within(size)) == {i for i in _ints(held) if i < size}
    assert _ints(held.gaps(size)) == set(range(size)) - _ints(held)


@given(range_sets | huge_sets)
@few
def test_a_set_is_read_back_as_it_was_written(held):
    assert RangeSet.decode(held.encode()) == held


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda rest: b"\x01" + rest))
@settings(max_examples=200)
def test_garbage_raises_value_error_and_nothing_else(blob):
    with contextlib.suppress(ValueError):
        assert RangeSet.decode(RangeSet.decode(blob).encode()) == RangeSet.decode(blob)


@pytest.mark.parametrize(
    ("blob", "complaint"),
    [
        (b"\x02", "unknown format 2"),
        (b"\x01\x05", "ends within a range"),
        (b"\x01\x05\x80", "ends within a number"),
        (b"\x01\x05\x00", "do not rise"),
        (b"\x01\x00\x01\x00\x01", "do not rise"),
        (b"\x01\x00" + b"\xff" * 11, "past 64 bits"),
        (b"\x01\x00" + b"\x80" * 9 + b"\x01", "past 63 bits"),
    ],
)
def test_a_damaged_set_says_what_is_wrong_with_it(blob, complaint):
    with pytest.raises(ValueError, match=complaint):
        RangeSet.decode(blob)
