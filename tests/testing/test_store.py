from contextlib import closing

import pytest

from ddm.byteranges import RangeSet
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from ddm.testing.store import WatchedStore

HELD = RangeSet.of(0, 10)


class Notes:
    """Keeps what it sees."""

    def __init__(self):
        self.seen = []

    def claims(self, job_id, inode, written):
        self.seen.append(("claims", job_id, inode, written))

    def takes_back(self, job_id, written):
        self.seen.append(("takes back", job_id, written))

    def set_state(self, job_id, state, why):
        self.seen.append(("state", job_id, state, why))


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def store(notes):
    with closing(open_database(None)) as database:
        store = WatchedStore(JobStore(database), notes)
        store.jobs.add([JobSpec("http://a.test/f", "/d")])
        yield store


def set_part(store):
    store.set_part(1, "f", Representation(20), PartIdentity("boot", 7, 3), 0)


def test_a_state_is_seen_and_stored(store, notes):
    store.set_state(1, State.FAILED, StoredFailure("broken", "it broke", 6))

    assert notes.seen == [("state", 1, State.FAILED, "it broke")]
    assert store.jobs.get(1).state is State.FAILED
    assert store.queued(9, among=None) == []


def test_claims_are_seen_and_stored(store, notes):
    set_part(store)
    store.set_progress(1, HELD, RangeSet())

    assert notes.seen == [("claims", 1, 3, RangeSet()), ("claims", 1, None, HELD)]
    assert store.jobs.get(1).written == HELD


def test_claims_stay_with_a_part_that_is_named_again(store, notes):
    set_part(store)
    store.set_progress(1, HELD, RangeSet())
    set_part(store)

    assert notes.seen[-1] == ("claims", 1, 3, HELD)


def test_claims_recorded_durably_take_back_what_they_leave_out(store, notes):
    with store.transaction(durable=True):
        store.set_progress(1, HELD, RangeSet())
    with store.transaction():
        store.set_progress(1, HELD, RangeSet())

    assert notes.seen == [
        ("takes back", 1, HELD),
        ("claims", 1, None, HELD),
        ("claims", 1, None, HELD),
    ]
