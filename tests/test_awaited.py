import contextlib

import pytest

from ddm.awaited import Awaited
from ddm.byteranges import RangeSet
from ddm.core.commands import ClosePart, OpenPart, PublishFile, RecordProgress, RecordState
from ddm.core.events import FilePublished
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import NoMarks
from ddm.learned import Learned
from ddm.ledger import Ledger
from ddm.parts import Parts
from ddm.record import State
from ddm.spec import JobSpec
from ddm.testing.clock import VirtualClock
from tests.conftest import Store

A, B = 1, 2
NONE = RangeSet()


@pytest.fixture
def store(connect, tmp_path):
    store = Store(connect(), VirtualClock().wall, tmp_path)
    store.add([JobSpec("http://a.test/", str(tmp_path))] * 2)
    return store


@pytest.fixture
def ledger(store):
    return Ledger(store, NoMarks(), Learned(store, VirtualClock()))


@pytest.fixture
def awaited(ledger, tmp_path):
    """A file of job A that is whole, and job B whose claims shrink."""
    with contextlib.closing(Parts(LocalDisk("boot"), NoMarks())) as parts:
        awaited = Awaited(parts, ledger)
        awaited.answers = parts.answers
        parts.do(OpenPart(A, str(tmp_path), "f", exact=True, size_bytes=1, resume=None))
        ledger.record(RecordState(A, State.FINISHING))
        awaited.publishing.add(PublishFile(A, exact=True))
        ledger.record(RecordProgress(B, NONE, NONE, shrinks=True))
        awaited.held.hold(B)
        awaited.held.add(B, ClosePart(B))
        yield awaited


BOTH = ([FilePublished(A, "f")], [ClosePart(B)])


def settled(awaited):
    """What came of the names, and what may be done now."""
    commands = awaited.settle(0.0, more=False)
    return awaited.answers(), commands


def test_where_the_disk_takes_no_time_all_of_it_follows_at_once(awaited):
    assert settled(awaited) == BOTH
    assert not awaited


def test_both_share_a_sync_and_wait_for_it(awaited, store):
    store.syncs = []
    assert settled(awaited) == ([], [])
    assert settled(awaited) == ([], [])
    assert awaited
    assert not awaited.uncommitted

    (sync,) = store.syncs
    sync.over = True
    assert settled(awaited) == BOTH


def test_while_another_process_is_writing_both_are_to_be_committed(awaited, connect):
    with connect().transaction():
        assert settled(awaited) == ([], [])
        assert awaited.uncommitted
    assert settled(awaited) == BOTH
