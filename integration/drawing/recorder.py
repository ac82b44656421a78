"""What a run looked like: every request with its lane, its end, its cuts; and how many bytes there were when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from ddm.failures import Failure, Kind
from ddm.gauge import Watched
from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.ports import Network, Sink
from ddm.spec import Route


class Fate(Enum):
    """How a request ended."""

    WHOLE = "whole"
    GIVEN_UP = "given up"
    REFUSED = "refused"
    BROKEN = "broken"


@dataclass(slots=True)
class Flight:
    """One request.

    lane: the lowest that was free. doubles: whether another request had its bytes on their way already. split_s: when
    it was made to end earlier. stop: where, None for the end of the file.
    """

    begun_s: float
    lane: int
    start: int
    stop: int | None
    doubles: bool
    split_s: list[float] = field(default_factory=list)
    ended_s: float | None = None
    fate: Fate = Fate.WHOLE


_FATES = {Kind.CANCELLED: Fate.GIVEN_UP, Kind.THROTTLED: Fate.REFUSED}


class Recorder(Watched):
    """A network that remembers. Fits `ports.Network`.

    flights: every request, in order. samples: (time, bytes, requests under way) at the end of each turn.
    """

    def __init__(self, network: Network, clock: Callable[[], float]) -> None:
        super().__init__(network)
        self.flights: list[Flight] = []
        self.samples: list[tuple[float, int, int]] = []
        self._clock = clock
        self._live: dict[int, Flight] = {}

    def sample(self, done_bytes: int) -> None:
        """The end of a turn."""
        self.samples.append((self._clock(), done_bytes, len(self._live)))

    def start(
        self,
        transfer_id: int,
        request: Request,
        expectation: Expectation,
        sink: Sink | None,
        *,
        job_id: int,
        receive_buffer_bytes: int,
        route: Route,
        shared: bool,
        addresses: tuple[Addresses, ...],
    ) -> None:
        """See ports.Network."""
        asked = expectation.range
        start, stop = (asked.start, asked.stop) if asked else (0, None)
        taken = {flight.lane for flight in self._live.values()}
        lane = next(lane for lane in range(len(taken) + 1) if lane not in taken)
        doubles = any(_meet(start, stop, other) for other in self._live.values())
        self._live[transfer_id] = Flight(self._clock(), lane, start, stop, doubles)
        self.flights.append(self._live[transfer_id])
        super().start(
            transfer_id, request, expectation, sink,
            job_id=job_id, receive_buffer_bytes=receive_buffer_bytes, route=route, shared=shared,
            addresses=addresses,
        )  # fmt: skip

    def shorten(self, transfer_id: int, stop: int) -> int | None:
        """See ports.Network."""
        end = super().shorten(transfer_id, stop)
        flight = self._live.get(transfer_id)
        if end is not None and flight is not None:
            flight.stop = end
            flight.split_s.append(self._clock())
        return end

    def on_end(
        self,
        transfer_id: int,
        position: int,
        failure: Failure | None,
        connect_s: float | None,
        http_version: str | None,
    ) -> None:
        """See ports.NetworkListener."""
        flight = self._live.pop(transfer_id)
        flight.ended_s = self._clock()
        if failure is not None:
            flight.fate = _FATES.get(failure.kind, Fate.BROKEN)
        super().on_end(transfer_id, position, failure, connect_s, http_version)


def _meet(start: int, stop: int | None, other: Flight) -> bool:
    """Whether two ranges have bytes in common; a stream without an end is no range."""
    if stop is None or other.stop is None:
        return False
    return max(start, other.start) < min(stop, other.stop)
