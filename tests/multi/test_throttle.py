"""The throttle with transfers by hand: each takes a block whenever it may, and as often as its server lets it."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.multi.rate import LATE_S, TICK_S
from ddm.multi.throttle import Throttle

BLOCK = 16_384
MIB = 1 << 20


@dataclass(eq=False)
class Flow:
    """A connection whose server sends `offered_bps`; inf is as much as it takes."""

    share: object
    offered_bps: float = float("inf")
    block: int = BLOCK
    taken: int = 0
    paused: bool = False

    def take(self, now):
        """Take what has come; wait if it may not. In one call no more than a turn of libcurl brings."""
        for _ in range(44 * BLOCK // self.block):
            if self.taken + self.block > self.offered_bps * now:
                return
            if not self.share.take(self.block):
                self.paused = True
                self.share.wait(self)
                return
            self.taken += self.block


class Bench:
    """A throttle, its flows, and a loop whose turns come when the test says."""

    def __init__(self, rate, jobs, **flow):
        self.throttle = Throttle(rate, 0.0)
        self.flows = {
            job_id: [Flow(self.throttle.join(job_id), **flow) for _ in range(connections)]
            for job_id, connections in jobs.items()
        }
        self.now = 0.0

    @property
    def all(self):
        return [flow for flows in self.flows.values() for flow in flows]

    def turn(self, now):
        self.now = now
        for flow in self.all:
            if not flow.paused:
                flow.take(now)
        for flow in self.throttle.pour(now):
            flow.paused = False
            flow.take(now)

    def run(self, until_s, turn_s=0.01):
        while self.now < until_s:
            self.turn(self.now + turn_s)

    def taken(self, job_id=None):
        flows = self.all if job_id is None else self.flows[job_id]
        return sum(flow.taken for flow in flows)


def test_without_a_limit_nobody_is_asked():
    throttle = Throttle(0, 0.0)
    share = throttle.join(1)

    assert not share.limited
    assert all(share.take(BLOCK) for _ in range(1000))
    assert (throttle.due_s, list(throttle.pour(99))) == (None, [])
    assert throttle.read_bytes(share) == float("inf")


@pytest.mark.parametrize("turn_s", [0.001, 0.01, 0.07, 0.12, 0.24])
@pytest.mark.parametrize("jobs", [{1: 1}, {1: 16}, dict.fromkeys(range(48), 1)])
@pytest.mark.parametrize("rate", [200_000, 5 * MIB])
def test_over_ten_seconds_the_rate_is_kept_within_three_percent(rate, jobs, turn_s):
    bench = Bench(rate, jobs, block=4096)
    bench.run(1, turn_s)
    began, before = bench.now, bench.taken()
    bench.run(began + 10, turn_s)

    assert (bench.taken() - before) / (bench.now - began) == pytest.approx(rate, rel=0.03)


def test_two_jobs_get_half_each_whatever_connections_they_have():
    bench = Bench(MIB, {1: 16, 2: 1})
    bench.run(10)

    assert bench.taken(1) == pytest.approx(bench.taken(2), rel=0.03)


def test_within_a_job_its_transfers_get_the_same():
    bench = Bench(MIB, {1: 4})
    bench.run(10)

    taken = [flow.taken for flow in bench.all]
    assert max(taken) <= min(taken) * 1.1


def test_what_a_job_cannot_use_goes_to_the_others():
    bench = Bench(MIB, {1: 1, 2: 1, 3: 1}, block=4096)
    bench.flows[1][0].offered_bps = 100_000
    bench.run(10)

    assert bench.taken(1) == pytest.approx(1_000_000, rel=0.03)
    assert bench.taken(2) == pytest.approx((10 * MIB - 1_000_000) / 2, rel=0.03)
    assert bench.taken(2) == pytest.approx(bench.taken(3), rel=0.03)


def test_a_job_with_a_limit_of_its_own_keeps_it_and_leaves_the_rest():
    bench = Bench(MIB, {1: 4, 2: 1}, block=4096)
    bench.throttle.set_rate(1, 100_000, 0.0)
    bench.run(10)

    assert bench.taken(1) == pytest.approx(1_000_000, rel=0.03)
    assert bench.taken() == pytest.approx(10 * MIB, rel=0.03)


def test_a_job_may_be_the_only_one_with_a_limit():
    bench = Bench(0, {1: 2, 2: 1})
    bench.throttle.set_rate(1, 100_000, 0.0)
    bench.run(10)

    assert bench.taken(1) == pytest.approx(1_000_000, rel=0.03)
    assert bench.taken(2) >= 44 * BLOCK * 1000


def test_a_limit_outlives_the_transfers_of_its_job():
    throttle = Throttle(0, 0.0)
    throttle.set_rate(1, 1000, 0.0)
    first = throttle.join(1)
    assert first.take(BLOCK)
    throttle.leave(first, object())

    assert not throttle.join(1).take(BLOCK)


def test_a_limit_that_is_taken_off_lets_all_go_on_at_once():
    bench = Bench(1000, {1: 2, 2: 1})
    bench.run(1)
    bench.throttle.set_rate(None, 0, bench.now)

    assert bench.throttle.due_s == bench.now
    assert len(list(bench.throttle.pour(bench.now))) == 3
    bench.run(2)
    assert (bench.throttle.due_s, bench.throttle.limited) == (None, False)


def test_a_limit_that_changes_holds_from_then_on():
    bench = Bench(MIB, {1: 4, 2: 4})
    bench.run(2)
    before = bench.taken()
    bench.throttle.set_rate(None, 4 * MIB, bench.now)
    bench.run(12)

    assert bench.taken() - before == pytest.approx(40 * MIB, rel=0.03)


def test_no_more_than_two_ticks_come_at_once_after_a_silence():
    bench = Bench(MIB, {1: 3}, block=1024)
    bench.run(5)
    for flow in bench.all:
        flow.offered_bps = 0.0
    bench.run(6)
    before = bench.taken()
    for flow in bench.all:
        flow.offered_bps = float("inf")
    bench.turn(60)
    bench.turn(60.001)

    assert bench.taken() - before <= 2 * MIB * TICK_S + 2 * 1024


def test_nobody_ticks_where_nobody_waits():
    bench = Bench(MIB, {1: 1}, offered_bps=10_000)
    bench.run(5)

    assert bench.throttle.due_s is None


@pytest.mark.parametrize("rate", [0, 1000])
def test_what_is_shut_gives_nothing_until_it_is_open_again(rate):
    throttle, shut = Throttle(rate, 0.0), True
    throttle.shut = lambda: shut
    share = throttle.join(1)
    assert (share.limited, share.open, share.take(BLOCK)) == (True, False, False)
    share.wait("it")
    assert list(throttle.pour(1)) == []

    shut = False
    assert list(throttle.pour(2)) == ["it"]
    assert (share.limited, share.take(BLOCK)) == (rate > 0, True)


def test_who_leaves_waits_no_more():
    throttle = Throttle(1000, 0.0)
    share, same = throttle.join(1), throttle.join(1)
    share.take(BLOCK)
    share.wait("it")
    throttle.leave(share, "it")

    assert share is same
    assert list(throttle.pour(60)) == []


@pytest.mark.parametrize(
    ("total", "own", "read"),
    [(100, 0, 4096), (8 * MIB, 0, MIB * TICK_S * 4), (8 * MIB, MIB, MIB * TICK_S)],
)
def test_what_is_read_at_once_is_a_tick_of_its_rate(total, own, read):
    throttle = Throttle(total, 0.0)
    throttle.set_rate(1, own, 0.0)
    share = throttle.join(1)
    throttle.join(2)

    assert throttle.read_bytes(share) == read


@settings(max_examples=60, deadline=None)
@given(
    rate=st.integers(10_000, 50_000_000),
    connections=st.lists(st.integers(1, 4), min_size=1, max_size=6),
    gaps_s=st.lists(st.floats(0.001, 0.5), min_size=1, max_size=40),
    blocks_per_s=st.floats(10, 1000),
)
def test_over_no_window_comes_more_than_the_rate_two_late_ticks_and_a_block_of_each(
    rate, connections, gaps_s, blocks_per_s
):
    block = int(rate / blocks_per_s) + 1
    bench = Bench(rate, dict(enumerate(connections)), block=block)
    sums = [(0.0, 0)]
    for gap_s in gaps_s:
        bench.turn(bench.now + gap_s)
        sums.append((bench.now, bench.taken()))

    # Each job may go into debt by a block, and their bucket too. Where turns are so late that libcurl does not use up
    # what one of them brings, the next has that as well as its own.
    most = rate * 2 * (LATE_S + TICK_S) + (len(connections) + 1) * block
    # What came in a turn came at its end.
    for place, (_, before) in enumerate(sums[:-1]):
        began_s = sums[place + 1][0]
        for ended_s, taken in sums[place + 1 :]:
            assert taken - before <= rate * (ended_s - began_s) + most
