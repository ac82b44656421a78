import random
from contextlib import closing

import pytest

from ddm.byteranges import RangeSet
from ddm.entry import Claims, Entry, File, NewState
from ddm.errors import BusyError, StateError
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure
from ddm.spec import JobSpec
from ddm.testing.faults import Doing, Faults, StoreFault
from ddm.testing.log import LogDisk
from ddm.testing.memory import MemoryStore
from ddm.testing.plug import Died
from ddm.testing.store import WatchedStore

HELD = RangeSet.of(0, 10)
PACED = 1  # a disk that takes its time


class Oldest:
    """A power cut that leaves as little as it can."""

    def randrange(self, _stop):
        return 0


class Notes:
    """Keeps what it sees."""

    def __init__(self):
        self.seen = []

    def claims(self, job_id, inode, written):
        self.seen.append(("claims", job_id, inode, written))

    def removes(self, record):
        self.seen.append(("removes", record.id))

    def committed(self, number):
        self.seen.append(f"commit {number}")

    def set_state(self, job_id, state, why):
        self.seen.append(("state", job_id, state, why))


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def store(notes, clock, plug):
    with closing(MemoryStore(clock.wall, keeps=True)) as jobs:
        log = LogDisk(clock, random.Random(PACED))
        store = WatchedStore(jobs, notes, Faults(clock), plug, log)
        store.jobs.add([JobSpec("http://a.test/f", "/d")])
        yield store


def set_part(store):
    store.write(1, Entry(File("f", Representation(20), PartIdentity("boot", 7, 3), 0)))


def test_a_state_is_seen_and_stored(store, notes):
    store.set_state(1, State.FAILED, StoredFailure("broken", "it broke", 6))

    assert notes.seen == [("state", 1, State.FAILED, "it broke")]
    assert store.jobs.get(1).state is State.FAILED
    assert store.line(9, among=None) == []
    assert store.queued([1]) == []


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


def test_what_is_written_of_a_job_is_seen_whole(store, notes):
    file = File("f", Representation(20), PartIdentity("boot", 7, 3), 0)
    store.write(1, Entry(file, Claims(HELD, RangeSet()), NewState(State.RUNNING)))
    store.write(1, Entry(claims=Claims(RangeSet(), RangeSet())))

    assert notes.seen == [
        ("claims", 1, 3, HELD),
        ("state", 1, State.RUNNING, None),
        ("claims", 1, None, RangeSet()),
    ]


def test_a_transaction_tells_when_it_is_committed(store, notes):
    with store.transaction(durable=True):
        store.set_progress(1, HELD, RangeSet())

    assert notes.seen == [("claims", 1, None, HELD), "commit 2"]


def test_a_process_that_dies_in_a_transaction_leaves_nothing_of_it(store, plug):
    plug.arm(1, after=True)

    with pytest.raises(Died), store.transaction():
        store.set_progress(1, HELD, RangeSet())
    assert store.jobs.get(1).written == RangeSet()


def test_a_process_that_dies_right_after_a_transaction_leaves_all_of_it(store, plug):
    plug.arm(0, after=True)

    with pytest.raises(Died), store.transaction():
        store.set_progress(1, HELD, RangeSet())
    assert store.jobs.get(1).written == HELD


def test_a_removed_row_is_seen_and_gone(store, notes):
    store.remove(1)

    assert (notes.seen, store.get(1)) == ([("removes", 1)], None)


def in_trouble(store, *faults):
    store._faults = Faults(store._log._clock, faults, 10.0)


def test_a_store_in_trouble_writes_nothing(store):
    in_trouble(store, StoreFault(Doing.BEGIN, 0, 1, busy=True))
    with pytest.raises(BusyError), store.transaction():
        pytest.fail("it has begun")


def lost(store):
    return store.jobs.lose_power(Oldest())


def test_a_sync_takes_its_time_and_covers_what_was_committed_when_it_began(store, clock):
    with store.transaction():
        store.set_progress(1, HELD, RangeSet())
    sync = store.sync()
    with store.transaction():
        store.set_state(1, State.RUNNING, None)
    before = (sync.over, store.deadline() == sync.due_s > clock.now())
    clock.advance_to(sync.due_s)
    sync.result()

    assert before == (False, True)
    assert (sync.over, store.deadline()) == (True, None)
    assert lost(store) == 1
    assert (store.get(1).written, store.get(1).state) == (HELD, State.QUEUED)


def test_what_is_not_synced_may_be_lost(store):
    with store.transaction():
        store.set_progress(1, HELD, RangeSet())
    store.sync()

    assert lost(store) == 1
    assert store.get(1).written == RangeSet()


def test_a_sync_that_fails_covers_nothing(store, clock):
    in_trouble(store, StoreFault(Doing.LOG, 0, 1))
    with store.transaction():
        store.set_progress(1, HELD, RangeSet())
    sync = store.sync()
    clock.advance_to(sync.due_s)
    with pytest.raises(StateError):
        sync.result()

    assert lost(store) == 1
