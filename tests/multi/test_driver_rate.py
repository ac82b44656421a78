"""The driver's limits of speed, with real libcurl against a scripted server on loopback."""

import pytest

BODY = bytes(range(256)) * 64
MIB = 1 << 20


def test_a_rate_holds_for_all_transfers_together(make_net, server):
    net = make_net(max_bytes_per_sec=200_000)
    url = server.answer("/", server.reply("200 OK", BODY * 4))
    began_at = net.reactor.now
    for transfer_id in (1, 2):
        net.start(transfer_id, url)
    net.run()

    took_s = net.reactor.now - began_at
    assert took_s > 8 * len(BODY) / 200_000 * 0.6
    assert [net.ends[i].failure for i in (1, 2)] == [None, None]
    assert net.sink.bytes == BODY * 4


def test_a_rate_that_is_taken_off_lets_the_paused_go_on(make_net, server):
    net = make_net(max_bytes_per_sec=100)
    net.start(1, server.answer("/", server.reply("200 OK", BODY * 8)))
    net.run(until=lambda: net.moves)
    net.driver.set_rate(None, 0)
    net.run()

    assert (net.sink.bytes, net.ends[1].failure) == (BODY * 8, None)


class CountingSink:
    """Counts and drops."""

    total = 0

    def write_at(self, buffers, _):
        self.total += sum(map(len, buffers))


def measured(net, seconds):
    """Turn for so long; bytes per second."""
    began_at, before = net.reactor.now, net.sink.total
    while net.reactor.now < began_at + seconds:
        net.turn()
    return (net.sink.total - before) / (net.reactor.now - began_at)


def endless(net, server, *jobs):
    """A transfer for each of these jobs that goes on for longer than the test does."""
    url = server.answer("/", server.reply("200 OK", bytes(64 * MIB)))
    for transfer_id, job_id in enumerate(jobs, start=1):
        net.start(transfer_id, url, job_id=job_id)


@pytest.mark.parametrize("jobs", [(1,), (1,) * 8, tuple(range(12))])
def test_the_rate_is_what_was_asked_for(make_net, server, jobs):
    net = make_net(max_bytes_per_sec=4 * MIB)
    net.sink = CountingSink()
    endless(net, server, *jobs)
    measured(net, 0.2)

    assert measured(net, 1) == pytest.approx(4 * MIB, rel=0.06)


def test_each_job_gets_the_same_whatever_connections_it_has(make_net, server):
    net = make_net(max_bytes_per_sec=4 * MIB)
    net.sink = CountingSink()
    endless(net, server, 1, 2, 2, 2, 2, 2, 2)
    measured(net, 1.5)

    assert dict(net.moves)[1] == pytest.approx(net.sink.total / 2, rel=0.2)


def test_a_job_may_have_a_limit_of_its_own(make_net, server):
    net = make_net()
    net.sink = CountingSink()
    net.driver.set_rate(1, MIB)
    endless(net, server, 1, 1)
    measured(net, 0.2)
    assert measured(net, 1) == pytest.approx(MIB, rel=0.06)

    net.driver.set_rate(1, 3 * MIB)
    assert measured(net, 1) == pytest.approx(3 * MIB, rel=0.06)
