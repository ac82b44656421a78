"""What is recorded of a file that is whole, until it gets its name."""

import pytest

from ddm.byteranges import RangeSet
from ddm.core.commands import RecordPart, RecordProgress, RecordState
from ddm.disk.marks import NoMarks
from ddm.http.representation import Representation
from ddm.learned import Learned
from ddm.ledger import Ledger
from ddm.record import PartIdentity, State
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore
from ddm.testing.clock import VirtualClock

PART = PartIdentity("boot", 1, 2)
ALL = RangeSet.of(0, 30)


@pytest.fixture
def store(connect):
    store = JobStore(connect())
    store.add([JobSpec("http://a.test/", "/d")])
    return store


@pytest.fixture
def ledger(store):
    ledger = Ledger(store, NoMarks(), Learned(store, VirtualClock()))
    ledger.record(RecordPart(1, "f", Representation(30, '"v"'), PART, 0))
    ledger.record(RecordState(1, State.FINISHING))
    ledger.record(RecordProgress(1, ALL, ALL))
    return ledger


def test_it_waits_for_the_commit_that_goes_before_the_name(ledger, store):
    ledger.commit()
    record = store.get(1)
    assert (record.part, record.state, record.synced) == (PART, State.QUEUED, RangeSet())
    assert ledger.pending

    ledger.commit(names=True)
    record = store.get(1)
    assert (record.state, record.synced) == (State.FINISHING, ALL)
    assert not ledger.pending


def test_what_shows_not_to_be_whole_waits_no_longer(ledger, store):
    ledger.record(RecordProgress(1, RangeSet.of(0, 10), RangeSet(), shrinks=True))
    ledger.record(RecordState(1, State.FAILED))
    ledger.commit()

    assert (store.get(1).state, store.get(1).written.total) == (State.FAILED, 10)
    assert not ledger.pending
