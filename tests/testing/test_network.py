import math

import pytest

from ddm.byteranges import ByteRange
from ddm.failures import Kind
from ddm.http.representation import Representation
from ddm.http.request import Request
from ddm.http.response import Ask, Expectation
from ddm.limits import STREAMS_MAX
from ddm.spec import Route
from ddm.testing.network import SimNetwork
from ddm.testing.story import Violation
from ddm.testing.trouble import Temper, Trouble

RANGE = ByteRange(0, 100_000)
REQUEST = Request("http://a.test/f", (("Range", "bytes=0-99999"),))
TLS = Request("https://a.test/f", (("Range", "bytes=0-99999"),))


class Listener:
    """Keeps what it hears."""

    def __init__(self):
        self.heads = []
        self.ends = []
        self.spoken = []

    def on_head(self, transfer_id, offer, http_version):
        self.heads.append((transfer_id, offer))

    def on_end(self, transfer_id, position, failure, connect_s, http_version):
        self.ends.append((transfer_id, position, failure and failure.kind, connect_s))
        self.spoken.append(http_version)


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def network(internet, clock, story, listener):
    network = SimNetwork(internet, clock=clock, story=story)
    network.listen(listener)
    return network


@pytest.fixture
def http2(internet):
    """The one origin, which speaks HTTP/2."""
    (origin,) = internet._origins.values()
    origin.http_version = "2"
    return origin


def start(network, part, *, transfer_id=1, ask=False, shared=False, request=REQUEST):
    expectation = Expectation(RANGE, ask=ask)
    sink = None if ask else part
    network.start(
        transfer_id, request, expectation, sink,
        job_id=1, receive_buffer_bytes=1 << 16, route=Route(), shared=shared, addresses=(),
    )  # fmt: skip


def run(network, clock, most=100):
    """Turn until nothing is due any more."""
    for _ in range(most):
        due = network.deadline()
        if due is None:
            return
        clock.advance_to(due)
        network.advance(clock.now())
        list(network.flush())
    raise AssertionError("it does not end")


def test_an_expected_answer_is_written_and_ends_well(network, clock, part, listener, version):
    start(network, part)
    run(network, clock)

    assert listener.ends == [(1, 100_000, None, 0.03)]
    assert part.inode.content[:100_000] == version.body.read(0, 100_000)


def test_the_next_transfer_finds_the_connection_open(network, clock, part, listener):
    start(network, part)
    run(network, clock)
    start(network, part, transfer_id=2)
    run(network, clock)

    assert [end[3] for end in listener.ends] == [0.03, 0.0]


def test_an_asking_transfer_waits_for_its_answer(network, clock, part, listener):
    start(network, part, ask=True)
    run(network, clock)
    offer = Ask(Representation(300_000, '"v"'), 0, 100_000, partial=True)

    assert (listener.heads, listener.ends, network.deadline()) == ([(1, offer)], [], None)
    network.proceed(1, part, 0, 100_000)
    run(network, clock)
    assert listener.ends == [(1, 100_000, None, 0.03)]


def test_what_judge_refuses_ends_without_a_byte(network, clock, part, listener, served):
    served.temper = Temper(script=(Trouble.RANGE_IGNORED,))
    start(network, part)
    run(network, clock)

    assert [(e[1], e[2]) for e in listener.ends] == [(0, Kind.RANGE_IGNORED)]
    assert part.inode.unsynced.total == 0


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Trouble.UNRESOLVED, Kind.UNRESOLVED),
        (Trouble.UNREACHABLE, Kind.UNREACHABLE),
        (Trouble.RESET_EARLY, Kind.BROKEN),
        (Trouble.RESET_BODY, Kind.BROKEN),
        (Trouble.SHORT, Kind.BROKEN),
        (Trouble.LONG, Kind.BAD_RESPONSE),
    ],
)
def test_troubles_end_as_what_they_are(network, clock, part, listener, served, trouble, kind):
    served.temper = Temper(script=(trouble,))
    start(network, part)
    run(network, clock)

    assert [end[2] for end in listener.ends] == [kind]


@pytest.mark.parametrize("trouble", [Trouble.STALL_HEAD, Trouble.STALL_BODY])
def test_a_stall_lasts_for_ever(network, clock, part, listener, served, trouble):
    served.temper = Temper(script=(trouble,))
    start(network, part)
    run(network, clock)

    assert (listener.ends, network.urls) == ([], ["http://a.test/f"])


def test_a_cancelled_transfer_keeps_what_came(network, clock, part, listener):
    start(network, part)
    while part.inode.unsynced.total == 0:
        clock.advance_to(network.deadline())
        network.advance(clock.now())
        list(network.flush())
    network.cancel(1)
    network.cancel(1)

    held = part.inode.unsynced.total
    assert listener.ends == [(1, held, Kind.CANCELLED, 0.03)]
    assert network.urls == []


def test_only_transfers_that_moved_are_told(network, clock, part):
    start(network, part)

    assert list(network.flush()) == []
    told = []
    while (due := network.deadline() or math.inf) < math.inf:
        clock.advance_to(due)
        network.advance(clock.now())
        told += network.flush()
    assert told == sorted(set(told))
    assert {transfer_id for transfer_id, _ in told} == {1}


def test_a_transfer_is_started_once(network, part):
    start(network, part)

    with pytest.raises(Violation, match="started twice"):
        start(network, part)


@pytest.mark.parametrize(("asked", "stop"), [(70_000, 70_000), (0, 65_536), (200_000, 100_000)])
def test_a_shortened_transfer_ends_well_where_it_said(network, clock, part, listener, asked, stop):
    start(network, part)
    while part.inode.unsynced.total == 0:
        clock.advance_to(network.deadline())
        network.advance(clock.now())
        list(network.flush())

    assert network.shorten(1, asked) == stop
    assert listener.ends == []
    run(network, clock)
    start(network, part, transfer_id=2)
    run(network, clock)
    cut = stop < RANGE.stop
    assert listener.ends == [(1, stop, None, 0.03), (2, 100_000, None, 0.03 if cut else 0.0)]
    assert network.shorten(1, asked) is None


def test_a_transfer_is_shortened_before_its_head_too(network, clock, part, listener):
    start(network, part)

    assert network.shorten(1, 70_000) == 70_000
    run(network, clock)
    assert listener.ends == [(1, 70_000, None, 0.03)]


def test_streams_of_a_host_share_one_connection(network, clock, part, listener, http2):
    for transfer_id in (1, 2, 3):
        start(network, part, transfer_id=transfer_id, shared=True, request=TLS)
    start(network, part, transfer_id=4, request=TLS)
    assert (len(network.urls), len(network.connections)) == (4, 2)
    run(network, clock)
    start(network, part, transfer_id=5, shared=True, request=TLS)
    run(network, clock)

    assert sorted(listener.spoken) == ["1.1", "2", "2", "2", "2"]
    assert [end[3] for end in sorted(listener.ends)] == [0.03, 0.03, 0.03, 0.03, 0.0]


def test_a_server_counts_streams_as_one_connection(network, clock, part, listener, http2):
    http2.connections_max, http2.calm_s = 1, 1e9
    for transfer_id in (1, 2):
        start(network, part, transfer_id=transfer_id, shared=True, request=TLS)
    start(network, part, transfer_id=3, request=TLS)
    run(network, clock)

    assert [end[2] for end in sorted(listener.ends)] == [None, None, Kind.THROTTLED]


def test_more_streams_than_a_connection_may_have_are_a_violation(network, part, http2):
    for transfer_id in range(STREAMS_MAX):
        start(network, part, transfer_id=transfer_id, shared=True, request=TLS)

    with pytest.raises(Violation, match="streams to"):
        start(network, part, transfer_id=STREAMS_MAX, shared=True, request=TLS)


def test_what_may_be_a_stream_and_is_none_has_a_connection(network, clock, part, listener):
    start(network, part, shared=True, request=TLS)
    start(network, part, transfer_id=2, shared=True, request=TLS)
    assert len(network.connections) == 2
    run(network, clock)

    assert listener.spoken == ["1.1", "1.1"]


def test_a_limit_is_obeyed(network, clock, part, listener):
    network.set_rate(1, 10_000)
    network.set_rate(None, 100_000)
    network.set_rate(1, 50_000)
    begun_s = clock.now()
    start(network, part)
    run(network, clock)
    assert clock.now() - begun_s >= 1

    network.set_rate(1, 0)
    assert [end[0] for end in listener.ends] == [1]
