"""While bytes come: pieces, tries, waits, and what a failure of one range does to the others."""

import pytest

from ddm.core.commands import (
    CancelTransfer,
    ClosePart,
    OfferJobs,
    RecordProgress,
    RecordState,
    StartTransfer,
    SyncFile,
)
from ddm.failures import Kind
from ddm.limits import RetryLimits
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


def test_a_connection_that_is_done_goes_on_with_the_next_piece(paper, ranges):
    paper.begin(200 * MIB)

    (piece,) = ranges(paper.end(2))

    assert piece[0] == max(c.expectation.range.start for c in paper.live.values())


def test_the_pieces_make_the_file(paper, ranges, span):
    paper.begin(70 * MIB + 1)
    paper.fetch_all()

    asked = ranges(paper.said)
    assert sum(stop - start for start, stop in asked) == 70 * MIB + 1
    assert paper.claims() == (span(0, 70 * MIB + 1), span(0, 70 * MIB + 1))
    assert paper.states() == [State.PROBING, State.RUNNING, State.FINISHING, State.DONE]


def test_it_is_finished_when_its_last_transfer_has_ended_not_when_its_last_byte_is_there(paper, of):
    """Both were written in one turn; the one whose end comes later would find its job gone."""
    paper.begin(600 * KIB)
    paper.bytes(1, 256 * KIB)
    paper.bytes(2, 600 * KIB)

    assert of(SyncFile, paper.end(1)) == []
    assert of(SyncFile, paper.end(2)) == [SyncFile(1, 600 * KIB)]
    assert paper.states()[-1] is State.DONE


def test_one_that_turns_out_too_long_at_its_end_is_not_whole(paper):
    paper.begin(600 * KIB)
    paper.bytes(2, 600 * KIB)
    paper.end(1)

    paper.break_off(2, Kind.BAD_RESPONSE)

    assert paper.job.state is State.WAITING
    assert paper.job.done_bytes == 256 * KIB


def test_a_short_body_is_asked_for_again_at_once_from_the_byte_reached(paper, ranges):
    paper.begin(3 * MIB)
    start, stop = 256 * KIB, paper.live[2].expectation.range.stop

    assert ranges(paper.break_off(2, Kind.BROKEN, start + 10)) == [(start + 10, stop)]


def test_a_failure_without_a_byte_waits_and_time_starts_it_again(paper, of, ranges):
    paper.offer()

    said = paper.break_off(1, Kind.UNREACHABLE)

    (waits,) = of(RecordState, said)
    assert (waits.state, waits.failure.kind) == (State.WAITING, Kind.UNREACHABLE)
    assert paper.now < paper.engine.deadline() <= paper.now + 0.25
    paper.now, due = (paper.now + paper.engine.deadline()) / 2, paper.engine.deadline()
    assert paper.wait(0) == []
    assert paper.engine.deadline() == due

    said = paper.wait()

    assert ranges(said) == [(0, 256 * KIB)]
    assert paper.states() == [State.PROBING, State.WAITING, State.PROBING]


def test_tries_are_counted_and_the_last_one_fails_the_job(make_paper, one):
    paper = make_paper(retry=RetryLimits(max_attempts=3))
    paper.offer()
    for transfer_id in (1, 2):
        paper.break_off(transfer_id, Kind.BROKEN)
        paper.wait()

    failed = one(RecordState, paper.break_off(3, Kind.BROKEN))

    assert failed.state is State.FAILED
    assert failed.failure.message == "the server hiccupped (gave up after 3 tries)"


def test_progress_makes_the_count_begin_again(make_paper):
    paper = make_paper(retry=RetryLimits(max_attempts=2), max_segments=1)
    paper.begin(MIB)
    for position in range(1, 20):
        paper.break_off(max(paper.live), Kind.BROKEN, position)

    assert paper.engine.holds(1)


def test_giving_up_cancels_the_siblings_then_closes_then_records_why(make_paper, of):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    paper.begin(3 * MIB)
    siblings = [t for t in paper.live if t != 2]

    said = paper.break_off(2, Kind.SERVER_ERROR)

    kinds = [type(c) for c in said]
    assert [c.transfer_id for c in of(CancelTransfer, said)] == siblings
    assert kinds[len(siblings) :] == [ClosePart, RecordProgress, RecordState, OfferJobs]
    assert said[-2].failure.kind is Kind.SERVER_ERROR
    assert paper.live == {}


@pytest.mark.parametrize("kind", [Kind.NOT_FOUND, Kind.CHANGED, Kind.DISK_FULL, Kind.UNTRUSTED])
def test_a_permanent_failure_stops_the_siblings_at_once_and_keeps_what_came(paper, kind, span):
    paper.begin(3 * MIB)
    paper.end(1, 256 * KIB)
    third = paper.live[3].expectation.range
    paper.bytes(3, third.start + 1000)

    said = paper.break_off(2, kind)

    kept = span(0, 256 * KIB).union(span(third.start, third.start + 1000))
    recorded, failed = said[-3:-1]
    assert recorded == RecordProgress(1, kept, kept)
    assert (failed.state, failed.failure.kind) == (State.FAILED, kind)
    assert paper.engine.idle


def test_one_transfer_that_waits_leaves_a_job_running(paper):
    paper.begin(3 * MIB)
    paper.break_off(2, Kind.UNREACHABLE)

    assert paper.job.state is State.RUNNING
    assert paper.job.waiting_s is None


def test_a_job_that_takes_a_piece_while_a_segment_waits_is_running(make_paper):
    paper = make_paper(max_connections_per_host=3)
    paper.begin(3 * MIB, 1, max_segments=2)
    paper.offer(2)
    while len(mine := [t for t, c in paper.live.items() if c.job_id == 1]) > 1:
        paper.break_off(max(mine), Kind.SERVER_ERROR, retry_after_s=50.0)
    paper.break_off(mine[0], Kind.THROTTLED)
    assert paper.job.state is State.WAITING

    paper.wait(2)

    assert paper.job.connections == 1
    assert paper.job.state is State.RUNNING


def test_a_whole_range_whose_connection_breaks_after_the_last_byte_is_whole(paper, of):
    paper.begin(3 * MIB)
    stop = paper.live[2].expectation.range.stop

    paper.break_off(2, Kind.BROKEN, stop)
    paper.fetch_all()

    assert paper.states()[-1] is State.DONE


def test_a_body_that_contradicts_its_head_is_taken_back(paper, one, ranges, span):
    """One that is too long may be another part of the file, sent in chunks."""
    paper.begin(3 * MIB)
    paper.end(1)
    wanted = paper.live[2].expectation.range
    paper.bytes(2, wanted.stop)

    said = paper.break_off(2, Kind.BAD_RESPONSE, wanted.stop)

    assert one(RecordProgress, said) == RecordProgress(1, span(0, 256 * KIB), span(), shrinks=True)
    assert ranges(paper.wait())[-1] == (wanted.start, wanted.stop)


def test_a_server_whose_bodies_are_always_too_long_is_given_up(make_paper):
    paper = make_paper(max_segments=1)
    paper.begin(3 * MIB)
    paper.end(1)
    for _ in range(6):
        (transfer_id,) = paper.live
        paper.bytes(transfer_id, 512 * KIB)
        paper.break_off(transfer_id, Kind.BAD_RESPONSE)
        if paper.engine.holds(1):
            paper.wait(60)

    assert paper.states()[-1] is State.FAILED
    assert len([c for c in paper.said if isinstance(c, StartTransfer)]) == 7


def test_what_a_stop_or_a_failure_meets_half_way_is_closed_without_a_second_cancel(paper, of, one):
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(600 * KIB)
    paper.break_off(2, Kind.NOT_FOUND)

    said = paper.break_off(1, Kind.DISK_ERROR)

    assert of(CancelTransfer, said) == []
    assert one(RecordState, said).failure.kind is Kind.NOT_FOUND
