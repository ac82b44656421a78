"""What a failure leads to: its kind alone decides the course, the attempt decides the wait.

A throttled server is asked less, a range that cannot be had is asked for more simply, what may pass
is tried again after a wait, a file that the server still has is left alone, and everything else
ends the job at once: no wait makes a 404 better.
"""

from __future__ import annotations

import random
from enum import Enum

from ddm.failures import Kind
from ddm.limits import RetryLimits


class Course(Enum):
    """What follows a failure."""

    AGAIN = "again"  # transient: try again, after a wait if it brought nothing
    THROTTLED = "throttled"  # ask this origin less
    DEGRADE = "degrade"  # ranges do not work as they should: fewer, one, none
    REDIRECT = "redirect"  # the next hop
    UNCHANGED = "unchanged"  # what is there is what the server has: nothing to fetch
    ROOM = "room"  # wait for room on the disk
    STOP = "stop"  # permanent, local, or another representation
    CANCELLED = "cancelled"  # our own doing


COURSES: dict[Kind, Course] = {
    Kind.UNRESOLVED: Course.AGAIN,
    Kind.UNREACHABLE: Course.AGAIN,
    Kind.BROKEN: Course.AGAIN,
    Kind.STALLED: Course.AGAIN,
    Kind.TLS: Course.AGAIN,
    Kind.SERVER_ERROR: Course.AGAIN,
    Kind.BAD_RESPONSE: Course.AGAIN,
    Kind.THROTTLED: Course.THROTTLED,
    Kind.RANGE_IGNORED: Course.DEGRADE,
    Kind.RANGE_WRONG: Course.DEGRADE,
    Kind.CODED: Course.DEGRADE,
    Kind.REDIRECTED: Course.REDIRECT,
    Kind.NOT_MODIFIED: Course.UNCHANGED,
    Kind.UNTRUSTED: Course.STOP,
    Kind.NOT_FOUND: Course.STOP,
    Kind.NOT_ALLOWED: Course.STOP,
    Kind.REFUSED: Course.STOP,
    Kind.BAD_REDIRECT: Course.STOP,
    Kind.CHANGED: Course.STOP,
    Kind.DIGEST: Course.STOP,
    Kind.DISK_FULL: Course.ROOM,
    Kind.DISK_ERROR: Course.STOP,
    Kind.NOT_CREATED: Course.STOP,
    Kind.NO_DIRECTORY: Course.STOP,
    Kind.FILE_EXISTS: Course.STOP,
    Kind.FILE_BUSY: Course.STOP,
    Kind.INTERNAL: Course.STOP,
    Kind.CANCELLED: Course.CANCELLED,
}

# A name that is not there does not appear in a minute; two more tries are for a resolver that was busy.
_UNRESOLVED_ATTEMPTS = 3


def attempts_max(kind: Kind, limits: RetryLimits) -> int:
    """How many failures in a row, without a byte, are the end."""
    if kind is Kind.UNRESOLVED:
        return min(_UNRESOLVED_ATTEMPTS, limits.max_attempts)
    return limits.max_attempts


def gave_up(said: str, attempts: int) -> str:
    """The last failure in words, with how many tries there were."""
    tries = "1 try" if attempts == 1 else f"{attempts} tries"
    return f"{said} (gave up after {tries})"


def backoff_s(attempt: int, limits: RetryLimits, chance: random.Random) -> float:
    """Seconds to wait after the `attempt`-th failure in a row (1 is the first), with full jitter."""
    ceiling = limits.base_delay_secs * 2.0 ** min(attempt - 1, 30)
    return chance.uniform(0.0, min(limits.max_delay_secs, ceiling))
