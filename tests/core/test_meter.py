import pytest

from ddm.core.meter import Meter


@pytest.fixture
def meter():
    return Meter(3.0)


def test_before_anything_came_there_is_no_speed(meter):
    assert meter.speed_bps(5.0) == 0.0


def test_it_counts_from_the_beginning_not_from_the_first_byte(meter):
    meter.begin(10.0)
    meter.begin(11.5)
    meter.add(1000, 12.0)

    assert meter.speed_bps(12.0) == 500.0


def test_only_the_window_counts(meter):
    meter.add(9000, 10.0)
    meter.add(300, 12.5)

    assert meter.speed_bps(13.5) == 100.0


def test_a_silence_shows_as_one(meter):
    meter.add(9000, 10.0)

    assert meter.speed_bps(100.0) == 0.0


def test_the_first_moment_is_no_division_by_nothing(meter):
    meter.add(1000, 10.0)

    assert meter.speed_bps(10.0) == 10_000.0


def test_what_comes_close_together_is_kept_together(meter):
    for _ in range(1000):
        meter.add(1, 10.0)
    meter.add(1, 10.2)

    assert len(meter._slots) == 2
    assert meter.speed_bps(11.0) == 1001.0
