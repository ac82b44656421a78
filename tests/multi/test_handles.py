"""Connections that are shared and connections of a transfer's own, with real libcurl against a scripted server."""

import pycurl
import pytest

from ddm.failures import Kind
from ddm.limits import STREAMS_MAX
from ddm.multi.guarded import Interrupt, guarded_note
from ddm.multi.handles import Handles, own_connections, shared_connections
from ddm.spec import Route
from tests.multi import streams
from tests.multi.streams import StreamServer, body, close, go_away, head, part, reset, whole

BODY = bytes(range(256)) * 64
CALM, REFUSED, CANCEL, OLD = 0xB, 0x7, 0x8, 0xD
TRUSTING = Route(insecure=True)
BEGUN = (head(200, ("content-length", "100")), body(b"x" * 50, end=False))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    return streams.make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def make_server(context):
    made = []

    def make(*scripts, **more):
        made.append(StreamServer(context, scripts, **more))
        return made[-1]

    yield make
    for server in made:
        server.close()


def start(net, server, *transfer_ids, shared=True, ask=False, asked=None):
    for transfer_id in transfer_ids:
        net.start(transfer_id, server.url, asked, shared=shared, ask=ask, route=TRUSTING)


def warm(net, server):
    """One request, so that there is a connection."""
    start(net, server, 0)
    net.run()


def test_a_hundred_requests_at_once_have_one_connection(net, make_server):
    server = make_server(whole(BODY))
    start(net, server, *range(STREAMS_MAX))
    net.run()

    assert server.connections == 1
    assert {(e.position, e.failure, e.http_version) for e in net.ends.values()} == {
        (len(BODY), None, "2")
    }


def test_what_is_more_than_the_connection_bears_waits_for_it(net, make_server):
    server = make_server(whole(BODY))
    start(net, server, *range(STREAMS_MAX + 50))
    net.run()

    assert server.connections == 1


def test_the_next_one_finds_the_connection_open(net, make_server):
    server = make_server(whole(BODY))
    warm(net, server)
    start(net, server, 1)
    net.run()

    assert (server.connections, net.ends[1].connect_s) == (1, 0)


def test_a_transfer_of_its_own_never_rides_on_a_shared_connection(net, make_server):
    server = make_server(whole(BODY))
    warm(net, server)
    start(net, server, 1, 2, 3, shared=False)
    net.run()

    assert [net.ends[n].http_version for n in range(4)] == ["2", "1.1", "1.1", "1.1"]
    assert server.connections == 4


def test_idle_connections_of_segments_are_not_taken_for_streams(net, make_server):
    server = make_server(whole(BODY))
    start(net, server, 1, 2, 3, shared=False)
    net.run()
    start(net, server, *range(4, 20))
    net.run()

    assert {net.ends[n].http_version for n in range(4, 20)} == {"2"}
    assert server.connections == 4


def test_a_server_that_falls_back_gets_one_connection_all_the_same(net, make_server):
    server = make_server(whole(BODY), protocols=("http/1.1",))
    start(net, server, *range(30))
    net.run()

    assert {end.http_version for end in net.ends.values()} == {"1.1"}
    assert (server.connections, server.open_max) == (1, 1)


def test_giving_up_one_leaves_the_others_and_the_connection(net, make_server):
    server = make_server(BEGUN, whole(BODY))
    start(net, server, 1)
    net.run(until=lambda: net.sink.bytes)
    start(net, server, 2)
    net.driver.cancel(1)
    net.run()
    start(net, server, 3)
    net.run()

    assert (net.ends[1].failure.kind, net.ends[1].position) == (Kind.CANCELLED, 50)
    assert [net.ends[n].failure for n in (2, 3)] == [None, None]
    assert server.connections == 1


def test_a_body_that_waits_does_not_hold_up_the_others(net, make_server):
    server = make_server(part(0, BODY, 100_000), whole(BODY))
    start(net, server, 1, ask=True, asked=(0, len(BODY)))
    net.run(until=lambda: net.heads)
    start(net, server, 2, 3)
    net.run(until=lambda: {2, 3} <= set(net.ends))
    assert (net.spoken[1], 1 in net.ends) == ("2", False)

    net.driver.proceed(1, net.sink, 0, len(BODY))
    net.run()
    assert (net.ends[1].position, net.ends[1].failure) == (len(BODY), None)


def test_answers_that_come_in_one_piece_are_all_read(net, make_server):
    def both(stream):
        return b"".join(step(each) for each in (stream - 2, stream) for step in whole(BODY))

    server = make_server(part(0, BODY, 100_000), (), (both,))
    start(net, server, 1, ask=True, asked=(0, len(BODY)))
    net.run(until=lambda: net.heads)
    start(net, server, 2)
    net.turn()
    start(net, server, 3)
    net.run(until=lambda: {2, 3} <= set(net.ends))

    assert [net.ends[number].position for number in (2, 3)] == [len(BODY)] * 2


def test_streams_drink_from_the_bucket_and_end_whole(make_net, make_server):
    net = make_net(max_bytes_per_sec=1_000_000)
    server = make_server(whole(BODY))
    start(net, server, *range(12))
    net.run()

    assert {(e.position, e.failure) for e in net.ends.values()} == {(len(BODY), None)}
    assert server.connections == 1


@pytest.mark.parametrize(
    ("script", "kind", "position"),
    [
        ((reset(CANCEL),), Kind.BROKEN, 0),
        ((*BEGUN, reset(CANCEL)), Kind.BROKEN, 50),
        ((*BEGUN, reset(REFUSED)), Kind.BROKEN, 50),
        ((*BEGUN, reset(0)), Kind.BROKEN, 50),
        ((*BEGUN, go_away(0, last=0)), Kind.BROKEN, 50),
        ((reset(CALM),), Kind.THROTTLED, 0),
        ((go_away(CALM, last=0),), Kind.THROTTLED, 0),
        # libcurl asks again over HTTP/1.1; what it brings then is not appended.
        ((*BEGUN, reset(OLD)), Kind.BAD_RESPONSE, 50),
    ],
)
def test_a_stream_that_ends_early_is_the_failure_that_it_is(
    net, make_server, script, kind, position
):
    server = make_server(script, whole(BODY))
    start(net, server, 1)
    net.run()

    assert (net.ends[1].failure.kind, net.ends[1].position) == (kind, position)
    start(net, server, 2)
    net.run()
    assert net.ends[2].failure is None


@pytest.mark.parametrize("script", [(reset(REFUSED),), (go_away(0, last=0),), (reset(OLD),)])
def test_a_request_that_was_not_looked_at_is_sent_again_by_libcurl(net, make_server, script):
    server = make_server(script, whole(BODY))
    start(net, server, 1)
    net.run()

    assert net.ends[1].failure is None
    assert server.connections == 2


def test_a_connection_that_is_closed_breaks_its_streams_and_the_next_is_another(net, make_server):
    server = make_server(BEGUN, BEGUN, (close,), whole(BODY))
    start(net, server, 1, 2)
    net.run(until=lambda: {(1, 50), (2, 50)} <= set(net.moves))
    start(net, server, 3)
    net.run(until=lambda: {1, 2} <= set(net.ends))
    start(net, server, 4)
    net.run()

    assert {net.ends[n].failure.kind for n in (1, 2)} == {Kind.BROKEN}
    assert net.ends[4].failure is None  # and the third, where libcurl sent it again
    assert server.connections == 2


def test_libcurl_takes_every_option():
    with pycurl.CurlMulti() as multi:
        for option, value in (*own_connections(64), *shared_connections(64)):
            multi.setopt(option, value)


def test_only_what_is_shared_is_bound_to_one_connection_for_a_host():
    # Behind an http proxy libcurl takes the proxy for the host of all.
    assert pycurl.M_MAX_HOST_CONNECTIONS not in dict(own_connections(64))
    assert dict(shared_connections(64))[pycurl.M_MAX_HOST_CONNECTIONS] == 1
    assert dict(own_connections(64))[pycurl.M_PIPELINING] == pycurl.PIPE_NOTHING


def test_what_is_raised_in_either_is_kept_once(net):
    interrupt = Interrupt()
    handles = Handles(net.reactor, 4, interrupt)
    note = (pycurl.POLL_IN, 999_999)
    for each in (handles._own, handles._shared):
        guarded_note(each._on_socket, interrupt.keep)(*note, None, None)

    with pytest.raises(OSError, match="descriptor"):
        interrupt.check()
    interrupt.check()
    handles.close()
