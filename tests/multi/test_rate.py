import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddm.multi.rate import LATE_S, SAVED_S, TICK_S, TokenBucket, divide

AMOUNTS = st.floats(-1e9, 1e9)
ROOMS = st.lists(st.floats(-1e6, 1e9) | st.just(float("inf")), max_size=12)


def test_what_nobody_waits_for_is_saved_up_for_a_tick():
    bucket = TokenBucket(1000)
    bucket.fill(60, waited=False)

    assert bucket.tokens == 1000 * SAVED_S


def test_a_tick_that_was_waited_for_is_not_lost_when_it_is_late():
    bucket = TokenBucket(1000)
    bucket.tokens = 0
    bucket.fill(4 * TICK_S, waited=True)

    assert bucket.tokens == pytest.approx(1000 * 4 * TICK_S)


def test_a_process_that_was_stopped_is_not_owed_what_it_missed():
    bucket = TokenBucket(1000)
    bucket.tokens = 0
    bucket.fill(3600, waited=True)

    assert bucket.tokens == 1000 * LATE_S


@pytest.mark.parametrize(
    ("amount", "rooms", "parts"),
    [
        (90, [float("inf")] * 3, [30, 30, 30]),
        (90, [10, float("inf"), float("inf")], [10, 40, 40]),
        (90, [100, 5, 20], [65, 5, 20]),
        (90, [10, 20], [10, 20]),
        (90, [-5, 100], [0, 90]),
        (-90, [10, 20], [0, 0]),
        (90, [], []),
    ],
)
def test_what_one_leaves_goes_to_the_others(amount, rooms, parts):
    assert divide(amount, rooms) == parts


@given(AMOUNTS, ROOMS)
def test_as_much_as_there_is_goes_and_no_more_and_nobody_gets_more_than_there_is_room_for(
    amount, rooms
):
    parts = divide(amount, rooms)

    wanted = sum(max(0.0, room) for room in rooms)
    assert sum(parts) == pytest.approx(min(max(0.0, amount), wanted), rel=1e-6, abs=1e-3)
    assert all(0 <= part <= max(0.0, room) for part, room in zip(parts, rooms, strict=True))


@given(st.floats(0, 1e9), ROOMS)
def test_who_has_less_than_another_has_no_room_for_more(amount, rooms):
    parts = divide(amount, rooms)

    most = max(parts, default=0)
    for part, room in zip(parts, rooms, strict=True):
        assert part >= most * (1 - 1e-6) - 1e-3 or part == max(0.0, room)
