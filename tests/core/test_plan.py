import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.byteranges import ByteRange, RangeSet
from ddm.core.plan import connections_deserved, next_piece, smallest_piece, worth_its_request
from ddm.limits import Limits

KIB, MIB = 1 << 10, 1 << 20
LIMITS = Limits(min_segments=4, max_segments=16)


def test_every_mib_is_worth_a_connection_up_to_the_most():
    assert connections_deserved(6 * MIB, 16, LIMITS) == 6
    assert connections_deserved(600 * MIB, 16, LIMITS) == 16
    assert connections_deserved(600 * MIB, 3, LIMITS) == 3


def test_a_small_file_has_the_least_number_as_soon_as_each_gets_256_kib():
    assert connections_deserved(2 * MIB, 16, LIMITS) == 4
    assert connections_deserved(600 * KIB, 16, LIMITS) == 2
    assert connections_deserved(1, 16, LIMITS) == 1


def test_the_smallest_piece_is_a_mib_or_an_even_share_of_less():
    assert smallest_piece(100 * MIB, 16) == MIB
    assert smallest_piece(2 * MIB, 4) == 512 * KIB
    assert smallest_piece(1000, 1) == 256 * KIB


def test_before_a_speed_is_known_a_piece_is_4_mib_and_then_two_seconds():
    missing = RangeSet.of(0, 1000 * MIB)
    known = {"connections": 4, "least_bytes": MIB}

    assert next_piece(missing, **known, speed_bps=None) == ByteRange(0, 4 * MIB)
    assert next_piece(missing, **known, speed_bps=16.0 * MIB) == ByteRange(0, 32 * MIB)


def test_a_piece_is_no_more_than_its_share_and_no_less_than_the_least():
    missing = RangeSet.of(0, 8 * MIB)

    assert len(next_piece(missing, connections=4, least_bytes=MIB, speed_bps=1e9)) == 2 * MIB
    assert len(next_piece(missing, connections=16, least_bytes=MIB, speed_bps=1.0)) == MIB


def test_a_rest_that_is_not_worth_a_request_goes_along():
    missing = RangeSet.of(0, MIB + 255 * KIB)

    found = next_piece(missing, connections=2, least_bytes=MIB, speed_bps=None)

    assert found == ByteRange(0, MIB + 255 * KIB)


def test_a_piece_never_crosses_what_is_there_already():
    missing = RangeSet.of(10, 20).union(RangeSet.of(30, 9 * MIB))

    assert next_piece(missing, connections=1, least_bytes=MIB, speed_bps=1e9) == ByteRange(10, 20)


sizes = st.integers(1, 300 * MIB)


@st.composite
def range_sets(draw):
    bounds = sorted(draw(st.sets(sizes, min_size=2, max_size=9)))
    return RangeSet(ByteRange(a, b) for a, b in zip(bounds[::2], bounds[1::2], strict=False))


@settings(max_examples=150, deadline=None)
@given(range_sets(), st.integers(1, 16), st.one_of(st.none(), st.floats(0.1, 1e10)))
def test_the_pieces_cover_exactly_what_is_missing_and_never_overlap(missing, most, speed_bps):
    connections = connections_deserved(missing.total, most, LIMITS)
    least = smallest_piece(missing.total, connections)
    left, pieces = missing, []
    while left:
        piece = next_piece(left, connections=connections, least_bytes=least, speed_bps=speed_bps)
        assert RangeSet((piece,)).is_subset(left)
        share = max(least, min(2 * (speed_bps or 2 * MIB), left.total // connections))
        assert 0 < len(piece) < share + 256 * KIB
        ends_there = any(piece.stop == r.stop for r in left)
        assert len(piece) >= least - 16 * KIB or ends_there
        left = left.minus(RangeSet((piece,)))
        pieces.append(piece)

    assert sum(map(len, pieces)) == missing.total
    assert RangeSet(pieces) == missing


@pytest.mark.parametrize(
    ("speed_bps", "rtt_s", "least"),
    [
        (None, 0.001, MIB),
        (8 * MIB, None, MIB),
        (8 * MIB, 0.0001, 256 * KIB),
        (16 * MIB, 0.010, 640 * KIB),
        (8 * MIB, 0.080, MIB),
        (64 * MIB, 0.0001, MIB),
    ],
)
def test_a_piece_lasts_a_few_round_trips(speed_bps, rtt_s, least):
    """Below that, connections would be silent between pieces for longer than they bring bytes."""
    found = worth_its_request(MIB, speed_bps, rtt_s)
    assert abs(found - least) < 32 * KIB


def test_a_small_file_has_smaller_pieces_still():
    assert worth_its_request(300 * KIB, 64 * MIB, 0.1) == 300 * KIB
