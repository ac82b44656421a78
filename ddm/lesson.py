"""What one origin has taught, as it is kept between runs, and how long that is believed."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import asdict, replace

# A limit follows the load of a server and the rules of its operator: by the next day it may be another one, and
# a refusal more is a small price for finding out.
REFUSAL_AGE_S = 24 * 3600.0
# What a server can do, and how far it is away, changes when it is renewed or moved: a few times a year at most.
LESSON_AGE_S = 30 * 24 * 3600.0
# The longest Retry-After that can be obeyed (`max_wait_secs`), and what a clock may have been wrong by.
_AHEAD_S = 24 * 3600.0

# Bounds for what is read from a database or a file. Unix time ends with the year 9999, as in datetime.
_Time = Annotated[float, Meta(ge=0, le=253_402_300_799)]
_Count = Annotated[int, Meta(ge=1, le=65_535)]
_Bps = Annotated[int, Meta(ge=0, le=1 << 50)]
_Word = Annotated[str, Meta(pattern=r"^[ -~]{1,64}\Z")]


class Lesson(Struct, frozen=True, omit_defaults=True):
    """What is known of one origin. Times are Unix time in seconds; None is what nobody knows.

    learned_s: when it was last asked. ranges: whether it sends parts. if_range: False where it drops Range when it
    sees If-Range. http_version: what it speaks ("1.1", "2").
    connections: how many at once paid; more did not add to the sum. speed_bps: what they brought together.
    limit: how many requests at once it bore when it refused one more, at least 1; refusal: with which answer ("503",
    "reset"); refused_s: when.
    not_before_s: until when it wants to be left alone (Retry-After, RFC 9110 section 10.2.3).
    small: whether its last files ended with their first request.
    """

    learned_s: _Time = 0.0
    ranges: bool | None = None
    if_range: bool | None = None
    http_version: _Word | None = None
    connections: _Count | None = None
    speed_bps: _Bps | None = None
    limit: _Count | None = None
    refusal: _Word | None = None
    refused_s: _Time | None = None
    not_before_s: _Time | None = None
    small: bool | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing is known."""
        return all(value is None for name, value in asdict(self).items() if name != "learned_s")

    def aged(self, wall_s: float) -> Lesson:
        """What is still to be believed at this time.

        A limit and its refusal for a day, a wait until it is over, the rest for 30 days. Of what was learned more
        than a day from now nobody knows how old it is: then a clock was set back.
        """
        if not -_AHEAD_S <= wall_s - self.learned_s <= LESSON_AGE_S:
            return Lesson()
        lesson = self
        refused_s = self.learned_s if self.refused_s is None else self.refused_s
        if not -_AHEAD_S <= wall_s - refused_s <= REFUSAL_AGE_S:
            lesson = replace(lesson, limit=None, refusal=None, refused_s=None)
        if self.not_before_s is not None and not 0 < self.not_before_s - wall_s <= _AHEAD_S:
            lesson = replace(lesson, not_before_s=None)
        return lesson

    def updated(self, newer: Lesson) -> Lesson:
        """The same with all that a newer lesson knows in place of it."""
        known = {name: value for name, value in asdict(newer).items() if value is not None}
        return replace(self, **known)

    def moved(self, by_s: float) -> Lesson:
        """The same with every time so much later: on another clock."""
        refused_s, not_before_s = self.refused_s, self.not_before_s
        return replace(
            self,
            learned_s=self.learned_s + by_s,
            refused_s=None if refused_s is None else refused_s + by_s,
            not_before_s=None if not_before_s is None else not_before_s + by_s,
        )
