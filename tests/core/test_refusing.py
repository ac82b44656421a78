"""A 403 to one piece while others flow: the others make room, and it is asked for alone."""

import pytest

from ddm.core import refusing
from ddm.core.commands import CancelTransfer, RecordState, StartTransfer
from ddm.failures import Kind
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


def flow(paper, *transfers):
    """Some bytes for each."""
    for transfer_id in transfers:
        paper.bytes(transfer_id, paper.positions[transfer_id] + 16 * KIB)


def refuse(paper, transfer_id):
    return paper.break_off(transfer_id, Kind.NOT_ALLOWED, status=403)


@pytest.fixture
def refused(paper):
    """A file of 100 MiB on 16 connections, four of which bring bytes; the seventh was refused."""
    paper.begin(100 * MIB)
    flow(paper, 1, 2, 3, 4)
    paper.refused = paper.live[7].expectation.range
    paper.last_said = refuse(paper, 7)
    return paper


def test_the_siblings_are_stopped_at_once(refused, of):
    assert len(of(CancelTransfer, refused.last_said)) == 15
    assert of(RecordState, refused.last_said)[-1].state is State.WAITING
    assert refused.live == {}


def test_it_is_asked_for_alone_after_half_a_second(refused, one):
    refused_s = refused.now
    asked = one(StartTransfer, refused.wait())

    assert refused.now == refused_s + 0.5
    assert asked.expectation.range == refused.refused
    assert refused.wait(0.1) == []


def test_refused_alone_it_is_permanent(refused, of):
    refused.wait()

    refuse(refused, max(refused.live))
    said = refuse(refused, max(refused.live))

    assert of(RecordState, said)[-1].state is State.FAILED
    assert refused.engine.idle


def test_answered_alone_the_others_come_back_up_to_what_was_borne(refused, of):
    refused.wait()

    flow(refused, max(refused.live))

    assert len(refused.live) == 4
    assert refused.job.reason.startswith("fewer connections")


def test_what_the_stopped_ones_had_brought_is_not_asked_for_again(refused, of):
    refused.wait()
    refused.said.clear()
    flow(refused, max(refused.live))
    refused.fetch_all()

    first = of(StartTransfer, refused.said)[0].expectation.range
    assert first.start == 16 * KIB
    assert refused.states()[-1] is State.DONE


def test_a_trial_that_is_refused_goes_back_to_the_others(refused, of):
    refused.wait()
    flow(refused, max(refused.live))
    refused.wait(1.0)
    assert len(refused.live) == 5

    said = refuse(refused, max(refused.live))

    assert of(CancelTransfer, said) == []
    assert len(refused.live) == 4


def test_one_that_is_broken_off_while_alone_is_tried_again_alone(refused, of):
    refused.wait()

    refused.break_off(max(refused.live), Kind.BROKEN)
    refused.wait()

    assert len(refused.live) == 1


def test_one_that_is_throttled_beside_another_job_is_no_longer_alone(refused, of):
    refused.wait()
    refused.offer(2)
    alone = min(refused.live)

    refused.break_off(alone, Kind.THROTTLED)
    refused.wait(60)

    assert refused.engine.view(refused.now).jobs[0].connections > 0


def test_a_disk_that_fills_up_beside_it_is_the_first_cause(paper, of, full_disk):
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(3 * MIB)
    flow(paper, 1)
    refuse(paper, 3)

    paper.end(2, because=full_disk)
    for transfer_id in list(paper.live):
        paper.break_off(transfer_id, Kind.CANCELLED)

    assert of(RecordState, paper.said)[-1].failure == full_disk


def test_siblings_that_end_in_their_own_way_meanwhile_go_back_too(paper, of):
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(3 * MIB)
    flow(paper, 1, 2, 3)
    refuse(paper, 4)
    wanted = sorted(paper.live)
    for transfer_id, kind in zip(
        wanted, (Kind.BROKEN, Kind.CANCELLED, Kind.CANCELLED), strict=False
    ):
        paper.break_off(transfer_id, kind)
    while paper.live:
        refuse(paper, max(paper.live))
    paper.wait()
    flow(paper, max(paper.live))
    paper.fetch_all()

    assert paper.states()[-1] is State.DONE


def test_a_probe_is_asked_once_more_without_a_range(paper, of):
    paper.begin(100 * MIB, 1, max_segments=8)
    flow(paper, 1)
    paper.offer(2)

    refuse(paper, max(paper.live))
    said = refuse(paper, max(paper.live))

    assert [(c.job_id, c.state) for c in of(RecordState, said)] == [(2, State.FAILED)]


def test_nobody_is_borne_who_is_not_alone(paper):
    paper.begin(3 * MIB)
    job = paper.engine._work.jobs[1]

    assert not refusing.was_borne(job, job.segments[0])
