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
from ddm.limits import Limits


class Budget:
    """Counts what is under way and knows every origin's policy."""

    __slots__ = ("_limits", "_policies", "_requests", "_running", "_stirred")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running = 0
        self._requests: Counter[Origin] = Counter()
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
        """Transfers under way."""
        return self._running

    @property
    def full(self) -> bool:
        """Whether nothing at all may start."""
        return self._running >= self._limits.max_total_connections

    def running_at(self, origin: Origin) -> int:
        """Transfers under way at one origin, of all jobs."""
        return self._requests[origin]

    def allows(self, origin: Origin, now: float) -> bool:
        """Whether a transfer to this origin may start."""
        policy, running = self.policy(origin), self._requests[origin]
        return not self.full and running < policy.ceiling and policy.allows(running, now)

    def free_at(self, origin: Origin) -> int:
        """How many more transfers to this origin there is room for, as things stand."""
        at_origin = self.policy(origin).limit - self._requests[origin]
        return max(0, min(at_origin, self._limits.max_total_connections - self._running))

    def reserve(self, origin: Origin) -> None:
        """A transfer starts."""
        self._running += 1
        self._requests[origin] += 1

    def release(self, origin: Origin) -> None:
        """A transfer ended."""
        self._running -= 1
        self._requests[origin] -= 1
        self._stirred[origin] = None
        if self._running < 0 or self._requests[origin] < 0:
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
