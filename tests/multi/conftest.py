"""A scripted HTTP server on loopback, and the driver with everything around it."""

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass, field

import pytest

from ddm.byteranges import ByteRange
from ddm.http import url as urls
from ddm.http.name import Addresses, own_addresses
from ddm.http.proxy import names_of
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.limits import RECEIVE_BUFFER_SHARED_BYTES, TURN_BUDGET_S, Limits
from ddm.multi.budget import Budget
from ddm.multi.clock import MonotonicClock
from ddm.multi.driver import CurlDriver
from ddm.multi.notes import Notes
from ddm.multi.reactor import Reactor
from ddm.spec import Route

PATIENCE_S = 10


class SteppedClock:
    """A clock that a test moves."""

    def __init__(self):
        self.now_s = 100.0

    def now(self):
        return self.now_s

    def wall(self):
        return 1_800_000_000.0


class ScriptedServer:
    """Sends, for each path, what the test said: bytes, CLOSE, RESET, or an Event to wait for first."""

    CLOSE = "close"
    RESET = "reset"

    def __init__(self):
        self.requests = []
        self.connections = 0
        self._answers = {}
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def answer(self, path, *parts):
        """What a GET of this path gets; its URL."""
        self._answers[path] = parts
        return f"http://127.0.0.1:{self.port}{path}"

    @staticmethod
    def reply(status, body=b"", *fields):
        """A response with its Content-Length."""
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields, "", ""]
        return "\r\n".join(lines).encode() + body

    @classmethod
    def part(cls, start, body, size):
        """A 206 for the bytes from `start` on of a file of `size` bytes."""
        last = start + len(body) - 1
        return cls.reply("206 Partial", body, f"Content-Range: bytes {start}-{last}/{size}")

    def close(self):
        self._listener.shutdown(socket.SHUT_RDWR)
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE_S)
        self._listener.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                self._open.append(connection)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:
            while line := stream.readline():
                lines = [line.rstrip().decode()]
                while field_line := stream.readline().rstrip():
                    lines.append(field_line.decode())
                self.requests.append(lines)
                for step in self._answers[line.split()[1].decode()]:
                    if not self._do(connection, step):
                        return

    def _do(self, connection, step):
        if step == self.RESET:
            linger = struct.pack("ii", 1, 0)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if step in (self.CLOSE, self.RESET):
            return False
        if isinstance(step, threading.Event):
            step.wait(PATIENCE_S)
        else:
            connection.sendall(step)
        return True


def make_notes():
    """Notes of transfers by hand, in turns that last."""
    budget = Budget(lambda: False, lambda: None)
    return Notes(wall=lambda: 1_800_000_000.0, lap=lambda _: None, budget=budget)


class MemorySink:
    """A file in memory; `refuses` is the OSError that every write raises."""

    def __init__(self):
        self.bytes = bytearray()
        self.writes = []
        self.refuses = None

    def write_at(self, buffers, offset):
        if self.refuses is not None:
            raise self.refuses
        content = b"".join(buffers)
        self.writes.append((offset, len(content)))
        self.bytes.extend(bytes(max(0, offset + len(content) - len(self.bytes))))
        self.bytes[offset : offset + len(content)] = content


def numeric(url):
    """What libcurl needs to know for a URL with an address in it."""
    return tuple(
        Addresses(name.host, name.port, own_addresses(name.host))
        for name in names_of(urls.parse(url), "")
    )


@dataclass
class End:
    position: int
    failure: object
    connect_s: float | None
    http_version: str | None


@dataclass
class Net:
    """The driver, listening to itself; `on_head` is what the test wants done at a head."""

    reactor: Reactor
    driver: CurlDriver
    sink: MemorySink = field(default_factory=MemorySink)
    heads: dict = field(default_factory=dict)
    spoken: dict = field(default_factory=dict)
    ends: dict = field(default_factory=dict)
    moves: list = field(default_factory=list)
    started: set = field(default_factory=set)
    react: object = None

    def on_head(self, transfer_id, offer, http_version):
        self.heads[transfer_id] = offer
        self.spoken[transfer_id] = http_version
        if self.react is not None:
            self.react(transfer_id, offer)

    def on_end(self, transfer_id, position, failure, connect_s, http_version):
        assert transfer_id not in self.ends
        self.ends[transfer_id] = End(position, failure, connect_s, http_version)

    def start(
        self,
        transfer_id,
        url,
        asked=None,
        *,
        ask=False,
        fields=(),
        job_id=1,
        shared=False,
        route=None,
        addresses=None,
    ):
        self.started.add(transfer_id)
        if asked is not None:
            fields = (*fields, ("Range", f"bytes={asked[0]}-{asked[1] - 1}"))
            asked = ByteRange(*asked)
        self.driver.start(
            transfer_id,
            Request(url, fields),
            Expectation(asked, ask=ask),
            None if ask else self.sink,
            job_id=job_id,
            receive_buffer_bytes=RECEIVE_BUFFER_SHARED_BYTES,
            route=route or Route(),
            shared=shared,
            addresses=numeric(url) if addresses is None else addresses,
        )

    def turn(self):
        self.reactor.turn(0.1)
        self.moves.extend(self.driver.flush())

    def run(self, until=None):
        """Turn until everything has ended, or until what the test waits for."""
        over = until or (lambda: self.started <= set(self.ends))
        give_up_at = time.monotonic() + PATIENCE_S
        while not over():
            assert time.monotonic() < give_up_at, f"still waiting; ended: {self.ends}"
            self.turn()

    def close(self):
        self.driver.close()
        self.reactor.close()


@pytest.fixture
def clock():
    return SteppedClock()


@pytest.fixture
def notes():
    return make_notes()


@pytest.fixture
def sink():
    return MemorySink()


@pytest.fixture
def server():
    server = ScriptedServer()
    yield server
    server.close()


@pytest.fixture
def gate():
    """Holds up a server's answer until it is set."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def make_net():
    """A driver with these limits."""
    made = []

    def make(*, turn_budget_s=TURN_BUDGET_S, **limits):
        clock = MonotonicClock()
        reactor = Reactor(clock, turn_budget_s)
        net = Net(reactor, CurlDriver(reactor, clock, Limits(**limits)))
        net.driver.listen(net)
        made.append(net)
        return net

    yield make
    for net in made:
        net.close()


@pytest.fixture
def net(make_net):
    return make_net()
