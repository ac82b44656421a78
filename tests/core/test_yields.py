import pytest

from ddm.core.yields import Yields

MIB = 1 << 20


@pytest.fixture
def yields():
    return Yields()


def flow(yields, connections, bps, start_s, seconds=5):
    """Tell what comes in steps of a tenth of a second."""
    for step in range(seconds * 10):
        yields.brought(bps // 10, connections, start_s + step / 10)


def test_nothing_is_known_before_anything_came(yields):
    assert (yields.speed_bps, yields.connections) == (None, None)
    assert not yields.full_with(100)


def test_the_speed_is_that_of_steady_seconds(yields):
    flow(yields, 4, 8 * MIB, 0.0)
    assert yields.speed_bps == pytest.approx(8 * MIB, rel=0.01)
    assert yields.connections == 4


def test_more_connections_that_bring_more_paid(yields):
    flow(yields, 4, 8 * MIB, 0.0)
    flow(yields, 8, 16 * MIB, 5.0)
    assert yields.connections == 8
    assert not yields.full_with(8)


def test_more_connections_that_bring_no_more_did_not_pay(yields):
    flow(yields, 4, 8 * MIB, 0.0)
    flow(yields, 8, 8 * MIB, 5.0)
    assert yields.connections == 4
    assert yields.full_with(4)
    assert not yields.full_with(3)


def test_what_changes_all_the_time_teaches_nothing(yields):
    for step in range(100):
        yields.brought(MIB, step % 2 + 1, step / 10)
    assert yields.speed_bps is None


def test_what_others_measured_counts_until_it_is_seen_otherwise(yields):
    yields.learn(4, 8 * MIB)
    yields.learn(16, 8 * MIB)
    assert yields.full_with(4)
    flow(yields, 16, 32 * MIB, 0.0)
    assert not yields.full_with(4)
