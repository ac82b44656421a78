"""What one origin has taught us: how many requests at once it bears, and until when it wants to be left alone.

All at once, then learn: the first refusal (429, 503, a 403 after success) makes the number of
requests still running the limit. One more is tried after a second; each time that is refused the wait
doubles, up to a minute; each time it is borne the limit rises by one.
"""

from __future__ import annotations

_TRIAL_FIRST_S = 1.0
_TRIAL_MAX_S = 60.0


class HostPolicy:
    """The learned limit of one origin, and its Retry-After."""

    __slots__ = ("_ceiling", "_limit", "_not_before_s", "_trial_s", "_trial_wait_s", "if_range")

    def __init__(self, ceiling: int) -> None:
        self._ceiling = ceiling
        self._limit: int | None = None
        self._trial_s = 0.0
        self._trial_wait_s = _TRIAL_FIRST_S
        self._not_before_s = 0.0
        # Some CDNs drop Range when they see If-Range; then validators are compared in each 206
        # alone.
        self.if_range = True

    @property
    def limit(self) -> int:
        """How many requests at once it is known to bear; the configured ceiling before it refused any."""
        return self._ceiling if self._limit is None else self._limit

    @property
    def learned(self) -> bool:
        """Whether the limit was learned from a refusal."""
        return self._limit is not None and self._limit < self._ceiling

    def waits_s(self, now: float) -> tuple[float | None, float | None]:
        """Seconds until it may be asked at all, and until one more is tried; None for what need not wait."""
        wait_s, trial_s = self._not_before_s - now, self._trial_s - now
        return wait_s if wait_s > 0 else None, trial_s if self.learned and trial_s > 0 else None

    def allows(self, running: int, now: float) -> bool:
        """Whether one more request may go out beside `running` others."""
        if now < self._not_before_s or running >= self._ceiling:
            return False
        if self._limit is None or running < self._limit:
            return True
        return running == self._limit and now >= self._trial_s

    def tries_one_more(self, running: int) -> bool:
        """Whether a request beside `running` others goes beyond what it is known to bear."""
        return self._limit is not None and running >= self._limit

    def refused(self, running: int, now: float, retry_after_s: float | None) -> None:
        """A request was refused while `running` others went on."""
        wait_s = max(self._trial_wait_s, retry_after_s or 0.0)
        self._limit = max(1, min(self.limit, running))
        if now >= self._trial_s:
            self._trial_s = now + wait_s
            self._trial_wait_s = min(_TRIAL_MAX_S, self._trial_wait_s * 2)
        if not running and retry_after_s:
            self._not_before_s = max(self._not_before_s, now + retry_after_s)

    def bore(self, running: int, now: float) -> None:
        """An answer was accepted while `running` requests were under way, this one among them."""
        if self._limit is not None and running > self._limit:
            self._limit = running
            self._trial_wait_s = _TRIAL_FIRST_S
            self._trial_s = now + _TRIAL_FIRST_S

    def deadline(self, now: float) -> float | None:
        """When the answer of `allows` may change by itself."""
        times = [t for t in (self._not_before_s, self._trial_s) if t > now]
        return min(times, default=None)
