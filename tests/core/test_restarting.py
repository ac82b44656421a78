"""A file begins again as one stream: when the transfers have ended, and nothing of it is claimed any more."""

from ddm.core.commands import (
    CancelTransfer,
    ContinueTransfer,
    RecordProgress,
    ResetPart,
    StartTransfer,
)
from ddm.failures import Kind
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


def begin_again(paper):
    """Edges that disagree: two other ETags after bytes of the first."""
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.break_off(2, Kind.CHANGED, other_etag='"2"')
    return paper.break_off(max(paper.live), Kind.CHANGED, other_etag='"3"')


def test_the_transfers_under_way_end_first(paper, of):
    paper.answers[CancelTransfer] = lambda _: None
    said = begin_again(paper)
    assert len(of(CancelTransfer, said)) == len(paper.live)
    assert of(StartTransfer, said) == []

    for transfer_id in list(paper.live):
        said = paper.break_off(transfer_id, Kind.CANCELLED)

    (plain,) = of(StartTransfer, said)
    assert (plain.expectation.range, plain.expectation.representation) == (None, None)


def test_nothing_is_claimed_durably_before_the_request_is_sent(paper, span):
    said = begin_again(paper)

    (disclaimed,) = [n for n, c in enumerate(said) if isinstance(c, RecordProgress)]
    (asked,) = [n for n, c in enumerate(said) if isinstance(c, StartTransfer)]
    assert said[disclaimed] == RecordProgress(1, span(), span(), shrinks=True)
    assert disclaimed < asked


def test_its_head_begins_a_new_file(paper, of):
    begin_again(paper)

    said = paper.head(max(paper.live), size=3 * MIB, partial=False)

    assert len(of(ResetPart, said)) == 1
    assert said[-1] == ContinueTransfer(max(paper.live), 1, 0, 3 * MIB)
    paper.fetch_all_of = paper.end(max(paper.live), 3 * MIB)
    assert paper.states()[-1] is State.DONE


def test_as_a_last_resort_what_was_fetched_counts_until_it_is_answered(paper, of, span):
    paper.begin(3 * MIB)
    paper.end(1)

    said = paper.break_off(2, Kind.REFUSED, status=400)
    assert of(RecordProgress, said) == []

    said = paper.head(max(paper.live), size=3 * MIB, partial=False)
    assert of(RecordProgress, said)[0] == RecordProgress(1, span(), span(), shrinks=True)


def test_the_second_stream_waits(paper):
    paper.offer()
    paper.head(size=None, partial=False)
    paper.break_off(1, Kind.BROKEN, 1000)

    assert paper.live == {}
    assert paper.now < paper.engine.deadline() <= paper.now + 0.25
    assert paper.job.reason == "the server hiccupped"


def test_what_a_lying_body_brought_is_missing_again(paper, ranges, one, span):
    paper.begin(3 * MIB, max_segments=1)
    paper.end(1)
    wanted = paper.live[2].expectation.range
    paper.bytes(2, wanted.start + 1000)

    said = paper.break_off(2, Kind.BAD_RESPONSE, wanted.start + 1000)

    assert one(RecordProgress, said) == RecordProgress(1, span(0, 256 * KIB), span(), shrinks=True)
    assert ranges(paper.wait()) == [(wanted.start, wanted.stop)]
