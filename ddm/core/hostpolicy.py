"""What one origin has taught us: how many requests at once it bears, and until when it wants to be left alone.

All at once, then learn: the first refusal (429, 503, a 403 after success, hanging up) makes the number of
requests still running the limit. One more is tried after a second; each time that is refused the wait
doubles, up to a minute; each time it is borne the limit rises by one. Retry-After holds for everybody who
wants something from the origin (RFC 9110 section 10.2.3). A second refusal of what was within the limit says that it
is not the number of connections that counts: the limit is halved, the origin closed for a second, then
one request goes first, and from then on requests are sent no closer together than those that were borne. So once the
limit is known, it refuses one request a second at most, beside those that were under way.
"""

from __future__ import annotations

from collections import deque

from ddm.core.yields import Yields
from ddm.lesson import Lesson

_TRIAL_FIRST_S = 1.0
_TRIAL_MAX_S = 60.0
# A limit of an earlier run is believed for a while before one more is tried.
_TRIAL_KNOWN_S = 10.0
_CLOSED_S, _AGAIN_S = 1.0, 10.0
# All that goes out at once comes back refused in this time; what is sent meanwhile may be refused because of that.
_SETTLED_S, _MEANWHILE_S = 0.5, 0.1
# Who refuses again this soon after all was borne is known already.
_FORGOTTEN_S = 60.0
# So long a server may go on counting a connection that was closed on it: what it refuses then says nothing new.
_NOTICED_S = 1.0
_TRIAL_PER_CLOSED = 4
# Requests are spaced a little wider than those that were borne, at most a second apart; each one that is borne
# takes a fiftieth off, for what counts requests may count them in another way tomorrow.
_WIDER, _GAP_GROWS, _GAP_MAX_S, _GAP_SHRINKS, _GAP_LEAST_S = 1.2, 1.5, 1.0, 0.98, 0.01
_STARTS_MAX = 64


class HostPolicy:
    """The learned limit of one origin, its Retry-After, and what else is known of it.

    ceiling: connections at most, as configured. if_range: False where it drops Range when it sees If-Range; then
    validators are compared in each 206 alone. ranges: whether it sends parts. http_version: what it speaks.
    small: whether its last file ended with its first request. refusal, refused_s: the last answer that lowered the
    limit, and when. yields: what connections bring. None is what nobody knows.
    """

    __slots__ = (
        "_aborted_s",
        "_beyond_s",
        "_doubtful",
        "_gap_s",
        "_known_s",
        "_last_s",
        "_limit",
        "_not_before_s",
        "_scout_s",
        "_starts",
        "_told",
        "_trial_s",
        "_trial_wait_s",
        "ceiling",
        "http_version",
        "if_range",
        "ranges",
        "refusal",
        "refused_s",
        "small",
        "yields",
    )

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self._limit: int | None = None
        self._trial_s = 0.0
        self._trial_wait_s = _TRIAL_FIRST_S
        self._not_before_s = 0.0
        self._doubtful = False  # after it was closed: one request goes first
        self._scout_s: float | None = None  # when that one was sent
        self._aborted_s = self._beyond_s = self._last_s = float("-inf")
        self._known_s = 0.0  # what was sent before that cannot have known the limit
        self._gap_s = 0.0  # between the starts of two requests
        self._starts: deque[float] = deque(maxlen=_STARTS_MAX)
        self.refusal: str | None = None
        self.refused_s: float | None = None
        self.if_range = True
        self.ranges: bool | None = None
        self.http_version: str | None = None
        self.small: bool | None = None
        self.yields = Yields()
        self._told = Lesson()

    @property
    def limit(self) -> int:
        """How many requests at once it is known to bear; the configured ceiling before it refused any."""
        return self.ceiling if self._limit is None else min(self._limit, self.ceiling)

    @property
    def _next_start_s(self) -> float:
        return self._starts[-1] + self._gap_s if self._gap_s and self._starts else 0.0

    @property
    def learned(self) -> bool:
        """Whether the limit was learned from a refusal."""
        return self._limit is not None and self._limit < self.ceiling

    def waits_s(self, now: float) -> tuple[float | None, float | None]:
        """Seconds until it may be asked at all, and until one more is tried; None for what need not wait."""
        wait_s, trial_s = self._not_before_s - now, self._trial_s - now
        return wait_s if wait_s > 0 else None, trial_s if self.learned and trial_s > 0 else None

    def allows(self, running: int, now: float) -> bool:
        """Whether one more request may go out beside `running` others. The ceiling is the budget's."""
        if now < max(self._not_before_s, self._next_start_s) or (
            self._doubtful and self._scout_s is not None
        ):
            return False
        if self._limit is None or running < self._limit:
            return True
        return running == self._limit and now >= self._trial_s

    def tries_one_more(self, running: int) -> bool:
        """Whether a request beside `running` others goes beyond what it is known to bear."""
        return self._limit is not None and running >= self._limit

    def began(self, now: float, *, trial: bool = False) -> None:
        """A request was sent. While a trial is on its way, nobody else is: both might be refused."""
        self._starts.append(now)
        self._doubtful = self._doubtful or trial
        if self._doubtful and self._scout_s is None:
            self._scout_s = now

    def ended(self, begun_s: float) -> None:
        """A request that was sent then is over, however it ended."""
        if begun_s == self._scout_s:
            self._scout_s = None

    def aborted(self, now: float) -> None:
        """We closed a connection in the middle of a body."""
        self._aborted_s = now

    def refused(
        self,
        running: int,
        now: float,
        retry_after_s: float | None,
        *,
        answer: str = "",
        begun_s: float | None = None,
        trial: bool = False,
    ) -> None:
        """A request was refused while `running` others went on.

        answer: the status, or what else it did. begun_s: when the request was sent; trial: beyond the known limit.
        Requests that were sent before the limit was known tell nothing more than that.
        """
        if self._limit is None and now > self._last_s + _FORGOTTEN_S:
            self._known_s = now + _SETTLED_S
        self._last_s = now
        knew = begun_s is not None and begun_s > self._known_s
        if begun_s is not None and self._known_s - _SETTLED_S < begun_s <= self._known_s:
            self._close_until(now + max(_MEANWHILE_S, retry_after_s or 0.0))
            return
        noticed_s = self._aborted_s + _NOTICED_S
        if knew and not trial and now < noticed_s:
            self._close_until(max(now + (retry_after_s or 0.0), noticed_s))
            return
        # Once, the limit was one too high; soon again, it is not the number of connections that counts.
        within = knew and not trial and now < self._beyond_s + _AGAIN_S
        if knew:
            self._beyond_s = now
        if knew and not trial:
            self._close_until(now + _MEANWHILE_S)
        self._limit = self._lowered(running, knew=knew, trial=trial, within=within)
        if answer:
            self.refusal = answer
        self.refused_s = now
        closed_s = retry_after_s or (_CLOSED_S if within else 0.0)
        if now >= self._trial_s or within:
            # A trial that closes the origin for everybody has to be rare.
            wait_s = max(self._trial_wait_s, _TRIAL_PER_CLOSED * (retry_after_s or 0.0))
            self._trial_s = now + closed_s + wait_s
            self._trial_wait_s = min(_TRIAL_MAX_S, self._trial_wait_s * 2)
        self._close_until(now + closed_s)
        self._doubtful = closed_s > 0 or (self._doubtful and not trial)
        if within:
            lately = sum(start_s > now - 1.0 for start_s in self._starts)
            wider_s = max(_GAP_GROWS * self._gap_s, _WIDER / max(1, lately - 1))
            self._gap_s = min(_GAP_MAX_S, wider_s)

    def _close_until(self, until_s: float) -> None:
        """Nobody asks before that."""
        self._not_before_s = max(self._not_before_s, until_s)

    def _lowered(self, running: int, *, knew: bool, trial: bool, within: bool) -> int:
        """The limit after a refusal. Others may have ended just now, so that fewer run than were borne."""
        if within:
            return max(1, min(self.limit, running) // 2)
        if trial:
            return self.limit
        if knew:
            return max(1, self.limit - 1)
        return max(1, min(self.limit, running))

    def bore(self, running: int, now: float, begun_s: float, *, trial: bool) -> None:
        """An answer to a request sent then was accepted while `running` were under way, this one among them.

        trial: it went beyond the known limit. What others bear beside it says nothing: they may be refused yet.
        """
        if begun_s == self._scout_s:
            self._doubtful, self._scout_s = False, None
        self._gap_s = self._gap_s * _GAP_SHRINKS if self._gap_s > _GAP_LEAST_S else 0.0
        if trial and self._limit is not None and running > self._limit:
            self._limit = running
            self._trial_wait_s = _TRIAL_FIRST_S
            self._trial_s = now + _TRIAL_FIRST_S
            if self._limit >= self.ceiling:
                self._limit = self.refusal = self.refused_s = None

    def deadline(self, now: float) -> float | None:
        """When the answer of `allows` may change by itself."""
        times = [t for t in (self._not_before_s, self._next_start_s, self._trial_s) if t > now]
        return min(times, default=None)

    # -- between runs ------------------------------------------------------------------------------

    def know(self, lesson: Lesson, now: float) -> None:
        """What an earlier run or another program learned; its times are on our clock."""
        if lesson.limit is not None and lesson.limit < self.ceiling:
            self._limit = max(1, lesson.limit)
            self.refusal, self.refused_s = lesson.refusal, lesson.refused_s
            self._trial_s = now + _TRIAL_KNOWN_S
        if lesson.not_before_s is not None:
            self._close_until(lesson.not_before_s)
        self.if_range = self.if_range if lesson.if_range is None else lesson.if_range
        self.ranges = lesson.ranges
        self.http_version, self.small = lesson.http_version, lesson.small
        if lesson.connections and lesson.speed_bps:
            self.yields.learn(lesson.connections, lesson.speed_bps)
        self._told = self.lesson(now)

    def lesson(self, now: float) -> Lesson:
        """What is to be kept of it; times are on our clock."""
        speed_bps = self.yields.speed_bps
        return Lesson(
            learned_s=now,
            ranges=self.ranges,
            if_range=None if self.if_range else False,
            http_version=self.http_version,
            connections=self.yields.connections,
            speed_bps=None if speed_bps is None else int(speed_bps),
            limit=self._limit,
            refusal=self.refusal,
            refused_s=self.refused_s,
            not_before_s=self._not_before_s if self._not_before_s > now else None,
            small=self.small,
        )

    def news(self, now: float) -> Lesson | None:
        """What is to be kept, if it is not what was kept already; None if it is.

        Speeds change all the time: what they are is kept with the next thing that changes.
        """
        lesson = self.lesson(now)
        if _essence(lesson) == _essence(self._told):
            return None
        self._told = lesson
        return lesson


def _essence(lesson: Lesson) -> tuple[object, ...]:
    moments = (lesson.refused_s, lesson.not_before_s)
    habits = (lesson.ranges, lesson.if_range, lesson.http_version, lesson.small)
    return (*habits, lesson.connections, lesson.limit, lesson.refusal, *moments)
