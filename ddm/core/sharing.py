"""Which requests go over one HTTP/2 connection together: first requests to an origin of many small files.

A segment never does: ranges on one connection share its congestion window, and all of them wait for a packet that one
of them lost. Small files are another matter: what they cost is round trips, so that as many requests as possible
should be under way; 128 streams of one connection bring 1000 files of 64 KiB in a third of the time of 16 connections.
"""

from __future__ import annotations

from collections import Counter

from ddm.core.hostpolicy import HostPolicy
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.response import Ask
from ddm.http.url import Origin
from ddm.limits import PROBE_BYTES, STREAMS_MAX

# Why a shared request is given up whose answer is too long for it. It is sent again, at once and not shared.
TOO_LONG = Failure(Kind.CANCELLED, "too long for a shared connection", Exit.UNFINISHED)


def shares(
    http_version: str | None, *, small: bool | None, several: bool, https: bool, asked: bool
) -> bool:
    """Whether a first request may go over a shared connection.

    http_version: what the origin speaks as far as is known, from requests that might have been shared. small: whether
    its last file ended with the first request, None where nobody knows. several: whether another first request is
    under way there. https: only there HTTP/2 is agreed on without a round trip. asked: whether a request is on its way
    that will tell the version.

    A job that is alone has nobody to share with, and its connection is better used for its own next pieces: a shared
    one would idle beside theirs, one connection and one TLS handshake more. While the version is not known, one request
    finds it out, and the others go over connections of their own: if it is HTTP/1.1, they would wait for each other.
    """
    if not https or small is False:
        return False
    if http_version is None:
        return several and not asked
    return http_version == "2" and (several or small is True)


class Sharing:
    """First requests to https origins, and which of them share a connection. What an origin speaks its policy knows."""

    __slots__ = ("_asking", "_at", "_shared", "_streams")

    def __init__(self) -> None:
        self._at: dict[int, Origin] = {}  # by transfer
        self._shared: set[int] = set()
        self._asking: Counter[Origin] = Counter()
        self._streams: Counter[Origin] = Counter()

    def begin(self, transfer_id: int, origin: Origin, policy: HostPolicy) -> bool:
        """A first request goes out; whether it is shared."""
        if origin.scheme != "https":
            return False
        streams = self._streams[origin]
        several, asked = self._asking[origin] > 0, streams > 0
        shared = streams < STREAMS_MAX and shares(
            policy.http_version, small=policy.small, several=several, https=True, asked=asked
        )
        self._at[transfer_id] = origin
        self._asking[origin] += 1
        if shared:
            self._shared.add(transfer_id)
            self._streams[origin] += 1
        return shared

    def streams_at(self, origin: Origin) -> int:
        """How many shared requests are under way at an origin: together they have one connection."""
        return self._streams[origin]

    def fits(
        self, transfer_id: int, policy: HostPolicy, offer: Ask, http_version: str | None
    ) -> bool:
        """Whether an answer may come as it is: False for one that is too long for a shared connection.

        It would be a segment among streams, and libcurl keeps up to 10 MiB of a body that has to wait.
        """
        if transfer_id not in self._shared:
            return True
        policy.http_version = http_version
        short = offer.stop is not None and offer.stop - offer.start <= PROBE_BYTES
        return short or http_version != "2"

    def end(self, transfer_id: int, policy: HostPolicy, http_version: str | None) -> None:
        """A transfer is over. What was not shared says nothing about what the origin speaks."""
        origin = self._at.pop(transfer_id, None)
        if origin is None:
            return
        self._asking[origin] -= 1
        if transfer_id in self._shared:
            self._shared.remove(transfer_id)
            self._streams[origin] -= 1
            policy.http_version = http_version or policy.http_version
