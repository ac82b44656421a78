"""Redirects: each hop is looked at, counted, and told only what its origin may know."""

import pytest

from ddm.core.commands import (
    RecordReceipt,
    RecordState,
    StartTransfer,
)
from ddm.errors import Exit
from ddm.failures import Kind

KIB, MIB = 1 << 10, 1 << 20
URL = "https://example.org/f.bin"
PLAIN = "http://example.org/f.bin"


def test_a_redirect_is_followed_from_where_it_came(paper, one):
    paper.offer()

    again = one(StartTransfer, paper.break_off(1, Kind.REDIRECTED, location="../g.bin?x=1"))

    assert again.request.url == "https://example.org/g.bin?x=1"
    paper.head(again.transfer_id, size=10)
    assert paper.job.name == "g.bin"


def test_a_chain_of_redirects_is_followed_at_most_ten_times(paper, one):
    paper.offer()
    for hop in range(10):
        said = paper.break_off(max(paper.live), Kind.REDIRECTED, location=f"/{hop}")
        one(StartTransfer, said)

    said = paper.break_off(max(paper.live), Kind.REDIRECTED, location="/one-more")

    failed = one(RecordState, said).failure
    assert (failed.kind, failed.code) == (Kind.BAD_REDIRECT, Exit.TOO_MANY_REDIRECTS)
    assert "more than 10" in failed.message


def test_a_loop_of_redirects_is_seen(paper, one):
    paper.offer()
    paper.break_off(1, Kind.REDIRECTED, location="/g.bin?sig=secret")

    said = paper.break_off(2, Kind.REDIRECTED, location=URL)

    assert "loop" in one(RecordState, said).failure.message
    assert "secret" not in one(RecordState, said).failure.message


def test_https_is_never_left_for_http(paper, one):
    paper.offer()

    said = paper.break_off(1, Kind.REDIRECTED, location=PLAIN)

    assert one(RecordState, said).failure.kind is Kind.BAD_REDIRECT


def test_https_is_left_for_http_where_that_was_allowed(paper, one):
    paper.offer(spec={"allow_downgrade": True})

    said = paper.break_off(1, Kind.REDIRECTED, location=PLAIN)

    assert one(StartTransfer, said).request.url == PLAIN


def test_http_may_lead_to_https(paper, one):
    paper.offer(1, PLAIN)

    assert one(StartTransfer, paper.break_off(1, Kind.REDIRECTED, location=URL)).request.url == URL


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "ftp://example.org/f", "http://[", None]
)
def test_a_redirect_to_where_ddm_does_not_go_fails(paper, one, location):
    paper.offer(1, PLAIN)

    said = paper.break_off(1, Kind.REDIRECTED, location=location)

    assert one(RecordState, said).failure.kind is Kind.BAD_REDIRECT


def test_secrets_stay_with_their_origin(paper, one):
    headers = (("X-Api-Key", "k"), ("Cookie", "c"))
    first = one(StartTransfer, paper.offer(1, "https://u:p@example.org/f", headers=headers))
    assert {"Authorization", "X-Api-Key", "Cookie"} <= {name for name, _ in first.request.headers}

    said = paper.break_off(1, Kind.REDIRECTED, location="https://cdn.example/f")

    names = {name for name, _ in one(StartTransfer, said).request.headers}
    assert not {"Authorization", "X-Api-Key", "Cookie"} & names


def test_segments_that_are_redirected_together_make_one_hop(paper, of):
    paper.begin(3 * MIB)
    first, second = [t for t in paper.live if t != 1][:2]

    paper.break_off(first, Kind.REDIRECTED, location="https://b.example/f")
    said = paper.break_off(second, Kind.REDIRECTED, location="https://b.example/f")

    assert [c.request.url for c in of(StartTransfer, said)] == ["https://b.example/f"]


def test_redirects_of_one_segment_end_although_another_brings_bytes(paper):
    """Else two URLs that lead to each other are asked for as long as the other goes on."""
    paper.begin(600 * KIB)
    assert len(paper.live) == 2
    for hop in range(11):
        if not paper.engine.holds(1):
            break
        paper.bytes(1, 1000 * (hop + 1))
        paper.break_off(max(paper.live), Kind.REDIRECTED, location=f"/{hop % 2}")

    assert not paper.engine.holds(1)


def test_only_the_last_hops_of_a_server_that_redirects_after_every_few_bytes_are_kept(paper, one):
    paper.begin(64 * MIB, max_segments=1)
    paper.end(1)
    for hop in range(30):
        paper.bytes(max(paper.live), paper.positions[max(paper.live)] + 20 * KIB)
        paper.break_off(max(paper.live), Kind.BROKEN)
        paper.break_off(max(paper.live), Kind.REDIRECTED, location=f"/{hop}")
    paper.fetch_all()

    receipt = one(RecordReceipt, paper.said).receipt
    assert receipt.urls == (URL, *(f"https://example.org/{hop}" for hop in range(20, 30)))
