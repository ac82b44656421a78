"""One plain GET: its end, and what follows when it comes too soon."""

from ddm.core.commands import ClosePart, RecordProgress, RecordState, StartTransfer, SyncFile
from ddm.core.events import StopRequested
from ddm.failures import Kind
from ddm.limits import RetryLimits
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


def test_a_stream_without_a_length_that_breaks_begins_again_in_a_new_file(paper, of, span):
    """What came before may be longer than what comes now, and would stay at the end of the file."""
    paper.offer()
    paper.head(size=None, partial=False)
    paper.bytes(1, 5000)

    said = paper.break_off(1, Kind.BROKEN)

    assert of(StartTransfer, said) == []
    assert RecordProgress(1, span(), span(), shrinks=True) in said
    (start,) = of(StartTransfer, paper.wait())
    assert start.expectation.range is None
    assert "Range" not in dict(start.request.headers)
    paper.head(start.transfer_id, size=None, partial=False)
    said = paper.end(start.transfer_id, 3000)
    assert SyncFile(1, 3000) in said
    assert paper.states()[-1] is State.DONE


def test_a_stream_that_breaks_again_and_again_fails(make_paper):
    paper = make_paper(retry=RetryLimits(max_attempts=3))
    paper.offer()
    for _ in range(3):
        (transfer_id,) = paper.live
        paper.head(transfer_id, size=None, partial=False)
        paper.bytes(transfer_id, 5000)
        paper.break_off(transfer_id, Kind.BROKEN)
        if paper.engine.holds(1):
            paper.wait()

    assert paper.states()[-1] is State.FAILED


def test_a_stream_with_a_length_that_breaks_is_asked_for_its_rest(paper, ranges, span):
    """A cache that is cold answers 200 at first, and 206 later."""
    paper.offer()
    paper.head(size=3 * MIB, partial=False)

    assert ranges(paper.break_off(1, Kind.BROKEN, MIB)) == [(MIB, 3 * MIB)]
    paper.fetch_all()

    assert paper.claims()[0] == span(0, 3 * MIB)
    assert paper.states()[-1] is State.DONE


def test_a_stream_whose_rest_cannot_be_had_begins_again(paper, of):
    paper.offer()
    paper.head(size=3 * MIB, partial=False)
    paper.break_off(1, Kind.BROKEN, MIB)
    paper.break_off(2, Kind.RANGE_IGNORED)  # with If-Range
    paper.break_off(3, Kind.RANGE_IGNORED)

    (start,) = of(StartTransfer, paper.wait())

    assert start.expectation.range is None


def test_a_stop_while_a_stream_waits_to_begin_again_leaves_nothing_claimed(paper, span):
    paper.offer()
    paper.head(size=None, partial=False)
    paper.bytes(1, 5000)
    paper.break_off(1, Kind.BROKEN)

    said = paper.play(StopRequested())

    assert said == [
        ClosePart(1),
        RecordProgress(1, span(), span()),
        RecordState(1, State.QUEUED),
    ]
