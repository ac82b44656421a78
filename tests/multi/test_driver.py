"""The driver with real libcurl against a scripted server on loopback."""

import errno
import socket
import threading

import pytest

from ddm.failures import Kind
from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.limits import PROGRESS_INTERVAL_S
from ddm.spec import Route

BODY = bytes(range(256)) * 64


def test_a_range_goes_to_its_offset(net, server):
    url = server.answer("/", server.part(1000, BODY, 100_000))
    net.start(1, url, (1000, 1000 + len(BODY)))
    net.run()

    assert net.sink.bytes[1000:] == BODY
    assert (net.ends[1].position, net.ends[1].failure) == (1000 + len(BODY), None)
    assert net.ends[1].connect_s > 0


def test_exactly_the_fields_of_the_request_are_sent(net, server):
    url = server.answer("/a/../b?x=%2e", server.reply("200 OK"))
    net.start(1, url, fields=(("User-Agent", "ddm/1"), ("X-Empty", "")))
    net.run()

    assert server.requests == [
        ["GET /a/../b?x=%2e HTTP/1.1", f"Host: 127.0.0.1:{server.port}", "User-Agent: ddm/1", "X-Empty:"]
    ]  # fmt: skip


def test_the_next_transfer_uses_the_connection_again(net, server):
    url = server.answer("/", server.reply("200 OK", BODY))
    net.start(1, url)
    net.run()
    net.start(2, url)
    net.run()

    assert server.connections == 1
    assert net.ends[2].connect_s == 0


def test_a_short_error_page_is_thrown_away_and_the_connection_kept(net, server):
    net.start(1, server.answer("/404", server.reply("404 Not Found", b"x" * 1000)))
    net.run()
    net.start(2, server.answer("/", server.reply("200 OK")))
    net.run()

    assert (net.ends[1].failure.kind, net.ends[1].position) == (Kind.NOT_FOUND, 0)
    assert (net.ends[2].failure, net.sink.writes) == (None, [])
    assert server.connections == 1


def test_a_range_that_is_ignored_is_never_written(net, server):
    net.start(1, server.answer("/", server.reply("200 OK", BODY)), (100, 200))
    net.run()

    assert net.ends[1].failure.kind is Kind.RANGE_IGNORED
    assert (net.sink.writes, net.ends[1].position) == ([], 100)


def test_a_body_cut_short_keeps_what_came(net, server):
    cut = server.part(0, BODY, 100_000)[:-6]
    net.start(1, server.answer("/", cut, server.CLOSE), (0, len(BODY)))
    net.run()

    assert (net.ends[1].failure.kind, net.ends[1].position) == (Kind.BROKEN, len(BODY) - 6)
    assert net.sink.bytes == BODY[:-6]


def test_a_refused_connection_names_the_server_and_the_reason(net):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        port = deaf.getsockname()[1]
        net.start(1, f"http://127.0.0.1:{port}/")
        net.run()

    expected = f"could not connect to 127.0.0.1 port {port}: Connection refused"
    assert (net.ends[1].failure.kind, net.ends[1].failure.message) == (Kind.UNREACHABLE, expected)
    assert net.ends[1].connect_s is None


@pytest.mark.parametrize("shared", [False, True])
def test_a_name_leads_where_it_is_said(net, server, shared):
    url = server.answer("/", server.reply("200 OK", BODY)).replace("127.0.0.1", "name.test")
    known = Addresses("name.test", server.port, ("127.0.0.1",))
    net.start(1, url, shared=shared, addresses=(known,))
    net.run()

    assert net.ends[1].failure is None


def test_a_name_that_was_forgotten_is_refused_not_looked_up(net):
    net.start(1, "http://name.test/", addresses=(Addresses("other.test", 80, ("127.0.0.1",)),))
    net.run()

    failure = net.ends[1].failure
    assert failure.kind is Kind.INTERNAL
    assert failure.message == "a bug in DDM: libcurl wanted to look up name.test by itself"


def test_an_asking_transfer_waits_for_proceed(net, server):
    net.start(1, server.answer("/", server.part(0, BODY, 100_000)), (0, len(BODY)), ask=True)
    net.run(until=lambda: net.heads)
    assert (net.heads[1].stop, net.sink.writes, net.ends) == (len(BODY), [], {})

    net.driver.proceed(1, net.sink, 0, len(BODY))
    assert net.ends == {}  # never told from within
    net.run()

    assert (net.sink.bytes, net.ends[1].failure) == (BODY, None)


def test_a_head_may_be_answered_at_once(net, server):
    net.react = lambda transfer_id, offer: net.driver.proceed(transfer_id, net.sink, 0, offer.stop)
    net.start(1, server.answer("/", server.reply("200 OK", BODY)), ask=True)
    net.run()

    assert (net.sink.bytes, net.ends[1].failure) == (BODY, None)


def test_a_head_without_a_body_is_told_before_its_end(net, server):
    order = []
    net.react = lambda *_: order.append(dict(net.ends))
    net.start(1, server.answer("/", server.reply("200 OK")), (0, 100), ask=True)
    net.run()
    net.driver.proceed(1, net.sink, 0, 0)

    assert (order, net.ends[1].failure, net.ends[1].position) == ([{}], None, 0)


def test_a_full_disk_at_proceed_is_told_in_a_later_turn(net, server):
    net.start(1, server.answer("/", server.reply("200 OK", BODY)), ask=True)
    net.run(until=lambda: net.heads)
    net.sink.refuses = OSError(errno.ENOSPC, "No space left on device", "f.part")
    net.driver.proceed(1, net.sink, 0, len(BODY))
    assert net.ends == {}
    net.run()

    assert net.ends[1].failure.kind is Kind.DISK_FULL


def test_a_full_disk_at_flush_ends_the_transfer(net, server, gate):
    net.start(1, server.answer("/", server.reply("200 OK", BODY)[:-1], gate))
    net.sink.refuses = OSError(errno.ENOSPC, "No space left on device", "f.part")
    net.run()

    assert net.ends[1].failure.kind is Kind.DISK_FULL


def test_cancel_writes_what_came_and_tells_the_end_at_once(net, server, gate):
    net.start(1, server.answer("/", server.reply("200 OK", BODY)[:-1], gate))
    net.run(until=lambda: net.moves)
    net.driver.cancel(1)

    assert net.ends[1].failure.kind is Kind.CANCELLED
    assert net.ends[1].position == len(net.sink.bytes) > 0
    net.driver.cancel(1)
    net.turn()


def test_cancel_before_the_first_turn_tells_the_end_at_once(net, server):
    net.start(1, server.answer("/", server.reply("200 OK")), (5, 10))
    net.driver.cancel(1)
    net.turn()

    assert (net.ends[1].position, net.ends[1].failure.kind) == (5, Kind.CANCELLED)
    assert server.requests == []


def test_where_all_of_a_turn_is_used_up_one_transfer_begins_and_the_others_follow(make_net, server):
    net = make_net(turn_budget_s=0.0)
    url = server.answer("/", server.reply("200 OK", BODY))
    for number in range(5):
        net.start(number, url)
    net.turn()
    assert len(net.driver._starts._waiting) == 4
    assert net.reactor.deadline() == net.reactor.now
    net.driver.cancel(4)
    assert net.ends[4].failure.kind is Kind.CANCELLED
    net.run()

    assert [net.ends[number].failure for number in range(4)] == [None] * 4
    assert (len(server.requests), bytes(net.sink.bytes)) == (4, BODY)


def test_where_turns_have_no_time_at_all_every_body_is_brought_block_by_block(make_net, server):
    net = make_net(turn_budget_s=0.0)
    whole = BODY * 2000
    url = server.answer("/", server.reply("200 OK", whole))
    for number in range(3):
        net.start(number, url)
    net.run()

    assert [net.ends[number].failure for number in range(3)] == [None] * 3
    assert net.sink.bytes == whole
    assert not net.driver._budget.waiting


def test_one_that_waits_for_its_turn_can_be_cancelled(make_net, server):
    net = make_net(turn_budget_s=0.0)
    net.start(1, server.answer("/", server.reply("200 OK", BODY * 2000)))
    net.run(until=lambda: net.driver._budget.waiting)
    net.driver.cancel(1)
    net.turn()

    assert net.ends[1].position == len(net.sink.bytes)
    assert not net.driver._budget.waiting


def test_what_libcurl_refuses_to_start_is_told_in_the_next_turn(net):
    net.driver.start(
        1,
        Request("http://\0/", ()),
        Expectation(None),
        None,
        job_id=1,
        receive_buffer_bytes=65_536,
        route=Route(),
        shared=False,
        addresses=(),
    )
    assert net.ends == {}
    assert net.reactor.deadline() == net.reactor.now
    net.turn()

    assert (net.ends[1].failure.kind, net.ends[1].connect_s) == (Kind.INTERNAL, None)


def test_progress_is_told_rarely_and_the_last_of_it_always(net, server, gate):
    reply = server.reply("200 OK", BODY)
    half = len(reply) // 2
    net.start(1, server.answer("/", reply[:half], reply[half:-1], gate))
    net.run(until=lambda: net.moves and net.moves[-1] == (1, len(BODY) - 1))

    assert sorted(set(net.moves)) == net.moves
    assert net.reactor.deadline() is None or net.reactor.deadline() > net.reactor.now


def test_a_position_is_told_at_most_once_per_interval(net, server, gate):
    reply = server.reply("200 OK", BODY)
    held = threading.Event()
    net.start(1, server.answer("/", reply[:-10], gate, reply[-10:-1], held))
    net.run(until=lambda: net.moves)
    told_at = net.reactor.now
    gate.set()
    net.run(until=lambda: len(net.moves) > 1)
    held.set()

    assert net.reactor.now - told_at >= PROGRESS_INTERVAL_S


def test_an_interrupt_comes_out_of_the_turn_and_spares_the_others(net, server, gate):
    net.start(1, server.answer("/", server.reply("200 OK", BODY)), ask=True)
    net.start(2, server.answer("/held", gate, server.reply("200 OK", b"whole")))
    net.run(until=lambda: net.heads)
    interrupted = type(net.sink)()
    interrupted.refuses = KeyboardInterrupt()
    net.driver.proceed(1, interrupted, 0, len(BODY))

    with pytest.raises(KeyboardInterrupt):
        net.turn()
    gate.set()
    net.run()

    assert net.ends[1].failure.kind is Kind.CANCELLED
    assert (net.sink.bytes, net.ends[2].failure) == (b"whole", None)


def test_bodies_wait_while_the_sinks_are_full(make_net, server):
    net = make_net()
    limit = 4 * len(BODY)
    net.driver.wait_while(lambda: len(net.sink.bytes) >= limit)
    net.start(1, server.answer("/", server.reply("200 OK", BODY * 4000)))
    net.run(until=lambda: len(net.sink.bytes) >= limit)
    for _ in range(20):
        net.reactor.turn(0.01)
    held = len(net.sink.bytes)
    assert limit <= held < limit + (1 << 20)

    net.driver.wait_while(lambda: False)
    net.run()
    assert (net.sink.bytes == BODY * 4000, net.ends[1].failure) == (True, None)


def test_close_drops_everything_without_a_word(net, server, gate):
    net.start(1, server.answer("/", gate))
    net.run(until=lambda: server.requests)
    net.driver.close()
    net.driver.close()

    assert (net.ends, net.reactor.deadline(), net.reactor._watches) == ({}, None, {})
