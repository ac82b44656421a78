"""Transfers that are made to end earlier than asked, on real libcurl."""

import pytest

from ddm.failures import Kind

BODY = bytes(range(256)) * 64  # 16 KiB
SIZE = len(BODY)


@pytest.fixture
def half(net, server, gate):
    """Transfer 1, of which half has come; the rest waits for the gate."""
    there = server.part(0, BODY, SIZE)
    net.start(1, server.answer("/", there[: -SIZE // 2], gate, there[-SIZE // 2 :]), (0, SIZE))
    net.run(until=lambda: len(net.sink.bytes) == SIZE // 2)
    return net


def test_it_ends_well_at_its_new_stop_and_its_connection_is_lost(half, server, gate):
    stop = SIZE - 1000
    assert half.driver.shorten(1, stop) == stop
    gate.set()
    half.run()
    half.start(2, server.answer("/", server.reply("200 OK")))
    half.run()

    assert (half.ends[1].position, half.ends[1].failure) == (stop, None)
    assert half.sink.bytes == BODY[:stop]
    assert server.connections == 2


def test_what_is_past_its_new_stop_already_ends_in_a_later_turn(half):
    assert half.driver.shorten(1, 10) == SIZE // 2
    assert half.ends == {}
    half.run()

    assert (half.ends[1].position, half.ends[1].failure) == (SIZE // 2, None)


def test_it_never_ends_later_than_asked_and_then_keeps_its_connection(half, server, gate):
    assert half.driver.shorten(1, 2 * SIZE) == SIZE
    gate.set()
    half.run()
    half.start(2, server.answer("/", server.reply("200 OK")))
    half.run()

    assert (half.ends[1].position, half.ends[1].failure) == (SIZE, None)
    assert server.connections == 1


def test_a_stop_before_its_first_byte_is_an_end_without_a_byte(net, server, gate):
    net.start(1, server.answer("/", gate), (100, 200))
    net.turn()

    assert net.driver.shorten(1, 50) == 100
    net.run()
    assert (net.ends[1].position, net.ends[1].failure) == (100, None)


def test_one_that_has_not_begun_can_be_shortened_too(net, server):
    body = BODY[100:200]
    net.start(1, server.answer("/", server.part(100, body, SIZE)), (100, 200))
    net.start(2, "http://127.0.0.1:1/", (100, 200))
    assert (net.driver.shorten(1, 150), net.driver.shorten(2, 100)) == (150, 100)
    assert net.ends == {}
    net.run()

    assert [(end.position, end.failure) for end in (net.ends[1], net.ends[2])] == [
        (150, None),
        (100, None),
    ]


def test_one_that_waits_for_the_bucket_ends_there(make_net, server):
    net = make_net(max_bytes_per_sec=SIZE)
    net.start(1, server.answer("/", server.part(0, BODY * 8, 8 * SIZE)), (0, 8 * SIZE))
    net.run(until=lambda: net.moves)
    stop = net.driver.shorten(1, SIZE * 2 - 7)
    net.driver.set_rate(None, 0)
    net.run()

    assert (net.ends[1].position, net.ends[1].failure) == (stop, None)
    assert net.sink.bytes == (BODY * 8)[:stop]


def test_one_that_breaks_before_its_new_stop_is_broken(net, server, gate):
    there = server.part(0, BODY, SIZE)
    net.start(1, server.answer("/", there[: -SIZE // 2], gate, server.RESET), (0, SIZE))
    net.run(until=lambda: net.sink.bytes)
    net.driver.shorten(1, SIZE - 1)
    gate.set()
    net.run()

    assert net.ends[1].failure.kind is Kind.BROKEN


def test_one_that_is_over_or_unknown_has_no_stop_any_more(net, server):
    net.start(1, server.answer("/", server.reply("200 OK", BODY)))
    net.run()

    assert (net.driver.shorten(1, 5), net.driver.shorten(2, 5)) == (None, None)
