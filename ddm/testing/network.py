"""A network of virtual time: transfers that bring bytes in steps, judged and written as the real ones are.

Fits `ddm.ports.Network`. Steps fall on a grid, so that several transfers meet in one turn as they do
in a reactor's. The heads go through the same `judge`; the framing that libcurl checks (a body cut
short, one too long) is checked here.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from ddm import failures
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.http.response import Accept, Ask, Expectation, Reject, judge
from ddm.limits import STREAMS_MAX
from ddm.ports import NetworkListener, Sink
from ddm.spec import Route
from ddm.testing.clock import VirtualClock
from ddm.testing.manners import Door
from ddm.testing.reply import Ending, Reply, Sent
from ddm.testing.story import Story
from ddm.testing.transfer import SimTransfer, Stage

_GRID_S = 0.005
_CONNECT_S = 0.03
_RESET = Failure(Kind.BROKEN, "the connection was reset", Exit.NETWORK)


class Onlooker(Protocol):
    """Who sees every transfer come and go."""

    def started(self, transfer_id: int, sent: Sent) -> None:
        """A request is on its way."""

    def shortened(self, transfer_id: int, stop: int) -> None:
        """It will end there."""

    def ended(self, transfer_id: int, now: float) -> None:
        """It is over, and the listener is about to hear of it."""


class Servers(Protocol):
    """Who is on the other side. bytes_sent: of bodies, in all."""

    bytes_sent: int

    def door(self, host: str) -> Door:
        """Where a host's connections come in."""

    def speaks(self, request: Request) -> str:
        """The HTTP version of the answer to a request that may be answered with any."""

    def answer(self, request: Request, *, active: int, now: float, wall_s: float) -> Reply:
        """What comes of a request. active: connections to its host at this moment, with this one."""


class SimNetwork:
    """Every transfer of one performer."""

    def __init__(
        self,
        internet: Servers,
        *,
        clock: VirtualClock,
        story: Story,
        onlookers: Sequence[Onlooker] = (),
    ) -> None:
        self._internet = internet
        self._clock = clock
        self._story = story
        self._onlookers = onlookers
        self._listener: NetworkListener | None = None
        self._transfers: dict[int, SimTransfer] = {}
        self._known: set[int] = set()
        self._active: Counter[str] = Counter()  # connections that are used, by host
        self._streams: Counter[str] = Counter()  # on the one that is shared, by host
        self._shared_s: dict[str, float] = {}  # when that one is made, by host
        # How fast idle ones are, by host, and whether for what may be shared.
        self._idle: dict[tuple[str, bool], list[float]] = defaultdict(list)
        self._rates: dict[int | None, int] = {}

    def listen(self, listener: NetworkListener) -> None:
        """Name the one who hears."""
        self._listener = listener

    @property
    def urls(self) -> list[str]:
        """The URLs of the transfers that run."""
        return [transfer.request.url for transfer in self._transfers.values()]

    @property
    def connections(self) -> list[str]:
        """A URL for each connection that is used: streams of a host have one together."""
        running = self._transfers.values()
        streams = {_host(t.request): t.request.url for t in running if t.stream}
        return [t.request.url for t in running if not t.stream] + list(streams.values())

    def start(  # noqa: D102, PLR0913 - as ports.Network has it
        self,
        transfer_id: int,
        request: Request,
        expectation: Expectation,
        sink: Sink | None,
        *,
        job_id: int,
        receive_buffer_bytes: int,
        route: Route,  # noqa: ARG002 - nothing here is reached in another way
        shared: bool,
        addresses: tuple[Addresses, ...],  # noqa: ARG002 - nobody is looked up here
    ) -> None:
        if transfer_id in self._known:
            raise self._story.violation(f"transfer {transfer_id} was started twice")
        self._known.add(transfer_id)
        host, now = _host(request), self._clock.now()
        stream = shared and self._internet.speaks(request) == "2"
        self._count(host, stream=stream)
        active = self._active[host]
        reply = self._internet.answer(request, active=active, now=now, wall_s=self._clock.wall())
        pace, connect_s = self._connect(host, now, shared=shared, stream=stream)
        reply = replace(reply, speed_bps=reply.speed_bps * pace)
        transfer = SimTransfer(
            job_id, request, expectation, sink, reply, buffer_bytes=receive_buffer_bytes,
            connect_s=connect_s, due_s=0.0, pace=pace, shared=shared, stream=stream,
        )  # fmt: skip
        transfer.due_s = self._head_due(transfer, now)
        self._transfers[transfer_id] = transfer
        sent = Sent(request.url, expectation.range, reply, now)
        for onlooker in self._onlookers:
            onlooker.started(transfer_id, sent)
        status = reply.head.status if reply.head else reply.failure or reply.ending.value
        self._story.tell(f"t{transfer_id} GET {request.url} {expectation.range or 'all'}: {status}")

    def _count(self, host: str, *, stream: bool) -> None:
        """One transfer more; a stream is no connection more but for the first."""
        self._active[host] += not (stream and self._streams[host])
        self._streams[host] += stream
        if self._streams[host] > STREAMS_MAX:
            raise self._story.violation(f"{self._streams[host]} streams to {host}")

    def _discount(self, host: str, *, stream: bool) -> None:
        """One transfer less."""
        self._streams[host] -= stream
        self._active[host] -= not (stream and self._streams[host])

    def _transfers_at(self, host: str) -> int:
        return self._active[host] + max(0, self._streams[host] - 1)

    def _connect(self, host: str, now: float, *, shared: bool, stream: bool) -> tuple[float, float]:
        """A connection, idle, new, or being made for other streams already: its pace, and how long it takes."""
        if stream:
            fresh = host not in self._shared_s
            made_s = self._shared_s.setdefault(host, now + _CONNECT_S)
            return 1.0, _CONNECT_S if fresh else max(0.0, made_s - now)
        if idle := self._idle[host, shared]:
            return idle.pop(), 0.0
        return self._internet.door(host).open(), _CONNECT_S

    def _head_due(self, transfer: SimTransfer, now: float) -> float:
        if transfer.reply.head is None and transfer.reply.ending is Ending.SILENCE:
            return math.inf  # whoever waits has to lose patience
        return _on_grid(now + transfer.connect_s + transfer.reply.delay_s)

    def proceed(self, transfer_id: int, sink: Sink, start: int, stop: int | None) -> None:  # noqa: D102
        transfer = self._transfers.get(transfer_id)
        if transfer is None or transfer.stage is not Stage.ASKING:
            return
        self._story.tell(f"t{transfer_id} proceeds {start}..{stop}")
        transfer.sink = sink
        self._take_body(transfer, start, stop)

    def cancel(self, transfer_id: int) -> None:  # noqa: D102
        if transfer_id in self._transfers:
            self._end(transfer_id, failures.CANCELLED)

    def shorten(self, transfer_id: int, stop: int) -> int | None:  # noqa: D102
        transfer = self._transfers.get(transfer_id)
        if transfer is None:
            return None
        end = transfer.shorten(stop)
        self._story.tell(f"t{transfer_id} is to end at {end}")
        for onlooker in self._onlookers:
            onlooker.shortened(transfer_id, end)
        if transfer.reached:
            transfer.due_s = self._clock.now()
        return end

    def set_rate(self, job_id: int | None, max_bytes_per_sec: int) -> None:  # noqa: D102
        self._rates.pop(job_id, None)
        if max_bytes_per_sec:
            self._rates[job_id] = max_bytes_per_sec

    def flush(self) -> Iterator[tuple[int, int]]:  # noqa: D102
        for transfer_id, transfer in list(self._transfers.items()):
            if transfer_id not in self._transfers:
                continue
            failure = transfer.flush()
            if failure is not None:
                self._end(transfer_id, failure)
            elif transfer.moved():
                yield transfer_id, transfer.position

    def deadline(self) -> float | None:
        """When the next thing arrives."""
        return min((t.due_s for t in self._transfers.values() if t.due_s < math.inf), default=None)

    def advance(self, now: float) -> None:
        """Bring what is due. The listener hears of heads and ends."""
        for transfer_id, transfer in list(self._transfers.items()):
            if transfer_id in self._transfers and transfer.due_s <= now:
                self._step(transfer_id, transfer, now)

    def _step(self, transfer_id: int, transfer: SimTransfer, now: float) -> None:
        if transfer.reached:
            self._end(transfer_id, None)
            return
        if transfer.stage is Stage.HEAD:
            self._on_head(transfer_id, transfer)
            return
        received = transfer.receive()
        self._internet.bytes_sent += received
        failure = transfer.overflow()
        if failure is not None or transfer.ended or transfer.reached:
            self._end(transfer_id, failure or transfer.closing())
        elif transfer.silent:
            transfer.due_s = math.inf
        else:
            transfer.due_s = _on_grid(now + received / self._speed_bps(transfer))

    def _speed_bps(self, transfer: SimTransfer) -> float:
        """What its server sends, what its connection has of its host's, and what the limits leave it."""
        host = urlsplit(transfer.request.url).netloc
        share = self._internet.door(host).manners.total_bps / max(1, self._transfers_at(host))
        speed_bps = min(transfer.reply.speed_bps, share)
        if not self._rates:
            return speed_bps
        others = [other.job_id for other in self._transfers.values()]
        if (rate := self._rates.get(transfer.job_id)) is not None:
            speed_bps = min(speed_bps, rate / others.count(transfer.job_id))
        if (rate := self._rates.get(None)) is not None:
            speed_bps = min(speed_bps, rate / len(others))
        return speed_bps

    def _on_head(self, transfer_id: int, transfer: SimTransfer) -> None:
        reply = transfer.reply
        transfer.headed = reply.head is not None
        if reply.head is None:
            self._end(transfer_id, reply.failure or _RESET)
            return
        match judge(transfer.expectation, reply.head, wall_s=self._clock.wall()):
            case Reject(failure):
                self._end(transfer_id, failure, keep=True)
            case Ask() as offer:
                transfer.ask(offer.start)
                self._told().on_head(transfer_id, offer, transfer.http_version or "")
            case Accept(start, stop):
                self._take_body(transfer, start, stop)

    def _take_body(self, transfer: SimTransfer, start: int, stop: int | None) -> None:
        transfer.begin_body(start, stop)
        transfer.due_s = _on_grid(self._clock.now() + _GRID_S)

    def _end(self, transfer_id: int, failure: Failure | None, *, keep: bool = False) -> None:
        """Drop a transfer, write what it collected, and tell its end. keep: its connection serves again."""
        transfer = self._transfers.pop(transfer_id)
        first = transfer.flush()
        failure = first or failure
        host = _host(transfer.request)
        self._discount(host, stream=transfer.stream)
        kept = keep or (failure is None and not transfer.cut)
        if kept and not transfer.stream and self._internet.door(host).manners.keeps_alive:
            self._idle[host, transfer.shared].append(transfer.pace)
        unmet = transfer.reply.failure is not None
        self._story.tell(f"t{transfer_id} ends at {transfer.position}: {failure or 'whole'}")
        for onlooker in self._onlookers:
            onlooker.ended(transfer_id, self._clock.now())
        connect_s = None if unmet else transfer.connect_s
        version = transfer.http_version
        self._told().on_end(transfer_id, transfer.position, failure, connect_s, version)

    def _told(self) -> NetworkListener:
        if self._listener is None:
            raise self._story.violation("nobody listens to the network")
        return self._listener


def _host(request: Request) -> str:
    return urlsplit(request.url).netloc


def _on_grid(moment_s: float) -> float:
    return math.ceil(moment_s / _GRID_S) * _GRID_S
