import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.core.retry import COURSES, Course, attempts_max, backoff_s, gave_up
from ddm.failures import Kind
from ddm.limits import RetryLimits


def test_every_kind_of_failure_has_a_course():
    assert set(COURSES) == set(Kind)


@pytest.mark.parametrize(
    "kind", [Kind.NOT_FOUND, Kind.NOT_ALLOWED, Kind.CHANGED, Kind.DISK_ERROR, Kind.UNTRUSTED]
)
def test_what_no_wait_makes_better_stops(kind):
    assert COURSES[kind] is Course.STOP


@pytest.mark.parametrize("kind", [Kind.BROKEN, Kind.STALLED, Kind.UNREACHABLE, Kind.SERVER_ERROR])
def test_what_may_pass_is_tried_again(kind):
    assert COURSES[kind] is Course.AGAIN


def test_what_is_still_the_same_leads_to_nothing_else_and_nothing_else_to_that():
    unchanged = [kind for kind, course in COURSES.items() if course is Course.UNCHANGED]

    assert unchanged == [Kind.NOT_MODIFIED]


@settings(max_examples=100)
@given(st.integers(0, 10_000), st.integers())
def test_a_wait_is_at_most_the_base_doubled_each_time_and_never_past_the_most(attempt, seed):
    limits = RetryLimits(base_delay_secs=0.25, max_delay_secs=30.0)

    wait_s = backoff_s(attempt, limits, random.Random(seed))

    assert 0.0 <= wait_s <= min(30.0, 0.25 * 2.0 ** min(attempt - 1, 30))


def test_a_name_that_is_not_there_is_asked_for_less_often():
    limits = RetryLimits(max_attempts=6)

    assert attempts_max(Kind.BROKEN, limits) == 6
    assert attempts_max(Kind.UNRESOLVED, limits) == 3
    assert attempts_max(Kind.UNRESOLVED, RetryLimits(max_attempts=2)) == 2


def test_waits_are_spread_over_the_whole_time():
    chance = random.Random(3)
    waits = [backoff_s(20, RetryLimits(), chance) for _ in range(200)]

    assert min(waits) < 3.0
    assert max(waits) > 27.0


def test_the_last_failure_says_how_many_tries_there_were():
    assert gave_up("no answer", 1) == "no answer (gave up after 1 try)"
    assert gave_up("no answer", 3) == "no answer (gave up after 3 tries)"
