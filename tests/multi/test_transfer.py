"""A transfer by hand: lines and blocks as libcurl would bring them."""

import errno

import pycurl
import pytest

from ddm.byteranges import ByteRange
from ddm.errors import Exit
from ddm.failures import CANCELLED, Failure, Kind
from ddm.http.response import Expectation
from ddm.multi.guarded import guarded
from ddm.multi.throttle import Throttle
from ddm.multi.transfer import Transfer

ABORT = -1
BUFFER_BYTES = 10
UNLIMITED = Throttle(0, now=0)
BROKEN = Failure(Kind.BROKEN, "the peer hung up", Exit.NETWORK)


@pytest.fixture
def make(notes, sink):
    def make(asked, *, ask=False, to=sink, buffer_bytes=BUFFER_BYTES, throttle=UNLIMITED):
        expectation = Expectation(ByteRange(*asked) if asked else None, ask=ask)
        return Transfer(
            7, "http://h/", expectation, to,
            buffer_bytes=buffer_bytes, notes=notes, share=throttle.join(1),
        )  # fmt: skip

    return make


def send_head(transfer, status, *fields):
    """What libcurl gets back for the last line."""
    for line in (f"HTTP/1.1 {status} Words", *fields):
        assert transfer.on_header(f"{line}\r\n".encode()) is None
    return transfer.on_header(b"\r\n")


def send_part(transfer, start, stop, size):
    return send_head(
        transfer,
        206,
        f"Content-Range: bytes {start}-{stop - 1}/{size}",
        f"Content-Length: {stop - start}",
    )


def test_a_body_is_collected_and_written_in_one_piece_at_its_offset(make, sink):
    transfer = make((100, 116))
    send_part(transfer, 100, 116, 1000)

    assert [transfer.on_body(block) for block in (b"aaaa", b"bbbb", b"cccc", b"dddd")] == [None] * 4
    transfer.finish(None)

    assert sink.writes == [(100, 12), (112, 4)]
    assert sink.bytes[100:] == b"aaaabbbbccccdddd"
    assert (transfer.position, transfer.failure) == (116, None)


def test_only_what_is_written_is_counted(make, sink):
    transfer = make((0, 8))
    send_part(transfer, 0, 8, 8)
    transfer.on_body(b"aaaa")
    assert transfer.position == 0

    transfer.flush()

    assert transfer.position == 4


def test_very_many_small_blocks_are_joined_before_they_are_written(make, sink):
    transfer = make(None, buffer_bytes=1 << 20)
    send_head(transfer, 200)
    for _ in range(5000):
        transfer.on_body(b"ab")

    transfer.flush()

    assert sink.bytes == b"ab" * 5000


def test_a_body_without_a_length_ends_where_it_ends(make, sink):
    transfer = make(None)
    send_head(transfer, 200)
    transfer.on_body(b"abc")
    transfer.finish(None)

    assert (bytes(sink.bytes), transfer.position, transfer.failure) == (b"abc", 3, None)


def test_a_short_body_is_a_failure_that_counts_what_came(make):
    transfer = make((100, 116))
    send_part(transfer, 100, 116, 1000)
    transfer.on_body(b"aaaa")
    transfer.finish(None)

    assert transfer.position == 104
    assert transfer.failure == Failure(
        Kind.BROKEN, "the connection closed after 4 of 16 bytes", Exit.NETWORK
    )


def test_a_body_that_is_too_long_is_a_failure_and_nothing_goes_past_its_stop(make, sink):
    transfer = make((0, 4))
    send_part(transfer, 0, 4, 100)

    assert transfer.on_body(b"aaa") is None
    assert transfer.on_body(b"bbb") == ABORT
    transfer.finish(BROKEN)

    assert (bytes(sink.bytes), transfer.position) == (b"aaa", 3)
    assert transfer.failure.kind is Kind.BAD_RESPONSE
    assert "longer than announced" in transfer.failure.message


def test_a_connection_that_closes_within_the_head_is_a_failure(make):
    transfer = make(None)
    transfer.on_header(b"HTTP/1.1 200 OK\r\n")
    transfer.finish(None)

    assert transfer.failure.kind is Kind.BROKEN


def test_a_head_that_is_rejected_aborts_and_keeps_its_cause(make, sink):
    transfer = make((5, 10))

    assert send_part(transfer, 0, 5, 100_000_000) is None  # short: read to its end
    assert transfer.discarding
    assert transfer.on_body(b"wrong") is None
    transfer.finish(None)

    assert transfer.failure.kind is Kind.RANGE_WRONG
    assert (sink.writes, transfer.position) == ([], 5)


@pytest.mark.parametrize(
    ("length", "answer"),
    [
        ("Content-Length: 65536", None),
        ("Content-Length: 65537", ABORT),
        ("Transfer-Encoding: chunked", ABORT),
    ],
)
def test_only_a_short_body_of_known_length_is_read_and_thrown_away(make, length, answer):
    transfer = make(None)

    assert send_head(transfer, 404, length) == answer
    assert transfer.failure.kind is Kind.NOT_FOUND


def test_an_asking_transfer_holds_its_body_until_it_may_take_it(make, notes, sink):
    transfer = make((0, 4), ask=True, to=None)
    assert send_part(transfer, 0, 4, 100) is None
    assert [(t.id, offer.stop) for t, offer in notes.asking] == [(7, 4)]
    assert transfer.on_body(b"body") == pycurl.WRITEFUNC_PAUSE

    transfer.take(sink, 0, 4)
    assert transfer.on_body(b"body") is None
    transfer.finish(None)

    assert (bytes(sink.bytes), transfer.failure) == (b"body", None)


def test_an_empty_file_ends_well_though_nobody_took_it(make):
    transfer = make((0, 100), ask=True, to=None)
    send_head(transfer, 200, "Content-Length: 0")
    transfer.finish(None)

    assert (transfer.position, transfer.failure) == (0, None)


def test_a_body_that_was_not_taken_is_not_whole(make):
    transfer = make((0, 100), ask=True, to=None)
    send_head(transfer, 200, "Content-Length: 5")
    transfer.finish(None)

    assert transfer.failure.message == "the connection closed after 0 of 5 bytes"


def test_what_the_disk_says_is_the_cause_and_not_libcurls_echo(make, sink):
    transfer = make((0, 100))
    send_part(transfer, 0, 100, 100)
    sink.refuses = OSError(errno.ENOSPC, "No space left on device", "/d/f.part")

    assert transfer.on_body(b"a" * 20) == ABORT
    transfer.finish(Failure(Kind.INTERNAL, "write error 23", Exit.UNEXPECTED))

    assert transfer.failure.kind is Kind.DISK_FULL
    assert "/d/f.part" in transfer.failure.message
    assert transfer.position == 0


def test_a_disk_that_refuses_the_last_bytes_spoils_a_good_end(make, sink):
    transfer = make((0, 4))
    send_part(transfer, 0, 4, 100)
    transfer.on_body(b"aaa")
    sink.refuses = OSError(errno.EIO, "Input/output error")
    transfer.finish(None)

    assert (transfer.position, transfer.failure.kind) == (0, Kind.DISK_ERROR)


def test_a_head_that_makes_no_sense_aborts_with_its_reason(make):
    transfer = make(None)

    assert guarded(transfer.on_header, transfer.abort_for)(b"HTTP/nonsense\r\n") == ABORT
    assert transfer.failure.kind is Kind.BAD_RESPONSE


def test_a_bug_in_a_callback_is_an_internal_failure_of_this_transfer_alone(make, notes):
    transfer = make(None, to=None)

    with pytest.raises(TypeError) as raised:
        send_head(transfer, 200)
    assert transfer.abort_for(raised.value) == ABORT
    assert transfer.failure.kind is Kind.INTERNAL
    assert "without a sink" in transfer.failure.message
    assert not notes.interrupt


def test_an_interrupt_in_a_callback_is_kept_for_the_turn(make, notes, sink):
    transfer = make(None)
    send_head(transfer, 200)
    sink.refuses = KeyboardInterrupt()

    assert guarded(transfer.on_body, transfer.abort_for)(b"a" * 20) == ABORT
    assert transfer.failure is CANCELLED
    with pytest.raises(KeyboardInterrupt):
        notes.interrupt.check()


def test_trailers_change_nothing(make):
    transfer = make(None)
    send_head(transfer, 200)
    transfer.on_body(b"abc")
    assert transfer.on_header(b"Content-Length: 99\r\n") is None
    assert transfer.on_header(b"\r\n") is None
    transfer.finish(None)

    assert transfer.failure is None


def test_an_empty_bucket_pauses_the_body_which_comes_again(make, sink):
    throttle = Throttle(20, now=0)
    transfer = make((0, 8), throttle=throttle)
    send_part(transfer, 0, 8, 8)

    assert transfer.on_body(b"aaaa") is None
    assert transfer.on_body(b"bbbb") == pycurl.WRITEFUNC_PAUSE
    throttle.set_rate(None, 0, now=0)
    assert list(throttle.pour(0)) == [transfer]
    transfer.tune()
    assert transfer.on_body(b"bbbb") is None

    transfer.finish(None)
    assert (bytes(sink.bytes), transfer.failure) == (b"aaaabbbb", None)


@pytest.mark.parametrize(
    ("asked", "told", "kept"), [(6, 6, b"aaaabb"), (2, 4, b"aaaa"), (9, 8, b"aaaabbbb")]
)
def test_a_shortened_body_ends_well_at_its_stop_but_keeps_what_is_there(
    make, sink, asked, told, kept
):
    transfer = make((0, 8))
    send_part(transfer, 0, 8, 8)
    transfer.on_body(b"aaaa")

    assert transfer.shorten(asked) == told
    over = transfer.reached
    answer = None if over else transfer.on_body(b"bbbb")
    cut_short = told < 8
    assert (over, answer) == (told == 4, ABORT if cut_short and not over else None)
    transfer.finish(BROKEN if cut_short else None)
    assert (bytes(sink.bytes), transfer.position, transfer.failure) == (kept, told, None)


def test_what_is_shortened_before_its_head_is_there_is_cut_all_the_same(make, sink):
    transfer = make((100, 116))

    assert transfer.shorten(104) == 104
    send_part(transfer, 100, 116, 1000)
    assert transfer.on_body(b"aaaabbbb") == ABORT
    transfer.finish(BROKEN)
    assert (bytes(sink.bytes[100:]), transfer.failure) == (b"aaaa", None)


def test_a_shortened_body_that_breaks_off_before_its_stop_is_broken(make):
    transfer = make((0, 8))
    send_part(transfer, 0, 8, 8)
    transfer.on_body(b"aa")
    transfer.shorten(4)
    transfer.finish(BROKEN)

    assert (transfer.position, transfer.failure) == (2, BROKEN)
