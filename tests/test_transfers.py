import pytest

from ddm.byteranges import ByteRange
from ddm.core import commands, events
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import NoMarks
from ddm.errors import Exit
from ddm.failures import CANCELLED, Failure, Kind
from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.log import open_log
from ddm.parts import Parts
from ddm.spec import Route
from ddm.transfers import Transfers

WAY = (Addresses("a.test", 80, ("192.0.2.1",)),)
BROKEN = Failure(Kind.BROKEN, "the connection was reset", Exit.NETWORK)


class Wire:
    """A network that says what it was asked for."""

    def __init__(self):
        self.said, self.listener = [], None

    def listen(self, listener):
        self.listener = listener

    def start(self, transfer_id, request, expectation, sink, **how):
        self.said.append(("start", transfer_id, sink, how))

    def proceed(self, transfer_id, sink, start, stop):
        self.said.append(("proceed", transfer_id, start, stop))

    def cancel(self, transfer_id):
        self.said.append(("cancel", transfer_id))

    def shorten(self, transfer_id, stop):
        return None if transfer_id == 9 else stop + 1

    def set_rate(self, job_id, max_bytes_per_sec):
        self.said.append(("rate", job_id, max_bytes_per_sec))

    def flush(self):
        return iter([(1, 100)])


def start(transfer_id, range_=None):
    expectation = Expectation(range_, None, ask=True)
    request = Request("http://a.test/f", ())
    return commands.StartTransfer(
        transfer_id, 7, request, expectation, alone=True, route=Route(""), addresses=WAY
    )


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def told():
    return []


@pytest.fixture
def transfers(wire, told):
    parts = Parts(LocalDisk("boot"), NoMarks())
    return Transfers(wire, parts, open_log(None), told.append)


def test_a_request_that_asks_goes_out_with_its_addresses_and_without_a_sink(transfers, wire):
    transfers.start(start(1))
    ((_, number, sink, how),) = wire.said
    assert (number, sink, how["job_id"], how["addresses"]) == (1, None, 7, WAY)
    assert transfers


def test_what_the_network_says_becomes_events(transfers, wire, told):
    transfers.start(start(1))
    wire.listener.on_end(1, 5, BROKEN, 0.1, "1.1")
    assert told == [events.TransferEnded(1, 5, BROKEN, 0.1, "1.1")]
    assert not transfers
    assert list(transfers.flush()) == [events.BytesWritten(1, 100)]


def test_one_that_was_never_sent_ends_where_it_would_have_begun(transfers, wire, told):
    transfers.drop(start(1, ByteRange(10, 20)))
    assert told == [events.TransferEnded(1, 10, CANCELLED, None, None)]
    assert not wire.said


def test_a_shorter_end_is_told_where_there_is_one(transfers, told):
    transfers.adjust(commands.ShortenTransfer(1, 10))
    transfers.adjust(commands.ShortenTransfer(9, 10))
    assert told == [events.TransferShortened(1, 11)]


def test_limits_and_cancels_reach_the_network(transfers, wire):
    transfers.adjust(commands.SetRate(None, 1000))
    transfers.cancel(commands.CancelTransfer(3))
    assert wire.said == [("rate", None, 1000), ("cancel", 3)]
