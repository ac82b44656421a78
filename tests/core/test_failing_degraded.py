"""Ranges do not work: without If-Range, then fewer connections, one, one plain GET."""

import pytest

from ddm.core import failing
from ddm.core.commands import (
    CancelTransfer,
    ContinueTransfer,
    RecordPart,
    RecordProgress,
    RecordState,
    ResetPart,
    StartTransfer,
)
from ddm.core.events import StopRequested
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import RetryLimits
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20
NO_RANGES = Failure(Kind.RANGE_IGNORED, "no ranges", Exit.BAD_RESPONSE)


@pytest.fixture
def plain(paper):
    """A job that sends no If-Range (its server gave no ETag), with 16 connections."""
    paper.offer()
    paper.head(size=100 * MIB, etag=None)
    return paper


def test_if_range_is_dropped_first_and_the_origin_remembered(paper, of):
    paper.begin(100 * MIB)
    wanted = paper.live[5].expectation.range

    (again,) = of(StartTransfer, paper.break_off(5, Kind.RANGE_IGNORED))

    assert again.expectation.range == wanted
    assert "If-Range" not in dict(again.request.headers)
    assert paper.job.reason is None
    (following,) = of(StartTransfer, paper.end(6))
    assert "If-Range" not in dict(following.request.headers)


def test_then_half_the_connections_and_one_cause_counts_once(plain, of):
    for transfer_id in (2, 3, 4, 5):
        plain.break_off(transfer_id, Kind.RANGE_WRONG)

    assert plain.job.reason == "8 connections at most: the server hiccupped"
    assert len(plain.live) == 12
    assert of(CancelTransfer, plain.said) == []


def test_then_one_connection(plain):
    plain.break_off(2, Kind.RANGE_WRONG)
    for transfer_id in sorted(plain.live):
        plain.end(transfer_id)
    plain.break_off(max(plain.live), Kind.RANGE_WRONG)

    assert plain.job.reason == "1 connections at most: the server hiccupped"
    while len(plain.live) > 1:
        plain.end(min(plain.live))
    assert len(plain.live) == 1


def _down_to_one_stream(paper):
    """Refuse every range until a plain request comes; the commands of that moment."""
    while True:
        said = paper.break_off(max(paper.live), Kind.RANGE_IGNORED)
        if max(paper.live.items())[1].expectation.range is None:
            return said


def test_last_comes_one_plain_request_in_a_new_file_with_nothing_claimed(plain, of, span):
    plain.end(1)

    said = _down_to_one_stream(plain)

    assert RecordProgress(1, span(), span(), shrinks=True) in said
    assert [c.expectation.range for c in of(StartTransfer, said)] == [None]
    assert len(plain.live) == 1
    (transfer_id,) = plain.live
    said = plain.head(transfer_id, size=100 * MIB, partial=False)
    kinds = [type(c) for c in said]
    assert kinds == [RecordProgress, ResetPart, RecordPart, RecordState, ContinueTransfer]
    assert said[0].shrinks
    assert "one plain request from the start" in plain.job.reason
    plain.end(transfer_id, 100 * MIB)
    assert plain.states()[-1] is State.DONE


def test_coming_down_needs_no_tries(make_paper):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    paper.offer()
    paper.head(size=100 * MIB, etag=None)

    _down_to_one_stream(paper)

    assert paper.engine.holds(1)


def _restart_beside_others(paper):
    """Begin again while siblings run, which no events bring about: ranges come down one by one."""
    work = paper.engine._work
    work.out = []
    failing.restart(work, work.jobs[1], NO_RANGES)
    return [c.transfer_id for c in work.out]


def test_the_others_are_cancelled_before_it_begins_again(plain, of):
    *first, last = _restart_beside_others(plain)
    assert sorted([*first, last]) == sorted(plain.live)

    for transfer_id in first:
        assert of(StartTransfer, plain.break_off(transfer_id, Kind.CANCELLED)) == []

    (start,) = of(StartTransfer, plain.break_off(last, Kind.CANCELLED))
    assert start.expectation.range is None


def test_a_stop_while_the_others_are_cancelled_leaves(plain):
    _restart_beside_others(plain)

    plain.play(StopRequested())

    assert plain.states()[-1] is State.QUEUED
    assert plain.engine.idle


def test_a_row_that_asked_for_one_connection_goes_to_the_plain_request_sooner(paper):
    paper.offer(max_segments=1)
    paper.head(size=3 * MIB, etag=None)
    paper.end(1)
    paper.break_off(2, Kind.RANGE_WRONG)
    paper.break_off(3, Kind.RANGE_WRONG)

    assert [c.expectation.ask for c in paper.live.values()] == [True]


@pytest.mark.parametrize("kind", [Kind.RANGE_WRONG, Kind.RANGE_IGNORED, Kind.CODED])
def test_a_probe_whose_range_is_refused_asks_for_everything(paper, one, kind):
    paper.offer()

    start = one(StartTransfer, paper.break_off(1, kind))

    assert (start.expectation.range, start.expectation.ask) == (None, True)
    assert paper.job.reason == "one plain request: the server hiccupped"


def test_a_plain_request_that_is_refused_is_tried_as_often_as_any(make_paper):
    paper = make_paper(retry=RetryLimits(max_attempts=3))
    paper.offer()
    paper.break_off(1, Kind.RANGE_WRONG)
    for transfer_id in (2, 3):
        paper.break_off(transfer_id, Kind.RANGE_WRONG)
        assert paper.engine.holds(1)
        paper.wait()

    paper.break_off(4, Kind.RANGE_WRONG)

    assert paper.states()[-1] is State.FAILED


def test_a_stream_probes_as_a_stream(paper, of):
    paper.offer()
    paper.head(size=None, partial=False)
    paper.bytes(1, 100)
    paper.break_off(1, Kind.BROKEN)
    paper.wait()
    transfer_id = max(paper.live)
    paper.break_off(transfer_id, Kind.UNREACHABLE)
    (start,) = of(StartTransfer, paper.wait())

    assert (start.expectation.range, start.expectation.ask) == (None, True)
