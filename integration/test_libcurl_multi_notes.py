"""What DDM relies on in libcurl's multi interface and in pycurl, each fact a test.

A new version of either that breaks one of these breaks `ddm/multi/`; the name says where to look.
"""

import os
import socket
import time
from pathlib import Path

import pycurl
import pytest

from integration.easy import collecting, perform
from integration.servers.behaviours import Honest, Plain, Status

CONTENT = bytes(range(256)) * 256
SUPPRESS_CONNECT_HEADERS = 265


@pytest.fixture
def multi():
    with pycurl.CurlMulti() as multi:
        yield multi


def test_libcurl_refuses_to_be_called_from_its_callbacks(scripted, multi):
    refused = []

    def meddle(_block):
        for forbidden in (
            lambda: easy.setopt(pycurl.BUFFERSIZE, 16_384),
            lambda: multi.remove_handle(easy),
            lambda: multi.socket_action(pycurl.SOCKET_TIMEOUT, 0),
        ):
            with pytest.raises(pycurl.error):
                forbidden()
            refused.append(forbidden)

    easy, _ = collecting(scripted.add("/", Status(200)), WRITEFUNCTION=meddle)
    perform(multi, easy)

    assert len(refused) == 3


def test_continuing_a_paused_body_calls_back_from_within(scripted, multi):
    answers = [pycurl.WRITEFUNC_PAUSE]
    blocks = []

    def pause_first(block):
        blocks.append(block)
        return answers.pop() if answers else None

    easy, _ = collecting(scripted.add("/", Status(200, body=b"abc")), WRITEFUNCTION=pause_first)
    multi.add_handle(easy)
    while not blocks:
        multi.perform()
        multi.select(0.1)
    easy.pause(pycurl.PAUSE_CONT)

    assert blocks == [b"abc", b"abc"]
    multi.remove_handle(easy)


def test_continuing_what_has_no_connection_yet_is_error_43(scripted, multi):
    easy, _ = collecting(scripted.add("/", Status(200)))
    multi.add_handle(easy)

    with pytest.raises(pycurl.error) as refused:
        easy.pause(pycurl.PAUSE_CONT)

    assert refused.value.args[0] == 43
    multi.remove_handle(easy)


def test_adding_a_handle_asks_for_the_timer_at_once_and_touches_no_socket(scripted, multi):
    timers, sockets = [], []
    multi.setopt(pycurl.M_TIMERFUNCTION, timers.append)
    multi.setopt(pycurl.M_SOCKETFUNCTION, lambda *note: sockets.append(note))
    easy, _ = collecting(scripted.add("/", Status(200)))
    multi.add_handle(easy)

    assert (timers, sockets) == ([0], [])
    multi.remove_handle(easy)


def test_a_timer_that_is_run_too_early_is_asked_for_again(multi):
    timers = []
    multi.setopt(pycurl.M_TIMERFUNCTION, timers.append)
    multi.setopt(pycurl.M_SOCKETFUNCTION, lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        easy, _ = collecting(url, CONNECTTIMEOUT_MS=30_000)
        multi.add_handle(easy)
        multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        asked = len(timers)
        assert timers[-1] > 0
        multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)

    assert len(timers) == asked + 1
    assert timers[-1] > 0
    multi.remove_handle(easy)


def test_removing_a_handle_drops_its_result(scripted, multi):
    easy, _ = collecting(scripted.add("/", Status(200)))
    multi.add_handle(easy)
    while multi.perform()[1]:
        multi.select(0.1)
    multi.remove_handle(easy)

    assert multi.info_read() == (0, [], [])


def test_ranges_use_the_connections_of_the_round_before(scripted, multi):
    multi.setopt(pycurl.M_MAXCONNECTS, 64)
    url = scripted.add("/", Honest(CONTENT))
    connects = []
    for _ in range(3):
        easies = [collecting(url, RANGE=f"{i}-{i + 99}")[0] for i in range(8)]
        perform(multi, *easies)
        connects.append(sum(easy.getinfo(pycurl.NUM_CONNECTS) for easy in easies))

    assert connects == [8, 0, 0]


def test_a_reused_connection_has_an_address_and_no_connects_a_failed_one_has_neither(
    scripted, multi
):
    def facts(url):
        easy, _ = collecting(url)
        perform(multi, easy)
        return bool(easy.getinfo(pycurl.PRIMARY_IP)), easy.getinfo(pycurl.NUM_CONNECTS)

    url = scripted.add("/", Status(200))
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        assert [facts(url), facts(url), facts(nobody)] == [(True, 1), (True, 0), (False, 0)]


def test_a_failed_connect_leaves_its_errno(multi):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        easy, _ = collecting(f"http://127.0.0.1:{deaf.getsockname()[1]}/")
        codes = perform(multi, easy)

    assert (codes, os.strerror(easy.getinfo(pycurl.OS_ERRNO))) == ([7], "Connection refused")


def test_the_socket_option_callback_gets_the_real_descriptor_before_it_is_connected(scripted):
    seen = []

    def look(fd, purpose):
        borrowed = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 0, fileno=fd)
        with pytest.raises(OSError, match="not connected"):
            borrowed.getpeername()
        seen.append((borrowed.detach(), purpose))
        return pycurl.SOCKOPT_OK

    multi_fds = []
    with pycurl.CurlMulti() as multi:
        multi.setopt(pycurl.M_TIMERFUNCTION, lambda _: None)
        multi.setopt(pycurl.M_SOCKETFUNCTION, lambda _, fd, *rest: multi_fds.append(fd))
        easy, _ = collecting(scripted.add("/", Status(200)), SOCKOPTFUNCTION=look)
        multi.add_handle(easy)
        multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
        multi.remove_handle(easy)

    assert [purpose for _, purpose in seen] == [pycurl.SOCKTYPE_IPCXN]
    assert seen[0][0] in multi_fds


def test_a_numeric_host_is_looked_up_without_a_thread(multi):
    tasks = Path("/proc/self/task")
    before = len(list(tasks.iterdir()))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        easy, _ = collecting(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        multi.add_handle(easy)
        while not easy.getinfo(pycurl.CONNECT_TIME):
            multi.perform()
        multi.remove_handle(easy)

    assert len(list(tasks.iterdir())) <= before


class Tunnel(Plain):
    """A proxy that answers CONNECT and then closes."""

    def answer(self, request, reply):
        reply.raw(b"HTTP/1.1 200 Connection established\r\nX-Proxy: yes\r\n\r\n")
        reply.close()


@pytest.mark.parametrize(("suppressed", "lines"), [(0, 3), (1, 0)])
def test_the_head_of_a_proxys_answer_to_connect_is_only_hidden_on_demand(
    scripted, multi, suppressed, lines
):
    scripted.add("h.invalid:443", Tunnel())
    easy, fetched = collecting("https://h.invalid/", PROXY=f"http://127.0.0.1:{scripted.port}")
    easy.setopt(SUPPRESS_CONNECT_HEADERS, suppressed)
    perform(multi, easy)

    assert len(fetched.lines) == lines


def test_a_paused_body_is_not_a_slow_one(scripted, multi):
    """LOW_SPEED_TIME would have ended it after a second."""
    paused = []

    def pause(_block):
        paused.append(True)
        return pycurl.WRITEFUNC_PAUSE

    easy, _ = collecting(
        scripted.add("/", Status(200)),
        WRITEFUNCTION=pause,
        LOW_SPEED_TIME=1,
        LOW_SPEED_LIMIT=1000,
    )
    multi.add_handle(easy)
    until = time.monotonic() + 2.5
    while time.monotonic() < until:
        multi.perform()
        multi.select(0.1)

    assert (paused, multi.info_read()) == ([True], (0, [], []))
    multi.remove_handle(easy)
