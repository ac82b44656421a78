"""A final URL that runs out: the first one is asked again, and every later answer is compared."""

import pytest

from ddm.core.commands import RecordState, StartTransfer
from ddm.failures import Kind
from ddm.limits import RetryLimits
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20
FIRST, FINAL = "https://example.org/f.bin", "https://cdn.example/f?sig=1"


@pytest.fixture
def redirected(paper):
    """A file of 3 MiB at the end of a redirect, of which 256 KiB came; one connection."""
    paper.offer(max_segments=1)
    paper.break_off(1, Kind.REDIRECTED, location=FINAL)
    paper.head(2, size=3 * MIB)
    paper.end(2)
    return paper


def refuse(paper, kind=Kind.NOT_ALLOWED, status=403):
    return paper.break_off(max(paper.live), kind, status=status)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (Kind.NOT_ALLOWED, 401),
        (Kind.NOT_ALLOWED, 403),
        (Kind.NOT_FOUND, 404),
        (Kind.NOT_FOUND, 410),
    ],
)
def test_an_expired_url_has_the_first_one_asked_again(redirected, one, kind, status):
    again = one(StartTransfer, refuse(redirected, kind, status))

    assert again.request.url == FIRST
    assert again.expectation.range.start == 256 * KIB
    assert redirected.job.reason.startswith("asked the first URL again")


def test_every_answer_after_that_is_compared_with_what_was_begun(redirected, one):
    refuse(redirected)

    said = redirected.break_off(
        max(redirected.live), Kind.REDIRECTED, location="https://cdn.example/f?sig=2"
    )

    again = one(StartTransfer, said)
    assert again.request.url == "https://cdn.example/f?sig=2"
    assert again.expectation.representation.etag == '"1"'
    redirected.fetch_all()
    assert redirected.states()[-1] is State.DONE


def test_the_same_url_again_is_no_loop(redirected, one):
    refuse(redirected)

    said = redirected.break_off(max(redirected.live), Kind.REDIRECTED, location=FINAL)

    assert one(StartTransfer, said).request.url == FINAL


def test_one_that_stays_expired_fails_after_a_few_tries(make_paper, of):
    paper = make_paper(retry=RetryLimits(max_attempts=3))
    paper.offer(max_segments=1)
    paper.break_off(1, Kind.REDIRECTED, location=FINAL)
    paper.head(2, size=3 * MIB)
    paper.end(2)
    for _ in range(30):
        if not paper.engine.holds(1):
            break
        if not paper.live:
            paper.wait()
        refuse(paper)
        if paper.live:
            paper.break_off(max(paper.live), Kind.REDIRECTED, location=FINAL)

    assert paper.states()[-1] is State.FAILED
    assert len(of(StartTransfer, paper.said)) <= 12


def test_without_a_redirect_it_is_permanent(paper, of):
    paper.begin(3 * MIB, max_segments=1)
    paper.end(1)

    said = refuse(paper, Kind.NOT_FOUND, 404)

    assert of(RecordState, said)[-1].state is State.FAILED


def test_before_any_byte_it_is_permanent(paper, of):
    paper.offer()
    paper.break_off(1, Kind.REDIRECTED, location=FINAL)

    refuse(paper)

    assert of(RecordState, refuse(paper))[-1].state is State.FAILED
