import errno
from dataclasses import replace

import pytest

from ddm.byteranges import ByteRange
from ddm.failures import Kind
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.testing.body import Body, Version
from ddm.testing.reply import Ending, Reply, partial
from ddm.testing.transfer import SimTransfer, Stage

KIB = 1 << 10
VERSION = Version(Body("key", 1000 * KIB), '"v"', None)


class Sink:
    """Keeps what is written; a full one refuses."""

    def __init__(self, *, full=False):
        self.full = full
        self.writes = []

    def write_at(self, buffers, offset):
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device", "/d/f.part")
        self.writes.append((offset, b"".join(buffers)))


@pytest.fixture
def sink():
    return Sink()


def taking(sink, start, stop, reply=None):
    """A transfer whose body is being taken."""
    transfer = SimTransfer(
        1,
        Request("http://a.test/f", ()),
        Expectation(ByteRange(start, stop)),
        sink,
        reply or partial(VERSION, start, stop),
        buffer_bytes=512 * KIB,
        connect_s=0.0,
        due_s=0.0,
    )
    transfer.begin_body(start, stop)
    return transfer


def receive_all(transfer):
    while not transfer.ended and not transfer.silent:
        transfer.receive()
        failure = transfer.overflow()
        if failure:
            return failure
    return transfer.closing()


def test_a_body_is_collected_and_written_together(sink):
    transfer = taking(sink, 0, 100 * KIB)

    assert receive_all(transfer) is None
    assert (transfer.position, sink.writes) == (0, [])
    assert transfer.flush() is None
    assert sink.writes == [(0, VERSION.body.read(0, 100 * KIB))]
    assert (transfer.position, transfer.moved(), transfer.moved()) == (100 * KIB, True, False)


def test_256_kib_together_are_written_at_once(sink):
    transfer = taking(sink, 10, 10 + 300 * KIB)
    receive_all(transfer)

    assert [(offset, len(data)) for offset, data in sink.writes] == [(10, 256 * KIB)]
    assert transfer.position == 10 + 256 * KIB


def test_a_body_that_ends_early_is_broken(sink):
    cut = Reply(None, VERSION.body, 0, 50, 100)

    assert receive_all(taking(sink, 0, 100, cut)).kind is Kind.BROKEN


def test_a_reset_is_broken_even_at_the_end(sink):
    reset = Reply(None, VERSION.body, 0, 100, 100, Ending.RESET)

    assert receive_all(taking(sink, 0, 100, reset)).kind is Kind.BROKEN


def test_a_chunked_body_that_ends_early_is_broken_too(sink):
    assert receive_all(taking(sink, 0, 100, Reply(None, VERSION.body, 0, 99))).kind is Kind.BROKEN


def test_a_body_that_goes_on_is_a_bad_response_and_nothing_past_the_stop_is_written(sink):
    transfer = taking(sink, 0, 128 * KIB, Reply(None, VERSION.body, 0, 129 * KIB))

    assert receive_all(transfer).kind is Kind.BAD_RESPONSE
    transfer.flush()
    assert transfer.position == 128 * KIB


def test_a_silent_server_neither_sends_nor_ends(sink):
    transfer = taking(sink, 0, 100, Reply(None, VERSION.body, 0, 10, 100, Ending.SILENCE))
    transfer.receive()

    assert (transfer.silent, transfer.ended) == (True, False)


def test_a_full_disk_is_the_first_cause_and_nothing_counts(sink):
    sink.full = True
    transfer = taking(sink, 0, 300 * KIB)

    assert receive_all(transfer).kind is Kind.DISK_FULL
    assert (transfer.position, transfer.flush().kind) == (0, Kind.DISK_FULL)


def test_a_transfer_that_asks_stands_where_its_body_would_begin(sink):
    transfer = taking(sink, 50, 100)
    transfer.ask(0)

    assert (transfer.stage, transfer.position) == (Stage.ASKING, 0)


def test_a_bit_flips_on_the_way_where_the_reply_says_so(sink):
    size = 60 * KIB
    version = Version(Body("small", size), None, None)
    transfer = taking(sink, 0, size, replace(partial(version, 0, size), flips=True))
    receive_all(transfer)
    transfer.flush()
    written = b"".join(data for _, data in sink.writes)

    assert written == version.body.flipped(version.body.read(0, size), 0)
