"""What passes is tried again, what does not ends the job at once, and what came is kept."""

import pytest

from ddm.core.commands import (
    CancelTransfer,
    ClosePart,
    OfferJobs,
    RecordLesson,
    RecordProgress,
    RecordState,
    StartTransfer,
)
from ddm.failures import Kind
from ddm.limits import RetryLimits
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


def test_a_short_body_is_asked_for_again_at_once_from_the_byte_reached(paper, ranges):
    paper.begin(3 * MIB)
    start, stop = 256 * KIB, paper.live[2].expectation.range.stop

    reached = start + 16 * KIB

    assert ranges(paper.break_off(2, Kind.BROKEN, reached)) == [(reached, stop)]


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
        paper.break_off(transfer_id, Kind.UNREACHABLE)
        paper.wait()

    failed = one(RecordState, paper.break_off(3, Kind.UNREACHABLE))

    assert failed.state is State.FAILED
    assert failed.failure.message == "the server hiccupped (gave up after 3 tries)"


def test_progress_makes_the_count_begin_again(make_paper):
    paper = make_paper(retry=RetryLimits(max_attempts=2))
    paper.begin(1000)
    for position in range(1, 20):
        paper.break_off(max(paper.live), Kind.BROKEN, position)
        while not paper.live:
            paper.wait()

    assert paper.engine.holds(1)


def test_giving_up_cancels_the_siblings_then_closes_then_records_why(make_paper, of):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    paper.begin(3 * MIB)
    siblings = [t for t in paper.live if t != 2]

    said = paper.break_off(2, Kind.TLS)

    (failed,) = of(RecordState, said)
    kinds = [type(c) for c in said if not isinstance(c, RecordLesson)]
    assert [c.transfer_id for c in of(CancelTransfer, said)] == siblings
    assert kinds[len(siblings) :] == [ClosePart, RecordProgress, RecordState, OfferJobs]
    assert failed.failure.kind is Kind.TLS
    assert paper.live == {}


@pytest.mark.parametrize("kind", [Kind.NOT_FOUND, Kind.CHANGED, Kind.DISK_ERROR, Kind.UNTRUSTED])
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
    while paper.engine.holds(1):
        for transfer_id in list(paper.live):
            paper.bytes(transfer_id, 512 * KIB)
            paper.break_off(transfer_id, Kind.BAD_RESPONSE)
        if paper.engine.holds(1) and not paper.live:
            paper.wait(60)

    assert paper.states()[-1] is State.FAILED
    assert len([c for c in paper.said if isinstance(c, StartTransfer)]) == 1 + 6 + 1


def test_a_range_that_is_refused_for_good_is_the_reason_for_one_plain_request(paper, one, span):
    paper.begin(3 * MIB)
    paper.end(1)
    held = paper.engine._work.jobs[1].done

    said = paper.break_off(2, Kind.REFUSED, status=400)

    (plain,) = [c for c in said if isinstance(c, StartTransfer)]
    assert plain.expectation.range is None
    assert paper.engine._work.jobs[1].done == held
    assert paper.job.reason == "one plain request from the start: the server hiccupped"


def test_if_that_is_refused_too_what_was_fetched_is_kept(paper, one):
    paper.begin(3 * MIB)
    paper.end(1)
    held = paper.engine._work.jobs[1].done
    paper.break_off(2, Kind.REFUSED, status=400)

    said = paper.break_off(max(paper.live), Kind.REFUSED, status=400)

    assert one(RecordState, said).state is State.FAILED
    assert one(RecordProgress, said).written == held


def test_a_412_means_that_if_range_is_not_understood(paper):
    paper.begin(3 * MIB)
    assert any(name == "If-Range" for name, _ in paper.live[2].request.headers)

    said = paper.break_off(2, Kind.REFUSED, status=412)

    (again,) = [c for c in said if isinstance(c, StartTransfer)]
    assert all(name != "If-Range" for name, _ in again.request.headers)


def test_another_etag_is_asked_about_again_and_then_believed(paper, one):
    paper.begin(1 * MIB, max_segments=1)
    paper.end(1)
    for _ in range(3):
        (transfer_id,) = paper.live
        paper.break_off(transfer_id, Kind.CHANGED, other_etag='"2"')
    (transfer_id,) = paper.live

    said = paper.break_off(transfer_id, Kind.CHANGED, other_etag='"2"')

    assert one(RecordState, said).failure.kind is Kind.CHANGED


def test_several_other_etags_are_edges_that_disagree_and_leave_one_stream(paper):
    paper.begin(3 * MIB)
    paper.break_off(2, Kind.CHANGED, other_etag='"2"')

    said = paper.break_off(max(paper.live), Kind.CHANGED, other_etag='"3"')

    (plain,) = [c for c in said if isinstance(c, StartTransfer)]
    assert (plain.expectation.range, plain.expectation.representation) == (None, None)


def test_the_old_etag_after_another_one_are_edges_that_disagree(paper):
    paper.begin(3 * MIB)
    paper.break_off(2, Kind.CHANGED, other_etag='"2"')

    said = paper.end(max(paper.live))

    (plain,) = [c for c in said if isinstance(c, StartTransfer)]
    assert (plain.expectation.range, plain.expectation.representation) == (None, None)


def test_a_stall_is_a_failed_try_also_if_something_came(make_paper):
    paper = make_paper(retry=RetryLimits(max_attempts=2), max_segments=1)
    paper.begin(3 * MIB)
    paper.end(1)
    for _ in range(2):
        (transfer_id,) = paper.live
        paper.bytes(transfer_id, paper.positions[transfer_id] + 100)
        paper.wait(120)
        if not paper.live and paper.engine.holds(1):
            paper.wait(60)

    assert paper.states()[-1] is State.FAILED


def test_what_a_stop_or_a_failure_meets_half_way_is_closed_without_a_second_cancel(paper, of, one):
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(600 * KIB)
    paper.break_off(2, Kind.NOT_FOUND)

    said = paper.break_off(1, Kind.DISK_ERROR)

    assert of(CancelTransfer, said) == []
    assert one(RecordState, said).failure.kind is Kind.NOT_FOUND
