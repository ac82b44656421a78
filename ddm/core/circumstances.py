"""What a job may be in besides its state: on its way out, waiting for room, described."""

from __future__ import annotations

from msgspec import Struct

from ddm.failures import Failure
from ddm.limits import MIB
from ddm.record import State
from ddm.spec import Checksum


class Found(Struct, frozen=True):
    """What a job's server says the file is, and how it would be fetched.

    ranges: whether it sends parts. url: the final one, redacted. connections: how many would fetch it.
    digests: those that the server vouches for.
    """

    name: str
    size_bytes: int | None
    ranges: bool
    etag: str | None
    last_modified: str | None
    content_coding: str | None
    url: str
    connections: int
    digests: tuple[Checksum, ...] = ()


class Ending(Struct, frozen=True):
    """How a job is about to leave: the state it gets, and why. remove: its row goes after that."""

    state: State
    failure: Failure | None = None
    remove: bool = False


class Room(Struct):
    """What a job waits for whose disk is full.

    failure: the write that failed. size_bytes: how long the file will be, None while unknown. not_before_s: when it
    may go on if there is room. check_s: when that is looked at next. lacking_bytes: how much was missing then; None
    before the first look.
    """

    failure: Failure
    size_bytes: int | None
    not_before_s: float
    check_s: float
    lacking_bytes: int | None = None

    @property
    def reason(self) -> str:
        """Why it waits, with the amount that is missing."""
        missing_mib = -(-(self.lacking_bytes or 0) // MIB)
        more = f" ({missing_mib} MiB more are needed)" if missing_mib > 0 else ""
        return self.failure.message + more
