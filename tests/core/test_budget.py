import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.core.budget import Budget
from ddm.http.url import Origin
from ddm.limits import Limits

A, B = Origin("https", "a.example", 443), Origin("https", "b.example", 443)


@pytest.fixture
def budget():
    return Budget(Limits(max_total_connections=3, max_connections_per_host=2))


def test_what_was_reserved_is_counted_until_it_is_released(budget):
    budget.reserve(A)
    budget.reserve(B)
    assert (budget.running, budget.running_at(A), budget.running_at(B)) == (2, 1, 1)

    budget.release(A)
    assert (budget.running, budget.running_at(A)) == (1, 0)


def test_an_origin_has_its_own_bound(budget):
    budget.reserve(A)
    budget.reserve(A)

    assert not budget.allows(A, 0.0)
    assert budget.allows(B, 0.0)


def test_all_origins_together_have_a_bound(budget):
    for origin in (A, A, B):
        budget.reserve(origin)

    assert budget.full
    assert not budget.allows(B, 0.0)


def test_the_port_and_the_scheme_make_another_origin(budget):
    budget.reserve(A)

    assert budget.running_at(Origin("http", "a.example", 443)) == 0
    assert budget.running_at(Origin("https", "a.example", 444)) == 0


def test_releasing_what_was_never_reserved_is_a_bug(budget):
    budget.reserve(A)
    with pytest.raises(AssertionError, match="never reserved"):
        budget.release(B)


def test_what_an_origin_taught_is_kept(budget):
    budget.policy(A).refused(1, 10.0, None)

    assert budget.policy(A).limit == 1
    assert budget.policy(B).limit == 2


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from([A, B]))))
def test_it_is_never_exceeded_by_whoever_asks_first(steps):
    budget = Budget(Limits(max_total_connections=3, max_connections_per_host=2))
    for starts, origin in steps:
        if starts and budget.allows(origin, 0.0):
            budget.reserve(origin)
        elif not starts and budget.running_at(origin):
            budget.release(origin)
        assert budget.running <= 3
        assert max(budget.running_at(A), budget.running_at(B)) <= 2
        assert budget.running == budget.running_at(A) + budget.running_at(B)


def test_room_is_what_the_origin_and_the_whole_leave(budget):
    assert (budget.free_at(A), budget.free_at(B)) == (2, 2)
    budget.reserve(A)
    budget.reserve(B)
    assert (budget.free_at(A), budget.free_at(B)) == (1, 1)
    budget.reserve(A)
    assert (budget.free_at(A), budget.free_at(B)) == (0, 0)


def test_a_learned_limit_leaves_less_room(budget):
    budget.reserve(A)
    budget.policy(A).refused(1, 10.0, None)

    assert budget.free_at(A) == 0


@pytest.fixture
def speaks_http_2(budget):
    budget.policy(A).http_version, budget.policy(A).small = "2", True


@pytest.mark.usefixtures("speaks_http_2")
def test_requests_that_share_a_connection_are_one_connection(budget):
    for _ in range(5):
        budget.reserve(A, shared=True)
    assert (budget.running, budget.running_at(A), budget.free_at(A)) == (1, 5, 0)

    for _ in range(5):
        budget.release(A, shared=True)
    assert (budget.running, budget.running_at(A)) == (0, 0)


@pytest.mark.usefixtures("speaks_http_2")
def test_another_may_join_them_where_no_connection_is_left(budget):
    assert not budget.allows_shared(A, 0.0)  # there is none to join
    budget.reserve(A, shared=True)
    budget.reserve(B)
    budget.reserve(B)

    assert budget.full
    assert budget.allows_shared(A, 0.0)
    assert not budget.allows_shared(B, 0.0)


@pytest.mark.usefixtures("speaks_http_2")
def test_not_more_than_a_server_is_sure_to_take(budget):
    for _ in range(100):
        budget.reserve(A, shared=True)

    assert not budget.allows_shared(A, 0.0)


@pytest.mark.usefixtures("speaks_http_2")
def test_not_where_files_are_long_or_fewer_requests_are_borne(budget):
    budget.reserve(A, shared=True)
    budget.policy(A).small = False
    assert not budget.allows_shared(A, 0.0)

    budget.policy(A).small = True
    budget.policy(A).refused(1, 10.0, None)
    assert not budget.allows_shared(A, 10.0)
