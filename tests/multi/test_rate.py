import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.multi.rate import BURST_S, TICK_S, TokenBucket

BLOCK = 16_384


def test_without_a_limit_everything_may_be_taken():
    bucket = TokenBucket(0, now=0)

    assert not bucket.limited
    assert all(bucket.take(BLOCK) for _ in range(1000))


def test_an_empty_bucket_gives_nothing_until_it_is_refilled():
    bucket = TokenBucket(100_000, now=0)
    assert bucket.take(BLOCK)  # into debt

    assert not bucket.take(BLOCK)
    bucket.refill(0.5)
    assert bucket.take(BLOCK)


def test_a_block_larger_than_the_bucket_gets_through_and_is_paid_back():
    bucket = TokenBucket(1000, now=0)
    assert bucket.take(BLOCK)

    bucket.refill(16.0)
    assert bucket.empty
    bucket.refill(16.4)
    assert not bucket.empty


def test_no_more_than_two_ticks_are_saved_up():
    bucket = TokenBucket(1_000_000, now=0)
    bucket.refill(60)

    taken = 0
    while bucket.take(1000):
        taken += 1000
    assert taken == 1_000_000 * BURST_S


@settings(max_examples=100)
@given(rate=st.integers(100_000, 100_000_000), blocks=st.lists(st.integers(1, BLOCK), min_size=1))
def test_the_average_is_never_above_the_rate(rate, blocks):
    bucket = TokenBucket(rate, now=0)
    now, taken = 0.0, 0
    for block in blocks:
        while not bucket.take(block):
            now += TICK_S
            bucket.refill(now)
        taken += block

    assert taken - blocks[-1] <= rate * (now + BURST_S)


@pytest.mark.parametrize("rate", [0, 1000])
def test_what_is_shut_gives_nothing_until_it_is_open_again(rate):
    shut = True
    bucket = TokenBucket(rate, 0, lambda: shut)
    assert (bucket.limited, bucket.empty, bucket.take(BLOCK)) == (True, True, False)

    shut = False
    assert (bucket.limited, bucket.empty, bucket.take(BLOCK)) == (rate > 0, False, True)
