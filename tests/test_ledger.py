import contextlib
from types import SimpleNamespace

import pytest

from ddm.byteranges import RangeSet
from ddm.core.commands import RecordLesson, RecordPart, RecordProgress, RecordReceipt, RecordState
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import Marks
from ddm.errors import BusyError, Exit, StateError
from ddm.failures import Failure, Kind
from ddm.http.representation import Representation
from ddm.http.url import Origin
from ddm.learned import Learned
from ddm.ledger import Ledger
from ddm.lesson import Lesson
from ddm.record import PartIdentity, Receipt, State, StoredFailure
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore
from ddm.testing.clock import VirtualClock

PART = PartIdentity("boot", 1, 2)
SEEN = Representation(100, '"v"')
NONE, HELD, ALL = RangeSet(), RangeSet.of(0, 10), RangeSet.of(0, 30)


class Store(JobStore):
    """The real one, and what was committed together: which marks there were before."""

    @contextlib.contextmanager
    def transaction(self, *, durable=False):
        outermost = not self._database._connection.in_transaction
        with super().transaction(durable=durable):
            yield
        if outermost:
            self.commits.append(self.marks.found())


@pytest.fixture
def desk(connect, tmp_path):
    """A ledger, and a transfer of job 1 that has written 0..20."""
    store = Store(connect())
    store.commits, store.marks = [], Marks(bytearray(8 * (64 + 6 * 8)), "boot")
    store.marks.clear()
    store.add([JobSpec("http://a.test/", str(tmp_path))] * 2)
    store.commits.clear()
    part = LocalDisk("boot").open_part(
        str(tmp_path), "f", exact=True, size_bytes=None, resume=None
    ).result()  # fmt: skip
    sink = store.marks.sink(part, 1, 0)
    sink.write_at([bytes(20)], 0)
    with contextlib.closing(part):
        yield SimpleNamespace(
            ledger=Ledger(store, store.marks, Learned(store, VirtualClock())),
            store=store,
            marks=store.marks,
            sink=sink,
        )


@pytest.fixture
def statements(desk):
    """The statements that SQLite runs from now on."""
    ran = []
    desk.store._database._connection.set_trace_callback(ran.append)
    return ran


def progress(written, *, job_id=1, shrinks=False, synced=NONE):
    return RecordProgress(job_id, written, synced, shrinks)


def put_on_disk(ledger):
    ledger.committed.begin()
    ledger.committed.look()


def test_what_is_recorded_is_committed_together(desk):
    desk.ledger.record(RecordState(1, State.RUNNING))
    desk.ledger.record(RecordState(2, State.PROBING))
    pending = desk.ledger.pending

    assert desk.ledger.commit()
    assert (pending, desk.ledger.pending) == (True, False)
    assert [record.state for record in desk.store.all()] == [State.RUNNING, State.PROBING]
    assert len(desk.store.commits) == 1


def test_nothing_to_record_is_no_transaction(desk):
    desk.ledger.be_durable()

    assert desk.ledger.commit()
    assert desk.store.commits == []


def test_a_failure_is_stored_with_its_words(desk):
    failure = Failure(Kind.NOT_FOUND, "no such file", Exit.NOT_FOUND)
    desk.ledger.record(RecordState(1, State.FAILED, failure))
    desk.ledger.commit()

    assert desk.store.get(1).error == StoredFailure("not-found", "no such file", 3)


def test_while_another_writes_everything_is_left_to_the_next_commit_in_order(desk, connect):
    desk.ledger.record(
        RecordPart(1, "f", SEEN, PART, 1)
    )  # takes back what was claimed of another file
    desk.ledger.record(progress(HELD))
    with connect().transaction():
        busy = desk.ledger.commit()
        desk.ledger.record(progress(ALL))
        desk.ledger.record(RecordState(1, State.RUNNING))
        still_busy = desk.ledger.commit()

    assert (busy, still_busy, desk.ledger.pending) == (False, False, True)
    assert desk.ledger.commit()
    record = desk.store.get(1)
    assert (record.part, record.written, record.state) == (PART, ALL, State.RUNNING)
    assert len(desk.store.commits) == 1


@pytest.mark.parametrize(
    ("command", "durable"),
    [
        (progress(HELD), False),
        (progress(HELD, shrinks=True), True),
        (progress(HELD, synced=HELD), True),
        (RecordState(1, State.RUNNING), False),
        (RecordState(1, State.DONE), False),
    ],
    ids=["more", "less", "synced", "running", "done"],
)
def test_what_must_not_be_lost_is_to_be_on_the_disk(desk, command, durable):
    desk.ledger.record(command)
    desk.ledger.record(RecordState(2, State.RUNNING))
    desk.ledger.commit()
    assert desk.ledger.committed.owing == durable

    put_on_disk(desk.ledger)
    desk.ledger.record(RecordState(2, State.WAITING))
    desk.ledger.commit()
    assert not desk.ledger.committed.owing


def test_what_comes_with_a_commit_may_be_asked_to_be_on_the_disk(desk, connect):
    desk.ledger.record(RecordState(1, State.DONE))
    desk.ledger.be_durable()
    with connect().transaction():
        desk.ledger.commit()
        assert not desk.ledger.committed.owing
    desk.ledger.commit()

    assert desk.ledger.committed.owing


def test_smaller_claims_are_taken_out_of_the_marks_before_they_are_committed(desk):
    desk.ledger.record(progress(NONE, shrinks=True))

    assert desk.marks.found() == ()
    desk.ledger.commit()
    assert desk.store.commits == [()]
    assert desk.ledger.committed.owing


def test_a_transfer_that_goes_on_after_that_is_marked_from_where_it_is(desk):
    desk.ledger.record(progress(NONE, shrinks=True))
    desk.sink.write_at([bytes(5)], 20)

    assert [(mark.start, mark.position) for mark in desk.marks.found()] == [(20, 25)]


def test_marks_are_free_only_after_the_commit_that_covers_them(desk, connect):
    desk.sink.end()
    (mark,) = desk.marks.found()
    desk.ledger.record(progress(ALL))
    with connect().transaction():
        desk.ledger.commit()
        busy = desk.marks.found()
    desk.ledger.commit()

    assert busy == (mark,)
    assert desk.store.commits == [(mark,)]
    assert desk.marks.found() == ()


def test_marks_that_a_commit_does_not_cover_stay(desk):
    desk.sink.end()
    before = desk.marks.found()
    desk.ledger.record(progress(HELD))
    desk.ledger.commit()

    assert desk.marks.found() == before


def test_of_several_claims_that_are_committed_together_the_last_one_counts(desk):
    desk.ledger.record(progress(ALL))
    desk.ledger.record(progress(NONE, shrinks=True))
    desk.sink.write_at([bytes(5)], 20)
    desk.sink.end()
    desk.ledger.commit()

    assert [(mark.start, mark.position) for mark in desk.marks.found()] == [(20, 25)]


@pytest.mark.parametrize("state", [State.QUEUED, State.PAUSED, State.FAILED, State.DONE])
def test_a_job_that_has_left_leaves_no_mark(desk, state):
    desk.sink.end()
    desk.ledger.record(RecordState(1, state))
    before = len(desk.marks.found())
    desk.ledger.commit()

    assert (before, desk.marks.found()) == (1, ())


def test_what_waits_does_not_grow_while_another_writes_for_long(desk, connect):
    with connect().transaction():
        for stop in range(1, 1000):
            desk.ledger.record(progress(RangeSet.of(0, stop)))
            desk.ledger.commit()
    desk.ledger.record(RecordPart(1, "f", SEEN, PART, 1))
    waiting = len(desk.ledger._entries[1])
    desk.ledger.record(progress(ALL))
    desk.ledger.commit()

    assert waiting == 2
    assert desk.store.get(1).written == ALL


def test_what_is_wrong_with_the_database_is_told(desk, connect):
    connect().write("DROP TABLE jobs")
    desk.ledger.record(RecordState(1, State.RUNNING))
    with pytest.raises(StateError, match="no such table") as caught:
        desk.ledger.commit()

    assert not isinstance(caught.value, BusyError)
    assert desk.ledger.pending


def test_a_receipt_is_recorded(desk):
    receipt = Receipt(("http://a.test/",), (), 1.0, 30, 2)
    desk.ledger.record(RecordReceipt(1, receipt))
    desk.ledger.commit()

    assert desk.store.get(1).receipt == receipt


def test_the_last_lesson_of_an_origin_is_recorded_with_the_rest(desk):
    origin = Origin("https", "a.test", 443)
    desk.ledger.record(RecordLesson(origin, Lesson(1.0, limit=4)))
    desk.ledger.record(RecordLesson(origin, Lesson(2.0, limit=5)))
    desk.ledger.record(progress(ALL))
    assert desk.ledger.pending
    desk.ledger.commit()

    wall_s = VirtualClock().wall()
    assert desk.store.lessons() == {origin.key: Lesson(wall_s + 2, limit=5)}
    assert len(desk.store.commits) == 1


def test_what_one_commit_says_of_a_job_is_two_statements_at_most(desk, statements):
    receipt = Receipt(("http://a.test/",), (), 1.0, 30, 2)
    desk.ledger.record(RecordState(1, State.PROBING))
    desk.ledger.record(RecordPart(1, "f", SEEN, PART, 0))
    desk.ledger.record(RecordState(1, State.RUNNING))
    desk.ledger.record(progress(HELD))
    desk.ledger.record(RecordState(1, State.FINISHING))
    desk.ledger.record(progress(ALL, synced=ALL))
    desk.ledger.record(RecordReceipt(1, receipt))
    desk.ledger.commit(names=True)
    record = desk.store.get(1)

    assert sum(sql.startswith("UPDATE") for sql in statements) == 2
    assert (record.state, record.part, record.name) == (State.FINISHING, PART, "f")
    assert (record.written, record.synced, record.receipt) == (ALL, ALL, receipt)


def test_claims_of_the_file_before_are_compared_with_the_next_file(desk):
    """Not taken for claims of that one: the two are one commit, but two statements."""
    desk.ledger.record(RecordPart(1, "f", SEEN, PART, 0))
    desk.ledger.record(progress(ALL))
    desk.ledger.record(RecordPart(1, "f", SEEN, PART, 1))
    desk.ledger.commit()

    assert desk.store.get(1).written == NONE
    assert len(desk.store.commits) == 1


def test_a_file_that_comes_back_has_no_claims(desk):
    desk.ledger.record(RecordPart(1, "f", SEEN, PART, 0))
    desk.ledger.record(progress(ALL))
    desk.ledger.commit()
    desk.ledger.record(RecordPart(1, "f", SEEN, PART, 1))
    desk.ledger.record(RecordPart(1, "f", SEEN, PART, 0))
    desk.ledger.commit()

    assert desk.store.get(1).written == NONE
