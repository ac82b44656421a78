"""Connections, in all and per origin: reserved when a transfer starts, released when it ends.

Never exceeded, by one, at any turn.
"""

from __future__ import annotations

from collections import Counter

from ddm.core.hostpolicy import HostPolicy
from ddm.http.url import Origin
from ddm.limits import Limits


class Budget:
    """Counts what is under way and knows every origin's policy."""

    __slots__ = ("_limits", "_per_origin", "_policies", "_running")

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._running = 0
        self._per_origin: Counter[Origin] = Counter()
        self._policies: dict[Origin, HostPolicy] = {}

    def policy(self, origin: Origin) -> HostPolicy:
        """What is known of an origin."""
        if origin not in self._policies:
            self._policies[origin] = HostPolicy(self._limits.max_connections_per_host)
        return self._policies[origin]

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
        return self._per_origin[origin]

    def allows(self, origin: Origin, now: float) -> bool:
        """Whether a transfer to this origin may start."""
        return not self.full and self.policy(origin).allows(self._per_origin[origin], now)

    def free_at(self, origin: Origin) -> int:
        """How many more transfers to this origin there is room for, as things stand."""
        at_origin = self.policy(origin).limit - self._per_origin[origin]
        return max(0, min(at_origin, self._limits.max_total_connections - self._running))

    def reserve(self, origin: Origin) -> None:
        """A transfer starts."""
        self._running += 1
        self._per_origin[origin] += 1

    def release(self, origin: Origin) -> None:
        """A transfer ended."""
        self._running -= 1
        self._per_origin[origin] -= 1
        if self._running < 0 or self._per_origin[origin] < 0:
            raise AssertionError(f"released a connection to {origin} that was never reserved")

    def deadline(self, now: float) -> float | None:
        """When an origin may be asked again that may not be asked now."""
        times = (policy.deadline(now) for policy in self._policies.values())
        return min((t for t in times if t is not None), default=None)
