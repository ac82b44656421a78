"""Requests that bring next to nothing: none are sent without a wait, and none for ever."""

import pytest

from ddm.core.commands import StartTransfer
from ddm.failures import Kind
from ddm.limits import FRUITLESS_REQUESTS_MAX, RetryLimits
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


def hang_up_every(paper, step, *, most=2000):
    """A server that closes after every `step` bytes; how long that took, in virtual seconds."""
    began = paper.now
    for _ in range(most):
        if not paper.engine.holds(1):
            break
        if not paper.live:
            paper.wait()
            continue
        transfer_id = min(paper.live)
        wanted = paper.live[transfer_id].expectation.range
        position = min(wanted.stop, wanted.start + step)
        paper.bytes(transfer_id, position)
        if position < wanted.stop:
            paper.break_off(transfer_id, Kind.BROKEN, position)
        else:
            paper.end(transfer_id, position)
    return paper.now - began


@pytest.mark.parametrize("step", [16 * KIB, 100_000])
def test_a_server_that_closes_after_16_kib_or_more_is_followed_without_a_wait(make_paper, step):
    paper = make_paper(max_segments=1)
    paper.begin(8 * MIB)

    assert hang_up_every(paper, step) == 0.0
    assert paper.states()[-1] is State.DONE


def test_a_small_file_is_finished_though_little_comes_at_a_time(make_paper, of):
    paper = make_paper(max_segments=1)
    paper.begin(2000)

    took_s = hang_up_every(paper, 11)

    assert paper.states()[-1] is State.DONE
    assert 1.0 < took_s < 182 * 1.0


def test_a_large_one_is_given_up_after_a_few_hundred_requests(make_paper, of):
    paper = make_paper()
    paper.begin(8 * MIB)

    hang_up_every(paper, 100)

    assert paper.states()[-1] is State.FAILED
    assert FRUITLESS_REQUESTS_MAX <= len(of(StartTransfer, paper.said)) < 300


def test_it_says_how_many_requests_brought_nothing(make_paper, of):
    paper = make_paper(max_segments=1)
    paper.begin(8 * MIB)

    hang_up_every(paper, 1)

    failed = [c for c in paper.said if getattr(c, "failure", None) and c.state is State.FAILED][-1]
    assert failed.failure.kind is Kind.BROKEN
    assert "gave up after 200 requests that brought next to nothing" in failed.failure.message


def test_trials_and_redirects_count_too(make_paper, of):
    """The first byte of each makes all other counts begin again."""
    paper = make_paper(retry=RetryLimits(max_attempts=50))
    paper.begin(8 * MIB, max_segments=2)
    for n in range(2000):
        if not paper.engine.holds(1):
            break
        if not paper.live:
            paper.wait()
            continue
        transfer_id = min(paper.live)
        if n % 3:
            paper.break_off(transfer_id, (Kind.THROTTLED, Kind.REDIRECTED)[n % 2], location=f"/{n}")
        else:
            paper.break_off(transfer_id, Kind.BROKEN, paper.positions[transfer_id] + 1)

    assert not paper.engine.holds(1)
    assert len(of(StartTransfer, paper.said)) < 300


def test_each_request_that_was_worth_it_makes_up_for_one_that_was_not(make_paper, of):
    paper = make_paper(max_segments=1)
    paper.begin(16 * MIB)
    for n in range(450):
        while not paper.live:
            paper.wait()
        (transfer_id,) = paper.live
        start = paper.positions[transfer_id]
        paper.break_off(transfer_id, Kind.BROKEN, start + (1 if n % 2 else 16 * KIB))

    assert paper.engine.holds(1)
    assert len(of(StartTransfer, paper.said)) == 450
