"""The end of a file: a free connection helps the slowest."""

import pytest

from ddm.core.commands import CancelTransfer, ShortenTransfer, StartTransfer
from ddm.core.events import TransferShortened
from ddm.failures import Kind
from ddm.spec import Checksum

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
def make_tail(make_paper, of):
    """A file of which one connection still has `left` to bring; the other is free. The first one, and what is said."""

    def make_tail(*, left, speed, lull_s=0.0, **head):
        paper = make_paper(max_segments=2, max_connections_per_host=2)
        paper.offer(1)
        paper.head(size=9 * MIB, digests=(Checksum("sha-256", "00"),), **head)
        paper.now += 1.0
        while of(StartTransfer, paper.end(min(paper.live))):
            pass
        (slow,) = paper.live
        wanted, before = paper.live[slow].expectation.range, len(paper.said)
        paper.now += lull_s + (wanted.stop - left - wanted.start) / speed
        paper.bytes(slow, wanted.stop - left)
        return paper, slow, paper.said[before:]

    return make_tail


def test_of_a_slow_rest_the_tail_is_taken(make_tail, one, of):
    paper, slow, said = make_tail(left=800 * KIB, speed=MIB)
    shorten = one(ShortenTransfer, said)
    stop = paper.live[slow].expectation.range.stop
    assert shorten.transfer_id == slow

    said = paper.play(TransferShortened(slow, shorten.stop))

    asked = one(StartTransfer, said).expectation.range
    assert (asked.start, asked.stop) == (shorten.stop, stop)
    said = paper.end(slow, shorten.stop)
    assert of(StartTransfer, said) == []
    assert paper.end(max(paper.live))[-1:] != []
    assert paper.job.done_bytes == 9 * MIB


def test_what_a_connection_had_brought_already_it_keeps(make_tail, one):
    paper, slow, said = make_tail(left=800 * KIB, speed=MIB)
    beyond = one(ShortenTransfer, said).stop + 100_000

    said = paper.play(TransferShortened(slow, beyond))

    assert one(StartTransfer, said).expectation.range.start == beyond


def test_a_rest_that_is_there_in_a_moment_is_left_alone(make_tail, of):
    _, _, said = make_tail(left=100 * KIB, speed=4 * MIB)

    assert of(ShortenTransfer, said) == of(StartTransfer, said) == []


def test_a_small_slow_rest_is_asked_for_a_second_time(make_tail, one):
    paper, slow, said = make_tail(left=100 * KIB, speed=100 * KIB)

    twin = one(StartTransfer, said).expectation.range
    assert twin.stop == paper.live[slow].expectation.range.stop


def test_of_one_that_is_no_slower_than_usual_it_is_not(make_tail, of):
    _, _, said = make_tail(left=400 * KIB, speed=512 * KIB, lull_s=5.0)

    assert of(ShortenTransfer, said) == of(StartTransfer, said) == []


def test_the_first_one_home_wins(make_tail, one, of):
    paper, slow, said = make_tail(left=100 * KIB, speed=100 * KIB)
    twin = one(StartTransfer, said).transfer_id

    said = paper.end(twin)

    assert one(CancelTransfer, said).transfer_id == slow
    assert paper.job.done_bytes == 9 * MIB
    assert of(StartTransfer, said) == []
    assert paper.job.state.value == "verifying"


def test_and_so_it_is_if_the_first_request_comes_home_first(make_tail, one):
    paper, slow, said = make_tail(left=100 * KIB, speed=100 * KIB)
    twin = one(StartTransfer, said).transfer_id

    assert one(CancelTransfer, paper.end(slow)).transfer_id == twin
    assert paper.job.state.value == "verifying"


def test_a_second_request_that_fails_is_nothing(make_tail, one, of):
    paper, slow, said = make_tail(left=100 * KIB, speed=100 * KIB)
    twin = one(StartTransfer, said).transfer_id

    paper.break_off(twin, Kind.BROKEN)

    assert slow in paper.live
    assert paper.job.failure is None


def test_one_that_breaks_ahead_of_the_other_goes_on_and_the_other_is_dropped(make_tail, one):
    """Else a silent connection would be helped for ever by others that break, from its own position on."""
    paper, slow, said = make_tail(left=100 * KIB, speed=100 * KIB)
    twin = one(StartTransfer, said)
    reached = twin.expectation.range.start + 80 * KIB
    paper.bytes(twin.transfer_id, reached)

    said = paper.break_off(twin.transfer_id, Kind.BROKEN)

    assert one(CancelTransfer, said).transfer_id == slow
    assert one(StartTransfer, said).expectation.range.start == reached


def test_what_cannot_be_told_again_is_never_asked_for_twice(make_tail, of):
    _, _, said = make_tail(left=800 * KIB, speed=MIB, etag=None)

    assert of(ShortenTransfer, said) == of(StartTransfer, said) == []


def test_another_job_that_wants_the_connection_gets_it(make_tail, one, of):
    paper, _, _ = make_tail(left=100 * KIB, speed=4 * MIB)
    paper.now += 5.0

    said = paper.offer(2)

    assert one(StartTransfer, said).job_id == 2
    assert of(ShortenTransfer, paper.said) == []
