"""A stop: everything is cancelled, closed, recorded and put back into the queue."""

from ddm.core.commands import (
    CancelTransfer,
    ClosePart,
    OpenPart,
    RecordProgress,
    RecordState,
    SyncFile,
)
from ddm.core.events import (
    FileSynced,
    PartOpened,
    QueueChanged,
    StopRequested,
    TimePassed,
)
from ddm.failures import Kind
from ddm.record import PartIdentity, State

MIB = 1 << 20


def test_a_stop_cancels_closes_records_and_puts_back_into_the_queue(paper, of, span):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    running = list(paper.live)

    said = paper.play(StopRequested())

    kinds = [type(c) for c in said]
    assert [c.transfer_id for c in of(CancelTransfer, said)] == running
    assert kinds[-3:] == [ClosePart, RecordProgress, RecordState]
    assert said[-2] == RecordProgress(1, span(0, 1000), span(0, 1000))
    assert said[-1] == RecordState(1, State.QUEUED)
    assert paper.live == {}
    assert paper.engine.idle


def test_a_stop_puts_back_a_job_that_waits_or_has_not_begun(make_paper):
    paper = make_paper(max_total_connections=1, max_jobs=1)
    paper.offer(1)
    paper.break_off(1, Kind.BROKEN)
    assert paper.job.state is State.WAITING

    assert paper.play(StopRequested()) == [RecordState(1, State.QUEUED)]
    assert paper.engine.deadline() is None


def test_after_a_stop_nothing_is_admitted_or_asked_for(paper):
    paper.play(StopRequested())

    assert paper.play(QueueChanged()) == []
    assert paper.offer() == []
    assert paper.engine.idle


def test_a_head_that_comes_after_the_stop_is_not_taken(paper, of):
    paper.answers[CancelTransfer] = lambda _: None
    paper.offer()
    paper.play(StopRequested())

    assert of(OpenPart, paper.head(size=10)) == []
    paper.break_off(1, Kind.CANCELLED)
    assert paper.states()[-1] is State.QUEUED


def test_finishing_goes_on_through_a_stop(paper):
    paper.answers[SyncFile] = lambda _: None
    paper.begin(1000)
    paper.end(1, 1000)
    assert paper.job.state is State.FINISHING

    assert paper.play(StopRequested()) == []
    paper.play(FileSynced(1))

    assert paper.states()[-1] is State.DONE
    assert paper.engine.idle


def test_a_job_that_is_leaving_sets_no_deadline_in_the_past(paper):
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(3 * MIB)
    paper.play(StopRequested())
    paper.now += 5

    paper.bytes(1, 1000)  # Paper checks that the loop does not spin
    paper.play(TimePassed())

    assert paper.engine.deadline() > paper.now


def test_a_job_stopped_while_its_part_file_opens_closes_it(paper, of):
    paper.answers[OpenPart] = lambda _: None
    paper.begin(MIB)
    said = paper.play(StopRequested())
    assert of(ClosePart, said) == []

    said = paper.play(PartOpened(1, "f.bin", PartIdentity("boot-1", 1, 9), kept=False))

    assert of(ClosePart, said) == [ClosePart(1)]
    assert said[-1] == RecordState(1, State.QUEUED)
