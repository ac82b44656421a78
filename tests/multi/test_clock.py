import time

from ddm.multi.clock import MonotonicClock


def test_now_never_goes_back():
    clock = MonotonicClock()

    assert clock.now() <= clock.now()


def test_wall_is_unix_time():
    before = time.time()

    assert before <= MonotonicClock().wall() <= time.time()
