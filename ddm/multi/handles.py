"""libcurl's two multi handles: connections of a transfer's own, and connections that are shared.

HTTP/1.1 transfers and those that may share an HTTP/2 connection never meet, for each handle has its
own connections. In one handle they would disturb each other: libcurl takes an idle HTTP/1.1
connection for a transfer that could have had a stream, and once it has seen a busy one it does not
wait for a connection that is being made, but makes one for each.
"""

from __future__ import annotations

from collections.abc import Iterator

import pycurl

from ddm.limits import STREAMS_MAX
from ddm.multi import curl
from ddm.multi.curl_failure import Ending
from ddm.multi.guarded import Interrupt
from ddm.multi.multi_handle import MultiHandle
from ddm.multi.reactor import Reactor


class Handles:
    """Both of them as one."""

    def __init__(self, reactor: Reactor, connections_max: int, interrupt: Interrupt) -> None:
        """`connections_max`: how many connections each of them has at most, idle ones counted."""
        own, shared = own_connections(connections_max), shared_connections(connections_max)
        self._own = MultiHandle(reactor, own, interrupt)
        self._shared = MultiHandle(reactor, shared, interrupt, streams=True)
        self._of: dict[curl.Easy, MultiHandle] = {}

    @property
    def timer_at(self) -> float | None:
        """When libcurl wants `run_timer`, on the reactor's clock; None for never."""
        times = (self._own.timer_at, self._shared.timer_at)
        return min((due for due in times if due is not None), default=None)

    def add(self, easy: curl.Easy, *, shared: bool) -> None:
        """Put a transfer on; it begins in the next turn. Raises pycurl.error."""
        handle = self._shared if shared else self._own
        handle.add(easy)
        self._of[easy] = handle

    def remove(self, easy: curl.Easy) -> None:
        """Take a transfer off. One that has not ended loses its connection, or its stream."""
        self._of.pop(easy).remove(easy)

    def run_timer(self, now: float) -> None:
        """Let libcurl work if its time has come."""
        self._own.run_timer(now)
        self._shared.run_timer(now)

    def results(self) -> Iterator[tuple[curl.Easy, Ending | None]]:
        """Transfers that ended; None for those that libcurl is content with. Remove each."""
        yield from self._own.results()
        yield from self._shared.results()

    def close(self) -> None:
        """Close every connection. No transfer may be on it any more."""
        self._own.close()
        self._shared.close()


def own_connections(connections_max: int) -> Iterator[tuple[int, int]]:
    """(option, value) for the handle whose transfers have a connection each."""
    yield from _bounds(connections_max)
    # A connection has one transfer, also if a server should ever speak HTTP/2 here.
    yield pycurl.M_PIPELINING, pycurl.PIPE_NOTHING
    # No M_MAX_HOST_CONNECTIONS: libcurl counts by where it connects to, so one for all origins behind an http
    # proxy. The core counts by origin, and here a transfer is a connection.


def shared_connections(connections_max: int) -> Iterator[tuple[int, int]]:
    """(option, value) for the handle whose transfers to one origin share a connection."""
    yield from _bounds(connections_max)
    yield pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX
    # More streams than that would open another connection, but for the next line.
    yield pycurl.M_MAX_CONCURRENT_STREAMS, STREAMS_MAX
    # The core counts one connection, so there is one: whatever does not fit on it waits its turn. Where a server
    # speaks HTTP/1.1 after all, its answers come one after the other until the core knows.
    yield pycurl.M_MAX_HOST_CONNECTIONS, 1


def _bounds(connections_max: int) -> Iterator[tuple[int, int]]:
    # A cache smaller than the budget closes connections that the next piece would have used.
    yield pycurl.M_MAXCONNECTS, connections_max
    # The budget once more: an idle connection goes before there is one too many.
    yield pycurl.M_MAX_TOTAL_CONNECTIONS, connections_max
