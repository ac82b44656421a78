import contextlib
import os
import select
import socket

import pytest

from ddm.limits import TURN_BUDGET_S
from ddm.multi.clock import MonotonicClock
from ddm.multi.reactor import Reactor


class Worker:
    """A member that remembers when it ran."""

    def __init__(self, due=None, then=None):
        self.due = due
        self.then = then
        self.ran_at = []

    def deadline(self):
        return self.due

    def run(self, now):
        self.ran_at.append(now)
        if self.then is not None:
            self.then()


@pytest.fixture
def reactor(clock):
    reactor = Reactor(clock)
    yield reactor
    reactor.close()


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    yield one, other
    one.close()
    other.close()


@pytest.fixture
def ready_pairs():
    """Three sockets that are readable."""
    with contextlib.ExitStack() as stack:
        pairs = [socket.socketpair() for _ in range(3)]
        for one, other in pairs:
            stack.enter_context(one)
            stack.enter_context(other)
            other.send(b"x")
        yield [one for one, _ in pairs]


def test_a_readable_descriptor_is_called_back(reactor, pair):
    seen = []
    reactor.watch(pair[0].fileno(), read=True, write=False, callback=lambda *e: seen.append(e))
    pair[1].send(b"x")

    reactor.turn()

    assert seen == [(pair[0].fileno(), True, False)]


def test_a_writable_descriptor_is_called_back(reactor, pair):
    seen = []
    reactor.watch(pair[0].fileno(), read=True, write=True, callback=lambda *e: seen.append(e))

    reactor.turn()

    assert seen == [(pair[0].fileno(), False, True)]


def test_a_new_watch_replaces_the_old_one(reactor, pair):
    seen = []
    fd = pair[0].fileno()
    reactor.watch(fd, read=False, write=True, callback=lambda *e: seen.append("old"))
    reactor.watch(fd, read=True, write=False, callback=lambda *e: seen.append("new"))

    reactor.turn(0)
    pair[1].send(b"x")
    reactor.turn()

    assert seen == ["new"]


def test_a_watch_for_nothing_is_none(reactor, pair):
    reactor.watch(pair[0].fileno(), read=False, write=False, callback=print)
    pair[1].send(b"x")

    reactor.turn(0)

    assert reactor._watches == {}


def test_who_was_unwatched_in_the_same_batch_is_not_called(reactor, ready_pairs):
    seen = []

    def first_takes_all(fd, _readable, _writable):
        seen.append(fd)
        for one in ready_pairs:
            reactor.unwatch(one.fileno())

    for one in ready_pairs:
        reactor.watch(one.fileno(), read=True, write=False, callback=first_takes_all)
    reactor.turn()

    assert len(seen) == 1


def test_who_was_watched_anew_in_the_same_batch_is_called_in_the_next_turn(reactor, ready_pairs):
    seen = []

    def again(fd, _readable, _writable):
        seen.append(fd)
        for one in ready_pairs:
            reactor.watch(one.fileno(), read=True, write=False, callback=lambda *_: None)

    for one in ready_pairs:
        reactor.watch(one.fileno(), read=True, write=False, callback=again)
    reactor.turn()

    assert len(seen) == 1


def test_a_descriptor_closed_behind_its_back_can_be_unwatched(reactor, pair):
    fd = pair[0].fileno()
    reactor.watch(fd, read=True, write=False, callback=print)
    pair[0].close()

    reactor.unwatch(fd)
    reactor.unwatch(fd)


def test_a_descriptor_closed_and_opened_again_behind_its_back_can_be_watched(reactor, pair):
    seen = []
    fd = pair[0].fileno()
    reactor.watch(fd, read=True, write=False, callback=print)
    pair[0].close()
    with socket.socket() as reopened:
        assert reopened.fileno() == fd
        reactor.watch(fd, read=True, write=True, callback=lambda *e: seen.append(e[0]))
        reactor.turn()
        reactor.unwatch(fd)

    assert seen == [fd]


def test_members_run_once_in_every_turn_at_the_same_moment(reactor, clock):
    one, other = Worker(), Worker()
    reactor.join(one)
    reactor.join(other)

    reactor.turn(0)
    clock.now_s = 101.0
    reactor.turn(0)

    assert one.ran_at == other.ran_at == [100.0, 101.0]
    assert reactor.now == 101.0


def test_members_run_after_the_ready_descriptors(reactor, pair):
    order = []
    reactor.join(Worker(then=lambda: order.append("member")))
    reactor.watch(pair[0].fileno(), read=False, write=True, callback=lambda *_: order.append("fd"))

    reactor.turn()

    assert order == ["fd", "member"]


def test_a_member_that_was_made_to_leave_in_a_turn_does_not_run_in_it(reactor):
    victim = Worker()
    reactor.join(Worker(then=lambda: reactor.leave(victim)))
    reactor.join(victim)

    reactor.turn(0)
    reactor.leave(victim)

    assert victim.ran_at == []


def test_its_deadline_is_the_earliest_of_its_members(reactor):
    assert reactor.deadline() is None
    for due in (None, 107.0, 105.0):
        reactor.join(Worker(due))

    assert reactor.deadline() == 105.0


def test_a_deadline_that_has_passed_does_not_wait(reactor):
    worker = Worker(due=99.0)
    reactor.join(worker)

    reactor.turn()

    assert worker.ran_at == [100.0]


def test_a_deadline_ends_the_wait_and_is_met_in_that_turn():
    clock = MonotonicClock()
    reactor = Reactor(clock)
    worker = Worker(due=clock.now() + 0.0105)
    reactor.join(worker)

    reactor.turn()

    assert worker.ran_at[0] >= worker.due
    reactor.close()


def test_its_own_descriptor_is_readable_when_there_is_something_to_do(reactor, pair):
    reactor.watch(pair[0].fileno(), read=True, write=False, callback=lambda *_: os.read(_[0], 1))
    assert select.select([reactor.fileno()], [], [], 0)[0] == []

    pair[1].send(b"x")
    assert select.select([reactor.fileno()], [], [], 0)[0] == [reactor.fileno()]

    reactor.turn()
    assert select.select([reactor.fileno()], [], [], 0)[0] == []


def test_a_turn_that_has_lasted_long_leaves_the_rest_to_the_next_so_that_all_have_their_turn(
    reactor, ready_pairs, clock
):
    seen = []

    def slowly(fd, _readable, _writable):
        seen.append(fd)
        clock.now_s += 2 * TURN_BUDGET_S

    for one in ready_pairs:
        reactor.watch(one.fileno(), read=True, write=False, callback=slowly)
    for _ in range(6):
        reactor.turn()

    assert sorted(seen[:3]) == sorted(one.fileno() for one in ready_pairs)
    assert seen[3:] == seen[:3]


def test_a_turn_that_comes_after_the_moment_it_was_asked_for_is_late(reactor, clock):
    reactor.join(Worker(due=101.0))
    assert reactor.due() == 101.0
    clock.now_s = 101.3
    reactor.turn(0)

    late = reactor.turns.figures().late
    assert (late.count, late.latest.late_s) == (1, pytest.approx(0.3))


def test_where_it_waits_itself_no_turn_is_late(reactor, clock):
    reactor.join(Worker(due=101.0))
    reactor.due()
    clock.now_s = 101.3
    reactor.turn(0.001)
    reactor.deadline()
    clock.now_s = 102.0
    reactor.turn(0)

    assert reactor.turns.figures().late.count == 0


def test_all_that_is_watched_is_known_and_its_own_descriptor(reactor, pair):
    reactor.watch(pair[0].fileno(), read=True, write=False, callback=print)

    assert set(reactor.descriptors()) == {reactor.fileno(), pair[0].fileno()}


def test_a_turn_that_was_broken_off_stays_known(reactor):
    turning = []

    def fail():
        turning.append(reactor.turning)
        raise KeyboardInterrupt

    reactor.turn(0)
    assert not reactor.turning
    reactor.join(Worker(then=fail))
    with pytest.raises(KeyboardInterrupt):
        reactor.turn(0)
    assert turning == [True]
    assert reactor.turning
