"""libcurl on the reactor: the performer's Network.

Transfers take notes while libcurl works (`multi_handle`). `run` picks them up once a turn and tells
the listener at its end, when no libcurl function is on the stack: so the listener may start,
continue and cancel transfers at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

import pycurl

from ddm.failures import CANCELLED, Failure
from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.http.response import Ask, Expectation
from ddm.limits import NETWORK_PART, Limits
from ddm.multi import curl
from ddm.multi.budget import Budget
from ddm.multi.common import Common
from ddm.multi.curl_failure import Ending, from_curl
from ddm.multi.handles import Handles
from ddm.multi.notes import Notes
from ddm.multi.progress import Progress
from ddm.multi.reactor import Reactor
from ddm.multi.starts import Starts
from ddm.multi.throttle import Throttle
from ddm.multi.transfer import Sink, Transfer
from ddm.spec import Route
from ddm.turns import Part

# pycurl.error's code from pause() for a transfer that has no connection yet, or no more.
_BAD_FUNCTION_ARGUMENT = 43


class Clock(Protocol):
    """The part of a clock that is needed here; the moment of the turn is the reactor's."""

    def wall(self) -> float:
        """Unix time in seconds."""


class Listener(Protocol):
    """Who hears from the network; never from within libcurl."""

    def on_head(self, transfer_id: int, offer: Ask, http_version: str) -> None:
        """An asking transfer has its head; its body is paused."""

    def on_end(
        self,
        transfer_id: int,
        position: int,
        failure: Failure | None,
        connect_s: float | None,
        http_version: str | None,
    ) -> None:
        """A transfer is over: everything below `position` is written."""


class CurlDriver:
    """Transfers, each one GET into one sink. Joins the reactor, and leaves it on `close`.

    common: what holds for all transfers.
    """

    def __init__(self, reactor: Reactor, clock: Clock, limits: Limits) -> None:
        self._reactor = reactor
        self._limits = limits
        self._listener: Listener
        self.common = Common(limits)
        self._spent = partial(reactor.spent, NETWORK_PART)
        self._budget: Budget[Transfer] = Budget(self._spent, self._tune)
        self._notes = Notes(clock.wall, reactor.turns.lap, self._budget)
        self._progress = Progress(self._notes, reactor.spent)
        self._throttle: Throttle[Transfer] = Throttle(limits.max_bytes_per_sec, reactor.now)
        self._transfers: dict[int, Transfer] = {}
        self._by_easy: dict[curl.Easy, Transfer] = {}
        self._ended: deque[Transfer] = deque()  # off libcurl, the listener has not heard yet
        self._closed = False
        self._multi = Handles(reactor, limits.max_total_connections, self._notes.interrupt)
        self._starts = Starts(self._multi, self._spent)
        reactor.join(self, Part.NETWORK)

    # -- Network -----------------------------------------------------------------------------------

    def listen(self, listener: Listener) -> None:
        """Name the one who hears; once, before the first transfer."""
        self._listener = listener

    def start(  # noqa: PLR0913  # all that is said of a transfer, by name
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
        """Begin. The end is told in a later turn, also if libcurl refuses at once."""
        share = self._throttle.join(job_id)
        receive_buffer_bytes = int(min(receive_buffer_bytes, self._throttle.read_bytes(share)))
        transfer = Transfer(
            transfer_id,
            request.url,
            expectation,
            sink,
            buffer_bytes=self._limits.segment_buffer_bytes,
            notes=self._notes,
            share=share,
        )
        self._transfers[transfer_id] = transfer
        options = self.common.options(
            request, route, receive_buffer_bytes, shared=shared, addresses=addresses
        )
        self._starts.add(transfer, options)

    def proceed(self, transfer_id: int, sink: Sink, start: int, stop: int | None) -> None:
        """Take the body of an asking transfer. One that is over already is left alone."""
        transfer = self._transfers.get(transfer_id)
        if transfer is not None and transfer.easy is not None:
            transfer.take(sink, start, stop)
            self._unpause(transfer)

    def cancel(self, transfer_id: int) -> None:
        """Flush, drop, and tell the listener the end before this returns.

        One that is over already is left alone.
        """
        transfer = self._transfers.get(transfer_id)
        if transfer is not None:
            if self._starts.take_back(transfer_id):
                transfer.fail(CANCELLED)
            elif transfer.easy is not None:
                self._retire(transfer, CANCELLED)
            self._tell_end(transfer)

    def shorten(self, transfer_id: int, stop: int) -> int | None:
        """See ports.Network. Its connection is lost, for libcurl has to leave in the middle of a body."""
        transfer = self._transfers.get(transfer_id)
        if transfer is None or transfer.failure is not None:
            return None
        if transfer.easy is None and transfer_id not in self._starts:
            return None
        end = transfer.shorten(stop)
        if transfer.reached and self._starts.take_back(transfer_id):
            self._ended.append(transfer)
        elif transfer.reached:
            self._retire(transfer, None)
        return end

    def flush(self) -> Iterator[tuple[int, int]]:
        """Write what transfers collected; (transfer_id, position) of those that moved.

        A transfer is named at most every PROGRESS_INTERVAL_S; `deadline` sees to it that the last
        move is told, too.
        """
        for transfer in self._progress.written():
            if transfer.failure is not None and not transfer.discarding:
                self._retire(transfer, None)
            else:
                self._progress.moved(transfer)
        return self._progress.told(self._reactor.now)

    def set_rate(self, job_id: int | None, max_bytes_per_sec: int) -> None:
        """Limit the bodies of a job, or all together; 0 takes the limit off."""
        self._throttle.set_rate(job_id, max_bytes_per_sec, self._reactor.now)
        self._tune()

    def wait_while(self, full: Callable[[], bool]) -> None:
        """Let bodies wait while the sinks are `full`; what is collected then is written still."""
        self._throttle.shut = full
        self._tune()

    def _tune(self) -> None:
        for transfer in self._transfers.values():
            transfer.tune()

    def close(self) -> None:
        """Drop everything, without a word to the listener, and leave the reactor."""
        if self._closed:
            return
        self._closed = True
        self._reactor.leave(self)
        for easy in tuple(self._by_easy):
            self._multi.remove(easy)
            easy.close()
        self._multi.close()
        self._transfers.clear()
        self._starts.clear()
        self._notes.collecting.clear()
        self._by_easy.clear()
        self.check()

    # -- a member of the reactor -------------------------------------------------------------------

    def deadline(self) -> float | None:
        """When libcurl, a paused body or an untold position wants a turn."""
        told = self._ended or self._notes.asking or self._notes.interrupt
        if told or self._starts or self._notes.collecting or self._budget.waiting:
            return self._reactor.now
        times = (self._multi.timer_at, self._throttle.due_s, self._progress.untold_at)
        return min((due for due in times if due is not None), default=None)

    def run(self, now: float) -> None:
        """What is left of the turn when the ready descriptors have been served."""
        self._multi.run_timer(now)
        for transfer in self._starts.begin(now):
            if transfer.easy is None:
                self._ended.append(transfer)
            else:
                self._by_easy[transfer.easy] = transfer
        for transfer in self._throttle.pour(now):
            self._unpause(transfer)
        for transfer in self._budget.release():
            self._unpause(transfer)
            self._multi.run_timer(now)
        self._read_results()
        self._tell()
        self.check()

    def check(self) -> None:
        """Raises what was raised within libcurl's callbacks and is nobody's failure, such as KeyboardInterrupt."""
        self._notes.interrupt.check()

    def _unpause(self, transfer: Transfer) -> None:
        """Continue a paused body. libcurl calls the body callback from within."""
        if transfer.easy is None:
            return
        try:
            transfer.easy.pause(pycurl.PAUSE_CONT)
        except pycurl.error as error:
            if error.args[0] != _BAD_FUNCTION_ARGUMENT:
                self._retire(transfer, from_curl(Ending(*error.args[:2]), transfer.url))
        if transfer.failure is not None:
            self._retire(transfer, None)

    def _read_results(self) -> None:
        for easy, ending in self._multi.results():
            transfer = self._by_easy[easy]
            self._retire(transfer, None if ending is None else from_curl(ending, transfer.url))

    def _retire(self, transfer: Transfer, failure: Failure | None) -> None:
        """Write the rest and take a transfer off libcurl. `_tell` tells its end."""
        easy = transfer.easy
        if easy is None:
            return
        transfer.finish(failure)
        transfer.easy = None
        transfer.connect_s = curl.connect_s(easy)
        del self._by_easy[easy]
        self._multi.remove(easy)
        easy.close()
        self._ended.append(transfer)

    def _tell(self) -> None:
        asking = self._notes.asking
        while asking:
            transfer, offer = asking.popleft()
            if self._transfers.get(transfer.id) is transfer and transfer.failure is None:
                self._listener.on_head(transfer.id, offer, transfer.http_version or "")
        while self._ended:
            self._tell_end(self._ended.popleft())

    def _tell_end(self, transfer: Transfer) -> None:
        if self._transfers.get(transfer.id) is transfer:  # else cancel has told it
            del self._transfers[transfer.id]
            self._throttle.leave(transfer.share, transfer)
            self._budget.leave(transfer)
            found = transfer.failure, transfer.connect_s, transfer.http_version
            self._listener.on_end(transfer.id, transfer.position, *found)
