"""Our own limits of speed, on paper."""

import pytest

from ddm.core.commands import CancelTransfer, SetRate
from ddm.core.events import RateChanged

MIB = 1 << 20


def test_the_limit_of_a_job_holds_from_its_admission_until_it_leaves(paper, of):
    assert of(SetRate, paper.offer(spec={"max_bytes_per_sec": 5000})) == [SetRate(1, 5000)]
    paper.head(size=1000)
    paper.end(1, 1000)

    assert of(SetRate, paper.said) == [SetRate(1, 5000), SetRate(1, 0)]
    assert paper.engine.take_left()[0].max_bytes_per_sec == 5000


def test_a_job_without_a_limit_says_nothing_of_it(paper, of):
    paper.begin(1000)
    paper.end(1, 1000)

    assert of(SetRate, paper.said) == []


def test_another_limit_of_a_job_holds_at_once_and_is_seen(paper):
    paper.begin(MIB)

    assert paper.play(RateChanged(1, 7000)) == [SetRate(1, 7000)]
    assert paper.job.max_bytes_per_sec == 7000
    assert paper.engine.asked()[1][2] == 7000


def test_another_limit_of_all_holds_at_once_and_is_seen(make_paper):
    paper = make_paper(max_bytes_per_sec=1000)

    assert paper.play(RateChanged(None, 5000)) == [SetRate(None, 5000)]
    assert paper.engine.view(paper.now).limits.max_bytes_per_sec == 5000
    assert paper.engine.max_bytes_per_sec == 5000


def test_the_limit_of_a_job_that_has_left_meanwhile_is_nobody_s(paper):
    assert paper.play(RateChanged(9, 5000)) == []


@pytest.mark.parametrize(("rate", "stalls"), [(0, True), (8000, True), (2048, False), (100, False)])
@pytest.mark.parametrize("own", [False, True])
def test_what_our_own_limit_leaves_a_connection_is_no_stall(make_paper, of, rate, stalls, own):
    paper = make_paper(max_segments=4, min_segments=4)
    paper.begin(10 * MIB)
    paper.play(RateChanged(1 if own else None, rate))
    for transfer_id in list(paper.live):
        paper.bytes(transfer_id, paper.positions[transfer_id] + 1000)

    assert bool(of(CancelTransfer, paper.wait(60))) == stalls


def test_a_share_of_the_limit_is_all_that_a_job_among_others_may_be_asked_for(make_paper, of):
    paper = make_paper(max_segments=1, max_bytes_per_sec=32 * 3000)
    for job_id in range(1, 33):
        paper.begin(10 * MIB, job_id, url=f"https://host{job_id}.example/f")
    for transfer_id in list(paper.live):
        paper.bytes(transfer_id, paper.positions[transfer_id] + 800 * 60)

    assert of(CancelTransfer, paper.wait(60)) == []
