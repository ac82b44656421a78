import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.core.segment import NEXT, Phase, Segment
from ddm.failures import CANCELLED
from ddm.http import url as urls

URL = urls.parse("https://example.org/f")


@pytest.fixture
def segment():
    return Segment(100, 200, ranged=True, asks=False, phase=Phase.STARTING, position=100)


def test_the_table_knows_every_phase():
    assert set(NEXT) == set(Phase)
    assert set().union(*NEXT.values()) == set(Phase)


def test_a_change_that_the_table_does_not_have_is_a_bug(segment):
    with pytest.raises(AssertionError, match="cannot go"):
        segment.move(Phase.OFFERED)


def test_it_is_live_from_its_begin_to_its_wait(segment):
    assert not segment.live
    segment.begin(7, URL, 10.0)
    assert (segment.live, segment.transfer_id, segment.target) == (True, 7, URL)

    segment.wait(CANCELLED, 15.0)

    assert (segment.live, segment.phase) == (False, Phase.WAITING)
    assert (segment.waits_for, segment.not_before_s) == (CANCELLED, 15.0)


@pytest.mark.parametrize(("asks", "phase"), [(True, Phase.ASKING), (False, Phase.STARTING)])
def test_after_a_wait_it_asks_or_starts_as_before(segment, asks, phase):
    segment.begin(7, URL, 10.0)
    segment.wait(CANCELLED, 15.0)
    segment.asks = asks

    segment.begin(8, URL, 15.0)

    assert segment.phase is phase
    assert segment.waits_for is None


def test_bytes_make_it_flow_and_only_new_ones_count(segment):
    segment.begin(7, URL, 10.0)

    assert segment.advance(150, 11.0) == 50
    assert segment.advance(150, 12.0) == 0
    assert segment.advance(120, 12.0) == 0
    assert (segment.phase, segment.position, segment.progressed) == (Phase.FLOWING, 150, True)


@pytest.mark.parametrize("phase", [Phase.ASKING, Phase.OFFERED, Phase.WAITING])
def test_where_no_body_was_asked_for_no_byte_counts(phase):
    segment = Segment(0, 200, ranged=True, asks=True, phase=phase, position=0)

    assert segment.advance(150, 11.0) == 0
    assert segment.position == 0


def test_progress_is_that_of_the_present_try(segment):
    segment.begin(7, URL, 10.0)
    segment.advance(150, 11.0)
    segment.wait(None, 11.0)
    segment.begin(8, URL, 11.0)

    assert not segment.progressed


def test_it_is_full_when_its_last_byte_is_there(segment):
    segment.begin(7, URL, 10.0)
    segment.advance(199, 11.0)
    assert not segment.full
    segment.advance(200, 11.0)
    assert segment.full


def test_what_has_no_known_end_or_only_asks_is_never_full(segment):
    segment.position, segment.stop = 10**9, None
    assert not segment.full
    segment.stop, segment.asks = 200, True
    assert not segment.full


def test_its_speed_follows_what_it_brought_lately(segment):
    segment.begin(7, URL, 10.0)
    assert segment.speed_bps is None
    segment.advance(110, 10.0)
    assert segment.speed_bps is None  # no time has passed
    segment.advance(150, 11.0)
    assert segment.speed_bps == 40.0
    segment.advance(190, 11.5)
    assert segment.speed_bps == pytest.approx(0.7 * 40 + 0.3 * 80)


def test_it_has_stalled_if_a_whole_window_brought_too_little(segment):
    segment.begin(7, URL, 10.0)
    segment.advance(150, 30.0)

    assert not segment.stalled(69.9, timeout_s=60.0, least_bps=1.0)
    assert segment.stalled(70.0, timeout_s=60.0, least_bps=1.0)


def test_what_came_in_an_earlier_window_does_not_help(segment):
    segment.begin(7, URL, 10.0)
    segment.advance(190, 30.0)

    assert not segment.stalled(70.0, timeout_s=60.0, least_bps=1.0)
    assert segment.stalled(130.0, timeout_s=60.0, least_bps=1.0)


@settings(max_examples=200)
@given(st.floats(0, 1e6), st.floats(0.001, 1e3))
def test_the_moment_that_the_engine_waits_for_decides(begun_s, timeout_s):
    """However the sum is rounded: else a loop would be woken at this moment again and again."""
    segment = Segment(0, 9, ranged=True, asks=False, phase=Phase.STARTING, position=0)
    segment.begin(7, URL, begun_s)

    assert segment.stalled(begun_s + timeout_s, timeout_s=timeout_s, least_bps=1.0)
