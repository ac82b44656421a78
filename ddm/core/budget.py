"""Connections, in all and per origin: reserved when a transfer starts, released when it ends.

Never exceeded, by one, at any turn. Requests that share one HTTP/2 connection are one connection, and each
of them a request that its origin has to bear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from ddm.core.hostpolicy import HostPolicy
from ddm.http.url import Origin
from ddm.lesson import Lesson
from ddm.limits import STREAMS_MAX, Limits


class Budget:
    """Counts what is under way and knows every origin's policy."""

    __slots__ = (
        "_connections",
        "_limits",
        "_policies",
        "_requests",
        "_running",
        "_stirred",
        "_streams",
    )

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running = 0
        self._connections: Counter[Origin] = Counter()
        self._requests: Counter[Origin] = Counter()
        self._streams: Counter[Origin] = Counter()
        self._policies: dict[Origin, HostPolicy] = {}
        self._stirred: dict[Origin, None] = {}

    def policy(self, origin: Origin) -> HostPolicy:
        """What is known of an origin."""
        policy = self._policies.get(origin)
        if policy is None:
            policy = self._policies[origin] = HostPolicy(self._limits.ceiling(origin.key))
        return policy

    @property
    def running(self) -> int:
        """Connections in use."""
        return self._running

    @property
    def full(self) -> bool:
        """Whether nothing at all may start."""
        return self._running >= self._limits.max_total_connections

    def running_at(self, origin: Origin) -> int:
        """Transfers under way at one origin, of all jobs."""
        return self._requests[origin]

    def allows(self, origin: Origin, now: float) -> bool:
        """Whether a transfer to this origin may start, over a connection of its own."""
        policy = self.policy(origin)
        if self.full or self._connections[origin] >= policy.ceiling:
            return False
        return policy.allows(self._requests[origin], now)

    def allows_shared(self, origin: Origin, now: float) -> bool:
        """Whether a small file's request may join others on the HTTP/2 connection that there is already."""
        if not 0 < self._streams[origin] < STREAMS_MAX:
            return False
        policy = self.policy(origin)
        fits = policy.http_version == "2" and policy.small is not False
        return fits and policy.allows(self._requests[origin], now)

    def free_at(self, origin: Origin) -> int:
        """How many more transfers to this origin there is room for, as things stand."""
        policy = self.policy(origin)
        bearable = policy.limit - self._requests[origin]
        allowed = policy.ceiling - self._connections[origin]
        return max(0, min(bearable, allowed, self._limits.max_total_connections - self._running))

    def reserve(self, origin: Origin, *, shared: bool = False) -> None:
        """A transfer starts. shared: on one connection with the others that are."""
        self._requests[origin] += 1
        self._streams[origin] += shared
        if not shared or self._streams[origin] == 1:
            self._connections[origin] += 1
            self._running += 1

    def release(self, origin: Origin, *, shared: bool = False) -> None:
        """A transfer ended."""
        self._requests[origin] -= 1
        self._streams[origin] -= shared
        if not shared or self._streams[origin] == 0:
            self._connections[origin] -= 1
            self._running -= 1
        self._stirred[origin] = None
        counts = (self._connections[origin], self._requests[origin], self._streams[origin])
        if min(counts) < 0:
            raise AssertionError(f"released a connection to {origin} that was never reserved")

    # -- what origins teach ------------------------------------------------------------------------

    def know(
        self, lessons: Mapping[Origin, Lesson], forgotten: frozenset[Origin], now: float
    ) -> None:
        """What earlier runs and other programs learned, and what is to be forgotten; times are on our clock."""
        for origin in forgotten:
            self._policies.pop(origin, None)
        for origin, lesson in lessons.items():
            self.policy(origin).know(lesson, now)

    def news(self, now: float) -> Iterator[tuple[Origin, Lesson]]:
        """What was learned since this was last asked, of origins that ended a transfer meanwhile."""
        stirred, self._stirred = self._stirred, {}
        for origin in stirred:
            lesson = self.policy(origin).news(now)
            if lesson is not None:
                yield origin, lesson
