"""Why a job is as fast as it is, as a value: a word for programs, a sentence for people, and until when."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


class Word(Enum):
    """What holds a job back. Programs rely on the values: docs/json.md has what each means."""

    # nothing is under way
    QUEUED = "waiting-turn"
    NO_MANAGER = "no-manager"
    NO_ANSWER = "no-answer"
    PAUSED = "paused"
    FAILED = "failed"
    DONE = "done"
    LEAVING = "leaving"
    RETRY = "waiting-retry"
    RETRY_AFTER = "waiting-retry-after"
    DISK_FULL = "disk-full"
    # it could use more connections than it has
    BUDGET_TOTAL = "budget-total"
    BUDGET_HOST = "budget-host"
    ORIGIN_LIMIT = "origin-limit"
    # it cannot
    NO_RANGES = "no-ranges"
    DEGRADED = "degraded"
    ONE_CONNECTION = "one-connection"
    FEW_CONNECTIONS = "few-connections"
    # it has all that it may have
    USER_LIMIT = "user-limit"
    SLOW_ORIGIN = "slow-origin"
    SILENT = "silent"
    NOTHING = "nothing"
    # before the first byte, after the last
    RESOLVING = "resolving"
    CONNECTING = "connecting"
    OPENING = "opening"
    VERIFYING = "verifying"
    FINISHING = "finishing"
    # whatever it does
    BUSY = "ddm-busy"
    HOST_BUSY = "host-busy"


class Cause(Struct, frozen=True, omit_defaults=True):
    """One thing that holds a job back.

    sentence: with its numbers, and the way out where there is one; redacted. until_s: seconds until it ends or is
    tried again, None if that cannot be said.
    """

    word: Word
    sentence: str
    until_s: float | None = None


class Told(Struct, frozen=True):
    """One line of a job's story: what happened, in words and redacted, and how many seconds ago."""

    ago_s: float
    text: str


class Explanation(Struct, frozen=True, omit_defaults=True):
    """Why a job is as fast as it is.

    causes: at least one; the first one is what holds it back most now. story: its last events, the oldest first,
    where it was asked for.
    """

    id: int
    causes: tuple[Cause, ...]
    story: tuple[Told, ...] = ()
