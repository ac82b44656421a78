import socket

import pycurl
import pytest

from ddm.multi.curl import new_easy
from ddm.multi.guarded import Interrupt
from ddm.multi.multi_handle import MultiHandle
from ddm.multi.reactor import Reactor


@pytest.fixture
def reactor(clock):
    reactor = Reactor(clock)
    yield reactor
    reactor.close()


@pytest.fixture
def handle(reactor):
    handle = MultiHandle(reactor, (), Interrupt())
    yield handle
    handle.close()


@pytest.fixture
def easy():
    with new_easy() as easy:
        easy.setopt(pycurl.URL, "ftp://127.0.0.1/")
        easy.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP)
        yield easy


def test_a_transfer_put_on_wants_the_timer_at_once(handle, easy):
    handle.add(easy)
    assert handle.timer_at == 100.0
    handle.remove(easy)


def test_a_result_is_brought_with_libcurls_words(handle, easy):
    handle.add(easy)
    handle.run_timer(100.0)

    [(ended, ending)] = handle.results()
    assert (ended, ending.code, ending.connected) == (easy, 1, False)
    handle.remove(easy)


def test_the_timer_is_not_run_before_its_time(handle, easy):
    handle.add(easy)
    handle.run_timer(99.9)

    assert (handle.timer_at, list(handle.results())) == (100.0, [])
    handle.remove(easy)


def test_notes_of_libcurl_watch_and_unwatch_a_descriptor(handle, reactor):
    with socket.socket() as unconnected:
        fd = unconnected.fileno()
        handle._on_socket(pycurl.POLL_INOUT, fd)
        assert set(reactor._watches) == {fd}
        handle._on_socket(pycurl.POLL_REMOVE, fd)

    assert reactor._watches == {}


def test_closing_takes_its_descriptors_off_the_reactor(reactor, server, clock):
    handle = MultiHandle(reactor, (), Interrupt())
    with new_easy() as easy:
        easy.setopt(pycurl.URL, server.answer("/", server.CLOSE))
        handle.add(easy)
        handle.run_timer(clock.now())
        assert reactor._watches
        handle.remove(easy)
        handle.close()

    assert (reactor._watches, handle.timer_at) == ({}, None)
