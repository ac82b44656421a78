import pytest

from ddm.core.hostpolicy import HostPolicy


@pytest.fixture
def policy():
    return HostPolicy(16)


def test_before_it_refused_anything_it_bears_what_is_configured(policy):
    assert policy.limit == 16
    assert policy.allows(15, 0.0)
    assert not policy.allows(16, 0.0)
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

    policy.bore(5, 13.0)

    assert policy.limit == 5
    assert policy.deadline(13.0) == 14.0
    policy.refused(5, 14.0, None)
    assert policy.deadline(14.0) == 15.0


def test_what_is_within_the_limit_teaches_nothing(policy):
    policy.bore(9, 10.0)
    assert policy.limit == 16
    policy.refused(4, 10.0, None)
    policy.bore(4, 10.0)
    assert policy.limit == 4


def test_retry_after_is_obeyed_by_everybody_where_nothing_runs(policy):
    policy.refused(0, 10.0, 30.0)

    assert not policy.allows(0, 39.9)
    assert policy.allows(0, 40.0)


def test_retry_after_beside_others_only_delays_the_trial(policy):
    policy.refused(3, 10.0, 30.0)

    assert policy.allows(2, 10.0)
    assert not policy.allows(3, 39.9)
    assert policy.deadline(10.0) == 40.0


def test_the_ceiling_stands_above_every_trial(policy):
    policy.refused(16, 10.0, None)

    assert not policy.allows(16, 100.0)


def test_what_it_waits_for_can_be_told(policy):
    assert (policy.learned, policy.waits_s(0.0)) == (False, (None, None))
    policy.refused(4, 10.0, None)
    assert (policy.learned, policy.waits_s(10.25)) == (True, (None, 0.75))
    policy.refused(0, 12.0, 5.0)
    assert policy.waits_s(13.0) == (4.0, 4.0)
    assert policy.waits_s(20.0) == (None, None)
