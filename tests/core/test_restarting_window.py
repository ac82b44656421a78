"""A file that is passed on in order cannot begin again, and its reader may be slower than its server."""

import random

import pytest

from ddm.core.commands import CancelTransfer, DigestFile, StartTransfer
from ddm.core.engine import Engine
from ddm.core.events import FileDigested, WindowMoved
from ddm.failures import Kind
from ddm.record import State
from ddm.spec import Checksum

KIB, MIB = 1 << 10, 1 << 20
WINDOW = 4 * MIB
RIGHT, WRONG = Checksum("sha-256", "a" * 64), Checksum("sha-256", "b" * 64)


@pytest.fixture
def passing(paper):
    paper.engine = Engine(
        paper.limits, chance=random.Random(1), user_agent="ddm/test", window_bytes=WINDOW
    )
    return paper


def stream(paper, size=None):
    """A stream of which some came."""
    paper.offer()
    paper.head(1, size=size, partial=False)
    paper.bytes(1, 1000)


def why_it_failed(paper):
    assert paper.states()[-1] is State.FAILED
    (view,) = paper.engine.take_left()
    return view.failure


def test_a_stream_that_breaks_off_has_failed(passing):
    stream(passing)
    passing.break_off(1, Kind.BROKEN)

    failure = why_it_failed(passing)
    assert failure.kind is Kind.BROKEN
    assert failure.message.endswith("a file that is passed on cannot begin again")


def test_one_that_broke_off_before_its_first_byte_begins_again(passing, of):
    passing.offer()
    passing.head(1, size=None, partial=False)
    passing.break_off(1, Kind.BROKEN)

    assert of(StartTransfer, passing.wait())


@pytest.mark.parametrize("size", [WINDOW, WINDOW + 1], ids=["held", "longer"])
def test_of_a_wrong_digest_only_what_the_window_held_is_fetched_once_more(passing, size):
    passing.begin(size, spec={"checksums": (RIGHT,)})
    while passing.states()[-1] is not State.VERIFYING:
        passing.fetch_all()
        passing.play(WindowMoved(1, MIB))
    passing.play(FileDigested(1, (WRONG,)))

    if size == WINDOW:
        assert passing.states()[-1] is State.PROBING
    else:
        assert why_it_failed(passing).kind is Kind.DIGEST


def test_the_last_byte_waits_for_the_window_too(passing, of):
    passing.begin(WINDOW + 1)
    passing.fetch_all()
    assert passing.live == {}

    said = passing.play(WindowMoved(1, 1))
    assert [c.expectation.range.start for c in of(StartTransfer, said)] == [WINDOW]


def test_a_server_is_not_to_blame_while_the_window_is_full(passing, of):
    stream(passing)
    passing.bytes(1, WINDOW)
    for _ in range(3):
        assert of(CancelTransfer, passing.wait(passing.limits.stall_timeout_secs)) == []

    passing.play(WindowMoved(1, WINDOW))
    passing.wait(passing.limits.stall_timeout_secs)
    assert why_it_failed(passing).kind is Kind.STALLED


@pytest.mark.parametrize("checksums", [(), (RIGHT,)], ids=["no digest", "a digest"])
def test_another_place_helps_only_where_a_digest_will_tell(passing, of, checksums):
    mirrors = ("https://mirror.org/f.bin",)
    passing.begin(16 * MIB, spec={"mirrors": mirrors, "checksums": checksums})
    passing.end(1)
    said = passing.break_off(max(passing.live), Kind.NOT_FOUND)

    if checksums:
        assert [c.request.url for c in of(StartTransfer, said)] == [*mirrors]
    else:
        assert why_it_failed(passing).kind is Kind.NOT_FOUND


def test_only_digests_that_are_computed_on_the_way_are_asked_for_in_the_end(passing, of):
    """What has left cannot be read again for a digest that another place names."""
    mirrors = ("https://mirror.org/f.bin",)
    passing.begin(MIB, spec={"mirrors": mirrors, "checksums": (RIGHT,)}, max_segments=1)
    passing.end(1)
    passing.break_off(max(passing.live), Kind.NOT_FOUND)
    passing.head(max(passing.live), size=MIB, digests=(Checksum("sha-512", "c" * 128),))
    passing.fetch_all()

    (asked,) = of(DigestFile, passing.said)
    assert asked.algorithms == ("sha-256",)
