import os

import pytest

from ddm.multi.reactor import Reactor
from ddm.multi.wakeup import WakeUp


@pytest.fixture
def reactor(clock):
    reactor = Reactor(clock)
    yield reactor
    reactor.close()


@pytest.fixture
def wakeup(reactor):
    wakeup = WakeUp(reactor)
    yield wakeup
    wakeup.close()


def test_a_poke_ends_the_wait(reactor, wakeup):
    wakeup.poke()

    reactor.turn()  # would wait for ever


def test_a_byte_written_to_its_descriptor_ends_the_wait_as_a_signal_does(reactor, wakeup):
    os.write(wakeup.fileno_to_write(), b"\x02")

    reactor.turn()


def test_it_empties_itself(reactor, wakeup, clock):
    wakeup.poke()
    reactor.turn()

    assert not os.get_blocking(wakeup.fileno_to_write())
    with pytest.raises(BlockingIOError):
        wakeup._reading.recv(1)


def test_more_pokes_than_fit_are_no_error(wakeup):
    for _ in range(100_000):
        wakeup.poke()


def test_after_close_the_reactor_watches_nothing(reactor):
    wakeup = WakeUp(reactor)
    wakeup.close()
    wakeup.close()

    reactor.turn(0)
    assert reactor._watches == {}
