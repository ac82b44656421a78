import random
from contextlib import closing

import pytest

from ddm.record import State
from ddm.spec import JobSpec
from ddm.testing.memory import MemoryStore


@pytest.fixture
def store(clock):
    with closing(MemoryStore(clock.wall, keeps=True)) as store:
        store.add([JobSpec("http://a.test/f", "/d")])
        yield store


def commit(store, state, *, durable=False):
    with store.transaction(durable=durable):
        store.set_state(1, state, None)


def states_left(store):
    """What power cuts may leave."""
    found, commits = set(), list(store._commits)
    chance = random.Random(1)
    for _ in range(30):
        store._commits = [*commits, b""]  # so that the last one is read back, too
        while store.lose_power(chance) == 0:
            pass
        found.add(store.get(1).state)
    return found


def test_commits_may_be_lost_from_the_end(store):
    commit(store, State.PROBING)
    commit(store, State.RUNNING)

    assert states_left(store) == {State.QUEUED, State.PROBING, State.RUNNING}


def test_a_durable_commit_stays_and_all_before_it(store):
    commit(store, State.PROBING)
    commit(store, State.RUNNING, durable=True)

    assert states_left(store) == {State.RUNNING}


def test_a_sync_of_the_log_keeps_what_was_committed_before_it_began(store):
    commit(store, State.PROBING)
    number = store.last
    commit(store, State.RUNNING)
    commit(store, State.WAITING)
    store.synced(number)

    assert states_left(store) == {State.PROBING, State.RUNNING, State.WAITING}


def test_commits_are_counted_and_lost_ones_never_were(store):
    before = store.last
    commit(store, State.PROBING)
    after = store.last
    while store.lose_power(random.Random(1)) == 0:
        commit(store, State.RUNNING)

    assert (after, store.last) == (before + 1, before)


def test_it_can_be_written_after_a_power_cut(store):
    commit(store, State.PROBING)
    store.lose_power(random.Random(1))
    commit(store, State.DONE)

    assert store.get(1).state is State.DONE
