from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddm.store.standing import Standing, moved


def queue(*priorities):
    """Jobs 1, 2, ... of these priorities, each at the place that is its number."""
    return [Standing(number, priority, number) for number, priority in enumerate(priorities, 1)]


def order(standings):
    return [each.id for each in standings]


def as_the_store_sorts(standings):
    return sorted(standings, key=lambda each: (-each.priority, each.place, each.id))


@pytest.mark.parametrize(
    ("ids", "position", "expected"),
    [
        ([3], 1, [3, 1, 2, 4]),
        ([1], None, [2, 3, 4, 1]),
        ([1], 3, [2, 3, 1, 4]),
        ([4], 2, [1, 4, 2, 3]),
        ([4, 2], 1, [4, 2, 1, 3]),
        ([1, 3], None, [2, 4, 1, 3]),
        ([1, 2], 4, [3, 4, 1, 2]),
        ([4, 3, 2, 1], 2, [4, 3, 2, 1]),
        ([], 1, [1, 2, 3, 4]),
    ],
)
def test_jobs_stand_one_after_the_other_where_they_were_moved(ids, position, expected):
    assert order(moved(queue(0, 0, 0, 0), ids, position)) == expected


def test_only_those_that_are_moved_change():
    before = queue(5, 5, 0, 0)
    after = moved(before, [4], 2)

    assert order(after) == [1, 4, 2, 3]
    assert {each.id for each in set(after) - set(before)} == {4}


@pytest.mark.parametrize(
    ("moving", "position", "priority"),
    [
        (4, 1, 10),  # before all: the first one's
        (1, None, -10),  # behind all: the last one's
        (4, 2, 0),  # between 10 and 0: the nearest to its own
        (1, 2, 0),  # the first place among those with 0
    ],
)
def test_who_cannot_stand_there_with_its_priority_takes_the_nearest_one(moving, position, priority):
    after = moved(queue(10, 0, 0, -10), [moving], position)

    assert {each.id: each.priority for each in after}[moving] == priority


def test_who_can_stand_there_with_its_priority_keeps_it():
    first = moved(queue(10, 0, 0), [1], 1)
    last = moved(queue(0, 0, -5), [3], None)
    between = moved(queue(10, 5, 0), [2], 2)

    assert [first[0].priority, last[-1].priority, between[1].priority] == [10, -5, 5]


def test_fifty_moves_into_the_same_gap_count_the_queue_anew_and_keep_its_order():
    found = queue(*[0] * 100)
    expected = order(found)
    for _ in range(200):
        last = expected.pop()
        expected.insert(1, last)
        found = moved(found, [last], 2)
        assert order(as_the_store_sorts(found)) == expected


@given(
    st.lists(st.integers(-2, 2), min_size=1, max_size=12),
    st.lists(
        st.tuples(st.lists(st.integers(1, 12), max_size=5, unique=True), st.integers(1, 14)),
        max_size=8,
    ),
)
def test_whatever_is_moved_the_store_sorts_it_as_it_was_wished(priorities, moves):
    found = as_the_store_sorts(queue(*priorities))
    for wished, position in moves:
        ids = [job_id for job_id in wished if job_id <= len(priorities)]
        others = [job_id for job_id in order(found) if job_id not in ids]
        found = moved(found, ids, position)
        at = min(position - 1, len(others))

        assert order(found) == [*others[:at], *ids, *others[at:]]
        assert as_the_store_sorts(found) == found
        assert all(a.priority >= b.priority for a, b in pairwise(found))
