import pytest

from ddm.testing.manners import SLOW_FACTOR, Door, Manners


def test_every_nth_connection_is_slow():
    door = Door(Manners(slow_every=3))

    assert [door.open() for _ in range(6)] == [1.0, 1.0, SLOW_FACTOR] * 2


@pytest.mark.parametrize(("now", "dead"), [(0.9, False), (1.0, True), (2.0, False)])
def test_nobody_listens_for_a_while(now, dead):
    assert Door(Manners(dead_s=(1.0, 2.0))).is_dead(now) is dead


def test_only_so_many_requests_are_borne_within_any_second():
    door = Door(Manners(requests_per_s=2))

    assert [door.bears(now) for now in (0.0, 0.5, 0.9, 1.0, 1.4, 1.5)] == [
        True, True, False, True, False, True,
    ]  # fmt: skip


def test_who_counts_nothing_bears_everything():
    assert all(Door(Manners()).bears(0.0) for _ in range(1000))
