import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.disk.pipepart import PipePart
from ddm.failures import FailureError, Kind
from ddm.limits import DIGEST_SLICE_BYTES
from ddm.spec import Checksum

WINDOW = 100
SHA = "sha-256"


def digest(content):
    return (Checksum(SHA, hashlib.sha256(content).hexdigest()),)


@pytest.fixture
def make():
    def make(size_bytes=None):
        return PipePart("f", size_bytes, WINDOW)

    return make


def digested(part, size_bytes):
    """The digest of so much."""
    slices = part.digest([SHA], size_bytes)
    while not slices.over:
        slices.step()
    return slices.result()


def leave(part, most_bytes=1000):
    """Let it leave; the bytes."""
    blocks = part.next_blocks(most_bytes)
    found = b"".join(blocks)
    part.pass_on(len(found))
    return found


def test_what_is_not_next_waits(make):
    part = make()
    part.write_at([b"cd", b"ef"], 2)
    assert (leave(part), part.held_bytes) == (b"", 4)

    part.write_at([b"ab"], 0)
    assert (leave(part), part.held_bytes, part.passed) == (b"abcdef", 0, 6)


def test_no_more_leaves_than_there_is_room_for(make):
    part = make()
    part.write_at([b"abcd"], 0)

    assert leave(part, 3) == b"abc"
    assert leave(part, 3) == b"d"


def test_what_comes_again_replaces_what_came_before(make):
    part = make()
    part.write_at([b"bbbb"], 1)
    part.write_at([b"XX"], 2)
    assert part.held_bytes == 4
    part.write_at([b"a"], 0)

    assert leave(part) == b"abXXb"


def test_what_has_left_cannot_come_again(make):
    part = make()
    part.write_at([b"abcd"], 0)
    leave(part)

    with pytest.raises(OSError, match="passed on came again"):
        part.write_at([b"x"], 3)


def test_the_last_sync_is_over_once_all_has_left(make):
    part = make(4)
    part.write_at([b"abcd"], 0)
    assert part.sync().over
    leave(part, 3)
    passing = part.sync(4)
    before = passing.over
    leave(part)

    assert (before, passing.over, passing.result()) == (False, True, None)
    assert part.publish(exact=False) == "f"
    assert part.settle().over


def test_who_closes_it_waits_for_nobody_who_reads(make):
    part = make(4)
    part.write_at([b"abcd"], 0)
    passing = part.sync(4)
    assert part.sync().over
    assert passing.over


def test_an_empty_file_is_over_at_once(make):
    part = make(0)
    assert digested(part, 0) == digest(b"")
    assert part.sync(0).over


def test_a_file_that_the_window_holds_waits_for_its_digest(make):
    part = make(WINDOW)
    part.digest_with([SHA])
    part.write_at([b"x" * WINDOW], 0)
    assert (part.ready_bytes, leave(part)) == (0, b"")

    assert digested(part, WINDOW) == digest(b"x" * WINDOW)
    assert not part.sync(WINDOW).over
    assert leave(part) == b"x" * WINDOW


@pytest.mark.parametrize("size", [WINDOW + 1, None], ids=["longer", "unknown"])
def test_of_one_that_it_does_not_hold_the_last_byte_waits(make, size):
    part = make(size)
    part.digest_with([SHA])
    content = bytes(range(WINDOW + 1))
    part.write_at([content[:60]], 0)
    first = leave(part)
    part.write_at([content[60:]], 60)
    first += leave(part)
    assert first == content[:-1]

    assert digested(part, len(content)) == digest(content)
    assert not part.sync(len(content)).over
    assert leave(part) == content[-1:]


def test_without_a_digest_nothing_waits(make):
    part = make(2)
    part.write_at([b"ab"], 0)

    assert leave(part) == b"ab"


def test_a_digest_is_made_slice_by_slice(make):
    part, half = make(2 * DIGEST_SLICE_BYTES), bytes(DIGEST_SLICE_BYTES)
    part.write_at([half], 0)
    part.write_at([half], len(half))
    digest_ = part.digest([SHA], 2 * len(half))
    digest_.step()
    before = digest_.over
    digest_.step()

    assert (before, digest_.over, digest_.result()) == (False, True, digest(half + half))


def test_bytes_that_are_missing_are_no_digest(make):
    part = make(4)
    part.write_at([b"ab"], 0)

    with pytest.raises(OSError, match="missing"):
        digested(part, 4)


def test_it_can_begin_again_until_a_byte_has_left(make):
    part = make()
    part.write_at([b"ab"], 0)
    part.discard()
    assert (part.held_bytes, part.ready_bytes) == (0, 0)

    part = make()
    part.write_at([b"ab"], 0)
    leave(part)
    with pytest.raises(FailureError, match="2 bytes of it were passed on") as caught:
        part.discard()
    assert caught.value.failure.kind is Kind.CHANGED


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_in_whatever_order_it_comes_it_leaves_in_order_with_its_digest(data):
    content = data.draw(st.binary(max_size=60))
    cuts = sorted({0, len(content), *data.draw(st.lists(st.integers(0, len(content)), max_size=8))})
    pieces = data.draw(st.permutations([*pairwise(cuts)]))
    part = PipePart("f", len(content), window_bytes=data.draw(st.sampled_from([0, 1000])))
    if data.draw(st.booleans()):
        part.digest_with([SHA])
    out = b""
    for start, stop in pieces:
        part.write_at([content[start:stop]], start)
        out += leave(part, data.draw(st.integers(0, 70)))
    if part._hashes:
        assert digested(part, len(content)) == digest(content)
    passing = part.sync(len(content))
    for _ in range(3):
        out += leave(part)
    assert passing.over

    assert (out, part.held_bytes) == (content, 0)
