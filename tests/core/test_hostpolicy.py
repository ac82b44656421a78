import pytest

from ddm.core.hostpolicy import HostPolicy
from ddm.lesson import Lesson


@pytest.fixture
def policy():
    return HostPolicy(16)


def test_before_it_refused_anything_it_bears_what_is_configured(policy):
    assert policy.limit == 16
    assert policy.allows(15, 0.0)
    assert policy.deadline(0.0) is None


def test_a_refusal_makes_what_runs_the_limit(policy):
    policy.refused(4, 10.0, None)

    assert policy.limit == 4
    assert policy.allows(3, 10.0)
    assert not policy.allows(4, 10.0)


def test_a_limit_only_falls_by_refusals(policy):
    policy.refused(4, 10.0, None)
    policy.refused(9, 10.0, None)

    assert policy.limit == 4


def test_one_connection_is_always_left(policy):
    policy.refused(0, 10.0, None)

    assert policy.limit == 1
    assert policy.allows(0, 10.0)


def test_after_a_second_one_more_is_tried_and_only_one(policy):
    policy.refused(4, 10.0, None)

    assert policy.deadline(10.0) == 11.0
    assert policy.allows(4, 11.0)
    assert not policy.allows(5, 11.0)


def test_refusals_of_one_burst_count_once(policy):
    for running in (15, 14, 13):
        policy.refused(running, 10.0, None)

    assert policy.limit == 13
    assert policy.deadline(10.0) == 11.0


def test_each_refused_trial_doubles_the_wait_up_to_a_minute(policy):
    now, waits = 10.0, []
    for _ in range(8):
        policy.refused(4, now, None)
        waits.append(policy.deadline(now) - now)
        now = policy.deadline(now)

    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_a_trial_that_is_borne_raises_the_limit_by_one_and_the_next_is_due_in_a_second(policy):
    policy.refused(4, 10.0, None)
    policy.refused(4, 11.0, None)

    policy.bore(5, 13.0, 13.0, trial=True)

    assert policy.limit == 5
    assert policy.deadline(13.0) == 14.0
    policy.refused(5, 14.0, None)
    assert policy.deadline(14.0) == 15.0


def test_what_is_borne_beside_requests_that_may_be_refused_yet_teaches_nothing(policy):
    policy.refused(4, 10.0, None)
    policy.bore(5, 10.0, 9.9, trial=False)
    assert policy.limit == 4


def test_what_is_within_the_limit_teaches_nothing(policy):
    policy.bore(9, 10.0, 10.0, trial=True)
    assert policy.limit == 16
    policy.refused(4, 10.0, None)
    policy.bore(4, 10.0, 10.0, trial=True)
    assert policy.limit == 4


def test_retry_after_is_obeyed_by_everybody_where_nothing_runs(policy):
    policy.refused(0, 10.0, 30.0)

    assert not policy.allows(0, 39.9)
    assert policy.allows(0, 40.0)


def test_retry_after_is_obeyed_by_everybody_beside_others_too(policy):
    policy.refused(3, 10.0, 30.0)

    assert not policy.allows(2, 39.9)
    assert policy.allows(2, 40.0)
    assert policy.deadline(10.0) == 40.0


def test_a_limit_at_the_ceiling_is_none(policy):
    policy.refused(15, 10.0, None, answer="503")
    assert policy.refusal == "503"

    policy.bore(16, 11.0, 11.0, trial=True)

    assert (policy.limit, policy.learned, policy.refusal) == (16, False, None)


def test_what_was_under_way_when_the_limit_was_learned_closes_nothing(policy):
    for running in (5, 4):
        policy.refused(running, 10.0, None, begun_s=9.9)
    assert policy.allows(3, 10.0)

    policy.refused(3, 10.1, None, begun_s=10.05)  # sent while others were about to be refused
    assert policy.limit == 4
    assert not policy.allows(3, 10.15)
    assert policy.allows(3, 10.2)


@pytest.fixture
def counting(policy):
    """Its limit was known to be 8, and 7 have been refused since; it is 11 s now."""
    policy.refused(8, 10.0, None, begun_s=9.9)
    policy.refused(7, 11.0, None, begun_s=10.9)
    return policy


def test_a_refusal_within_the_known_limit_lowers_it_as_any_other_does(counting):
    assert counting.limit == 7
    assert not counting.allows(6, 11.05)
    assert counting.allows(6, 11.1)


def test_a_second_one_halves_it_and_closes_it_for_a_second(counting):
    counting.refused(5, 12.0, None, begun_s=11.9)

    assert counting.limit == 2
    assert not counting.allows(0, 12.9)
    assert counting.allows(1, 13.0)


def test_after_that_one_request_goes_first(counting):
    counting.refused(6, 12.0, None, begun_s=11.9)

    counting.began(13.5)
    counting.bore(6, 13.5, 11.0, trial=False)
    assert not counting.allows(1, 13.5)
    counting.bore(1, 13.6, 13.5, trial=False)
    assert counting.allows(1, 14.6)


def test_what_counts_requests_is_asked_no_faster_than_it_bore(counting):
    for start in range(5):
        counting.began(11.1 + start / 10)
    counting.refused(3, 11.6, None, begun_s=11.5)

    counting.began(13.0)
    counting.bore(1, 13.01, 13.0, trial=False)
    gap_s = counting.deadline(13.01) - 13.0
    assert 0.25 < gap_s < 0.31
    assert not counting.allows(0, 13.2)
    assert counting.allows(0, 13.31)


def test_nobody_waits_for_one_that_is_over(policy):
    policy.refused(8, 10.0, 1.0)
    policy.began(11.0)
    assert not policy.allows(0, 11.0)
    policy.ended(11.0)
    assert policy.allows(0, 11.0)


def test_what_is_refused_right_after_we_closed_a_connection_says_nothing_new(policy):
    policy.refused(8, 10.0, None, begun_s=9.9)
    policy.aborted(12.0)
    policy.refused(5, 12.25, None, begun_s=12.1)

    assert policy.limit == 8
    assert not policy.allows(5, 12.9)
    assert policy.allows(5, 13.0)
    policy.refused(5, 13.5, None, begun_s=13.1)
    assert policy.limit == 7


def test_while_a_trial_is_on_its_way_nobody_else_is(policy):
    policy.refused(8, 10.0, None, begun_s=9.9)
    policy.began(12.0, trial=True)
    assert not policy.allows(5, 12.1)

    policy.refused(8, 12.2, None, begun_s=12.0, trial=True)
    assert policy.allows(5, 12.2)


def test_a_refused_trial_closes_nothing(policy):
    policy.refused(8, 10.0, None, begun_s=9.9)
    policy.refused(8, 12.0, None, begun_s=11.0, trial=True)

    assert policy.allows(7, 12.0)
    assert not policy.allows(8, 13.9)


def test_what_is_kept_of_it_is_known_again(policy):
    policy.refused(4, 10.0, 30.0, answer="429")
    policy.if_range, policy.ranges, policy.small, policy.http_version = False, True, True, "2"
    policy.yields.learn(4, 5_000_000.0)
    lesson = policy.lesson(11.0)

    again = HostPolicy(16)
    again.know(lesson, 20.0)

    assert (again.limit, again.refusal, again.refused_s) == (4, "429", 10.0)
    assert (again.if_range, again.ranges, again.small, again.http_version) == (
        False,
        True,
        True,
        "2",
    )
    assert again.yields.connections == 4
    assert not again.allows(0, 39.9)
    assert again.news(20.0) is None


def test_a_known_limit_is_not_tried_at_once(policy):
    policy.know(Lesson(limit=4, refusal="503", refused_s=5.0), 10.0)

    assert not policy.allows(4, 19.9)
    assert policy.allows(4, 20.0)


def test_a_known_limit_beyond_the_ceiling_is_none(policy):
    policy.know(Lesson(limit=99), 10.0)

    assert not policy.learned


def test_news_are_told_once(policy):
    assert policy.news(1.0) is None  # nothing is known yet
    policy.refused(4, 10.0, None, answer="503")
    assert policy.news(10.0) == Lesson(learned_s=10.0, limit=4, refusal="503", refused_s=10.0)
    assert policy.news(11.0) is None


def test_what_it_waits_for_can_be_told(policy):
    assert (policy.learned, policy.waits_s(0.0)) == (False, (None, None))
    policy.refused(4, 10.0, None)
    assert (policy.learned, policy.waits_s(10.25)) == (True, (None, 0.75))
    policy.refused(0, 12.0, 5.0)
    assert policy.waits_s(13.0) == (4.0, 24.0)
    assert policy.waits_s(37.0) == (None, None)
