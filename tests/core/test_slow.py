"""Connections that are far slower than their neighbours."""

import pytest

from ddm.core.commands import CancelTransfer, StartTransfer
from ddm.limits import LOOK_INTERVAL_S

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
def paper(make_paper):
    return make_paper(max_segments=4, max_connections_per_host=4)


def flow(paper, speeds, seconds):
    """Let transfers bring bytes at these speeds (MiB/s) in steps of a tenth of a second; all that is said."""
    positions, before = {}, len(paper.said)
    for _ in range(round(seconds / LOOK_INTERVAL_S)):
        paper.now += LOOK_INTERVAL_S
        for transfer_id, speed in speeds.items():
            if transfer_id in paper.live:
                begun = positions.get(transfer_id, paper.positions[transfer_id])
                positions[transfer_id] = begun + int(speed * MIB * LOOK_INTERVAL_S)
                paper.bytes(transfer_id, positions[transfer_id])
    return paper.said[before:]


def closed(of, said):
    return [c.transfer_id for c in of(CancelTransfer, said)]


def test_one_that_is_far_slower_than_the_others_is_closed_and_its_rest_asked_for_again(paper, of):
    paper.begin(400 * MIB)
    paper.end(1)
    slow = max(paper.live)
    start = paper.live[slow].expectation.range.start
    said = flow(paper, {t: 0.2 if t == slow else 4 for t in paper.live}, 1.0)

    assert closed(of, said) == [slow]
    again = [c.expectation.range.start for c in of(StartTransfer, said)]
    assert len(again) == 1
    assert start < again[0] < start + MIB


def test_not_before_it_has_shown_its_speed(paper, of):
    paper.begin(400 * MIB)
    said = flow(paper, {t: 0.2 if t == 2 else 4 for t in paper.live}, 0.5)

    assert closed(of, said) == []


def test_one_that_is_a_little_slower_is_left_alone(paper, of):
    paper.begin(400 * MIB)
    said = flow(paper, {t: 1.5 if t == 2 else 4 for t in paper.live}, 2.0)

    assert closed(of, said) == []


def test_two_connections_do_not_tell_which_one_is_slow(make_paper, of):
    paper = make_paper(max_segments=2, max_connections_per_host=2)
    paper.begin(400 * MIB)
    said = flow(paper, {1: 4, 2: 0.1}, 2.0)

    assert closed(of, said) == []


def test_where_every_other_one_is_slow_for_ever_that_ends(paper, of):
    paper.begin(4000 * MIB)
    said = []
    for _ in range(30):
        slowest = max(paper.live)
        said += flow(paper, {t: 0.1 if t == slowest else 4 for t in paper.live}, 1.0)

    assert 8 <= len(closed(of, said)) <= 16
