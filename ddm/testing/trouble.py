"""What can go wrong with a request, and how often it does."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Trouble(Enum):
    """One way for one request to go wrong."""

    UNRESOLVED = "the name does not resolve"
    UNREACHABLE = "the connection is refused"
    RESET_EARLY = "reset before the head"
    RESET_BODY = "reset within the body"
    STALL_HEAD = "no head, for ever"
    STALL_BODY = "the body stops, for ever"
    SHORT = "the body ends early"
    LONG = "the body goes on too long"
    RANGE_IGNORED = "200 to a range"
    START_WRONG = "206 with another start"
    STOP_WRONG = "206 with another stop"
    TOTAL_WRONG = "206 with another total"
    NO_CONTENT_RANGE = "206 without Content-Range"
    MULTIPART = "206 with multipart/byteranges"
    UNSATISFIABLE = "416 to a range that is there"
    CODED = "Content-Encoding: gzip"
    NO_VALIDATOR = "validators left out"
    NOT_FOUND = "404 for once"
    FORBIDDEN = "403 for once"
    SERVER_ERROR = "500"
    BUSY = "503"
    BUSY_S = "503 with seconds to wait"
    BUSY_DATE = "503 with a date to wait for"
    BUSY_ABSURD = "503 with a year to wait"
    THROTTLED = "429"
    DRIP = "hardly anything comes"
    FLIP = "a bit flips on the way"


@dataclass(slots=True)
class Temper:
    """Which troubles a file's requests meet.

    script: those of the first requests, one each. After them drawn ones of `kinds`, until `calm_s`.
    rate: how many of the requests meet a trouble, 0..1.
    """

    kinds: Sequence[Trouble] = ()
    rate: float = 0.0
    calm_s: float = 0.0
    script: tuple[Trouble | None, ...] = ()

    def next(self, chance: random.Random, now: float) -> Trouble | None:
        """The trouble of one request."""
        if self.script:
            trouble, self.script = self.script[0], self.script[1:]
            return trouble
        if now < self.calm_s and self.kinds and chance.random() < self.rate:
            return chance.choice(self.kinds)
        return None
