"""Commands that wait for a commit; the test plays the engine's part."""

import contextlib
from collections import deque

import pytest

from ddm.byteranges import ByteRange, RangeSet
from ddm.core.commands import (
    CancelTransfer,
    CheckRoom,
    ClosePart,
    ContinueTransfer,
    OpenPart,
    RecordPart,
    RecordProgress,
    ResetPart,
    ShortenTransfer,
    StartTransfer,
)
from ddm.core.events import QueueChanged, TransferEnded, TransferShortened
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import NoMarks
from ddm.failures import CANCELLED
from ddm.http.representation import Representation
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.limits import BUSY_RETRY_S
from ddm.performer import Performer
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore
from ddm.testing.clock import VirtualClock

A, B = 1, 2
HELD, ALL = RangeSet.of(0, 10), RangeSet.of(0, 20)
SEEN = Representation(100, '"v"')


class Script:
    """Answers each event with the commands that come next; keeps the events."""

    admitted, idle, stuck = 1, False, False

    def __init__(self):
        self.events, self.answers = [], deque()

    def handle(self, event, _now):
        self.events.append(event)
        return self.answers.popleft() if self.answers else []

    def deadline(self):
        return None

    def holds(self, _job_id):
        return True

    def take_left(self):
        return []


class Wire:
    """Writes down what it is asked for."""

    def __init__(self):
        self.asked = []

    def listen(self, listener):
        self.listener = listener

    def start(self, transfer_id, request, expectation, sink, **_):
        self.asked.append(f"start {transfer_id}")

    def proceed(self, transfer_id, sink, start, stop):
        self.asked.append(f"proceed {transfer_id}")

    def cancel(self, transfer_id):
        self.asked.append(f"cancel {transfer_id}")
        self.listener.on_end(transfer_id, 7, CANCELLED, 0.1, "1.1")

    def shorten(self, transfer_id, stop):
        self.asked.append(f"shorten {transfer_id}")
        return max(stop, 7) if f"start {transfer_id}" in self.asked else None

    def flush(self):
        return ()


class Desk:
    def __init__(self, database, directory):
        self.store, self.directory = JobStore(database), str(directory)
        self.engine, self.wire, self.now = Script(), Wire(), 0.0
        self.performer = Performer(
            self.engine, network=self.wire, disk=LocalDisk("boot"), store=self.store, marks=NoMarks(),
            clock=VirtualClock(), names=None,
        )  # fmt: skip
        spec = JobSpec("http://a.test/", self.directory)
        self.store.add([spec, spec])

    def say(self, *commands):
        """The engine wants this; what it is told because of it."""
        before = len(self.engine.events)
        self.engine.answers.append(list(commands))
        self.performer.submit(QueueChanged())
        self.performer.pump(self.now)
        return self.engine.events[before + 1 :]

    def later(self):
        """When it asked to come back; what the engine is told then."""
        before = len(self.engine.events)
        self.now = self.performer.deadline()
        self.performer.pump(self.now)
        return self.engine.events[before:]

    def open(self, job_id):
        (opened,) = self.say(
            OpenPart(job_id, self.directory, f"f{job_id}", exact=True, size_bytes=100, resume=None)
        )
        part = RecordPart(job_id, opened.name, SEEN, opened.identity, 0)
        self.say(part, RecordProgress(job_id, ALL, ALL))
        return opened.identity

    def reset(self, job_id):
        name = f"f{job_id}"
        return ResetPart(job_id, self.directory, name, exact=True, size_bytes=100)


def start(transfer_id, job_id, first=0):
    expectation = Expectation(ByteRange(first, first + 10))
    request = Request("http://a.test/", ())
    return StartTransfer(transfer_id, job_id, request, expectation, alone=True)


def shrink(job_id):
    return RecordProgress(job_id, HELD, HELD, shrinks=True)


@pytest.fixture
def desk(connect, tmp_path):
    with contextlib.ExitStack() as exits:
        desk = Desk(connect(), tmp_path)
        exits.callback(desk.performer.close)
        desk.open(A)
        desk.open(B)
        yield desk


@pytest.fixture
def busy(desk, connect):
    """Another process is in the middle of writing, until this is closed."""
    with contextlib.ExitStack() as exits:
        exits.enter_context(connect().transaction())
        yield exits


def told(events):
    return [type(event).__name__ for event in events]


def test_smaller_claims_are_committed_before_what_follows(desk):
    seen = []
    desk.wire.start = lambda *_, **__: seen.append(desk.store.get(A).written)
    desk.say(shrink(A), start(5, A))

    assert seen == [HELD]


def test_a_job_whose_smaller_claims_cannot_be_committed_is_held_and_others_are_not(desk, busy):
    events = desk.say(shrink(A), start(5, A), desk.reset(A), start(6, B), desk.reset(B))

    assert desk.wire.asked == ["start 6"]
    assert [(type(event).__name__, event.job_id) for event in events] == [("PartOpened", B)]


def test_what_was_held_is_done_in_order_once_the_claims_are_committed(desk, busy):
    desk.say(shrink(A), start(5, A), ContinueTransfer(4, A, 0, 10))
    desk.say(ClosePart(A), CheckRoom(A, desk.directory, "f1", 100))
    busy.close()

    assert told(desk.later()) == ["PartClosed", "RoomChecked"]
    assert desk.wire.asked == ["start 5", "proceed 4"]
    assert desk.store.get(A).written == HELD


def test_a_file_that_is_begun_again_keeps_its_inode_until_the_claims_are_gone(desk, busy):
    part = desk.store.get(A).part
    desk.say(RecordProgress(A, RangeSet(), RangeSet(), shrinks=True), desk.reset(A))
    there = (desk.performer._parts._open[A].identity, desk.store.get(A).written)
    busy.close()
    (opened,) = desk.later()

    assert there == (part, ALL)
    assert opened.identity.inode != part.inode


def test_a_transfer_that_is_held_is_cancelled_at_once_and_never_starts(desk, busy):
    desk.say(shrink(A), start(5, A, first=30), start(6, A))
    events = desk.say(CancelTransfer(5))
    busy.close()
    desk.later()

    assert events == [TransferEnded(5, 30, CANCELLED, None)]
    assert desk.wire.asked == ["start 6"]


def test_a_body_that_is_held_back_is_not_taken_once_it_is_cancelled(desk, busy):
    desk.say(shrink(A), ContinueTransfer(4, A, 0, 10), start(6, A))
    events = desk.say(CancelTransfer(4))
    busy.close()
    desk.later()

    assert events == [TransferEnded(4, 7, CANCELLED, 0.1, "1.1")]
    assert desk.wire.asked == ["cancel 4", "start 6"]


def test_a_transfer_that_runs_is_cancelled_though_its_job_is_held(desk, busy):
    desk.say(start(3, A))
    events = desk.say(shrink(A), start(5, A), CancelTransfer(3))

    assert desk.wire.asked == ["start 3", "cancel 3"]
    assert events == [TransferEnded(3, 7, CANCELLED, 0.1, "1.1")]


def test_it_comes_back_soon_while_something_is_held_and_not_at_once(desk, busy):
    desk.say(shrink(A), start(5, A))
    dues = []
    for _ in range(3):
        dues.append(desk.performer.deadline() - desk.now)
        desk.later()

    assert dues == pytest.approx([BUSY_RETRY_S] * 3)


def test_turns_of_other_jobs_do_not_put_off_what_is_held(desk, busy):
    desk.say(shrink(A), start(5, A))
    busy.close()
    due_s = desk.performer.deadline()
    while desk.now <= due_s:
        desk.say(CheckRoom(B, desk.directory, "f2", 100))
        desk.now += BUSY_RETRY_S / 5

    assert desk.wire.asked == ["start 5"]
    assert desk.performer.deadline() is None


def test_it_is_not_idle_while_something_is_held(desk, busy):
    desk.say(shrink(A), start(5, A))
    desk.engine.idle = True
    before = desk.performer.idle
    busy.close()
    desk.later()

    assert (before, desk.performer.idle) == (False, True)


def test_a_transfer_is_shortened_at_once_and_one_that_is_held_not_at_all(desk, busy):
    desk.say(start(5, B), shrink(A), start(6, A))

    assert desk.say(ShortenTransfer(5, 3)) == [TransferShortened(5, 7)]
    assert desk.say(ShortenTransfer(6, 3)) == []
