from ddm.testing.clock import VirtualClock


def test_a_clock_stands_still_until_it_is_moved():
    clock = VirtualClock(5.0)

    assert (clock.now(), clock.now()) == (5.0, 5.0)


def test_wall_time_runs_along():
    clock = VirtualClock()
    before = clock.wall()
    clock.advance_to(12.5)

    assert (clock.now(), clock.wall() - before) == (12.5, 12.5)


def test_a_clock_never_goes_back():
    clock = VirtualClock(5.0)
    clock.advance_to(1.0)

    assert clock.now() == 5.0
