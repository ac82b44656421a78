import random

import pytest

from ddm.failures import FailureError
from ddm.limits import LOOK_UP_TIMEOUT_S
from ddm.testing.clock import VirtualClock
from ddm.testing.resolver import SimResolver
from ddm.testing.story import Story, Violation


@pytest.fixture
def clock():
    return VirtualClock()


def make(clock, seed, calm_s=1e9):
    return SimResolver(clock, Story("names"), random.Random(seed), calm_s)


def test_in_calm_times_every_name_is_there_at_once(clock):
    asked = make(clock, 1, calm_s=0.0).look_up("a.test")
    assert asked.over
    assert asked.result() == ("2001:db8::1", "192.0.2.1")


def test_worlds_differ_in_how_long_an_answer_takes_and_whether_there_is_one(clock):
    delays, failed = set(), 0
    for seed in range(60):
        resolver = make(clock, seed)
        for _ in range(3):
            asked = resolver.look_up("a.test")
            due = resolver.deadline()
            delays.add(0.0 if due is None else round(due - clock.now(), 3))
            clock.advance_to(due or clock.now())
            try:
                asked.result()
            except FailureError:
                failed += 1
    assert {0.0, 0.03, LOOK_UP_TIMEOUT_S} <= delays
    assert failed


def test_a_name_that_is_looked_up_twice_at_once_breaks_the_promise_to_share(clock):
    resolver = next(r for r in (make(clock, s) for s in range(99)) if not r.look_up("a.test").over)
    with pytest.raises(Violation, match=r"a\.test is looked up twice"):
        resolver.look_up("a.test")
