"""What went wrong, as a value: its first cause, in words, without a decision.

The kind alone decides what happens next (`core/retry.py`); the sentence is for people and is
already redacted; the exit status is for scripts. A full disk is DISK_FULL from the first `pwritev`
that said so, never "write error 23" afterwards.
"""

from __future__ import annotations

import errno
from enum import Enum

from msgspec import Struct

from ddm.errors import Exit


class Kind(Enum):
    """Kinds of failure; the value is the word that the store, JSON and the log use."""

    # the network
    UNRESOLVED = "unresolved"  # the host's name
    UNREACHABLE = "unreachable"  # refused, no route, no answer to connect
    BROKEN = "broken"  # reset, closed, cut short
    STALLED = "stalled"  # too slow for too long
    UNTRUSTED = "untrusted"  # the certificate
    TLS = "tls"  # a handshake that failed for another reason
    # the server
    THROTTLED = "throttled"  # 429, 503, HTTP/2's ENHANCE_YOUR_CALM
    SERVER_ERROR = "server-error"  # 500, 502, 504 and other 5xx
    NOT_FOUND = "not-found"  # 404, 410
    NOT_ALLOWED = "not-allowed"  # 401, 403, 407
    REFUSED = "refused"  # any other 4xx
    BAD_RESPONSE = "bad-response"  # framing or fields that make no sense
    REDIRECTED = "redirected"  # not an error: ends this transfer, starts the next hop
    BAD_REDIRECT = "bad-redirect"  # loop, too many, another scheme
    # the range and the representation
    RANGE_IGNORED = "range-ignored"  # 200 where 206 was asked for
    RANGE_WRONG = "range-wrong"  # another range, total, multipart, 416
    CODED = "coded"  # a Content-Encoding that was not asked for
    CHANGED = "changed"  # not the representation that was begun
    NOT_MODIFIED = "not-modified"  # not an error: what we have is what the server has (304)
    DIGEST = "digest-mismatch"  # whole, but not the bytes that somebody vouched for
    # here
    DISK_FULL = "disk-full"  # no space left, or no quota
    DISK_ERROR = "disk-error"  # the system refused to read, write or sync
    NOT_CREATED = "not-created"  # permission, read-only, a name that is too long
    NO_DIRECTORY = "no-directory"  # it cannot be made or opened
    FILE_EXISTS = "file-exists"  # a file of that name is there already
    FILE_BUSY = "file-busy"  # another process is writing it
    CANCELLED = "cancelled"  # by ourselves
    INTERNAL = "internal"  # a bug of ours; the story is in the log


class Failure(Struct, frozen=True):
    """One failure.

    message: a sentence fragment for people, redacted, with the thing's name in it.
    code: the exit status that it becomes.
    status: the HTTP status, where one was received.
    retry_after_s: what the server asked us to wait, in seconds.
    other_etag: for CHANGED, the new strong ETag where nothing else says so.
    location: for REDIRECTED, the Location field as it came (never shown to anyone).
    """

    kind: Kind
    message: str
    code: Exit
    status: int | None = None
    retry_after_s: float | None = None
    location: str | None = None
    other_etag: str | None = None

    def __str__(self) -> str:
        return self.message


class FailureError(Exception):
    """A failure on its way to the performer, for rooms that have no other way to hand one back."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


CANCELLED = Failure(Kind.CANCELLED, "cancelled", Exit.UNFINISHED)

_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_CREATED = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.EINVAL, errno.ELOOP, errno.EILSEQ,
}  # fmt: skip


def no_room(path: str, why: str) -> Failure:
    """The failure that a full disk is, or a used up quota; how much is missing is `core/room`'s to say."""
    return Failure(Kind.DISK_FULL, f"no room for {path}: {why}", Exit.DISK_FULL)


def from_os_error(error: OSError, path: str, doing: str) -> Failure:
    """The failure that an OSError is; `path` is the file it happened to, `doing` a verb: "write", "create".

    Sentences end with the way out where there is one.
    """
    why = error.strerror or str(error)
    if error.errno in _FULL:
        return no_room(path, why)
    if error.errno == errno.EEXIST:
        return Failure(
            Kind.FILE_EXISTS,
            f"{path} exists already; move it away or choose another name",
            Exit.FILE_EXISTS,
        )
    if error.errno in _NOT_CREATED:
        return Failure(
            Kind.NOT_CREATED,
            f"could not {doing} {path}: {why}; choose a directory you may write to",
            Exit.CREATE_FAILED,
        )
    return Failure(Kind.DISK_ERROR, f"could not {doing} {path}: {why}", Exit.DISK_ERROR)
