"""What DDM raises at its doors, and the exit statuses that scripts may rely on.

Inside, a failure is a value (`failures.Failure`); here it becomes an exception with one clear
sentence. The numbers are aria2's (its manual, "EXIT STATUS") where the meaning is the same, 2 is
click's for usage, from 40 on they are our own.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Exit(IntEnum):
    """The exit status of `ddm`; each member's text is what the documentation prints."""

    text: str

    def __new__(cls, value: int, text: str) -> Self:
        """A status and its meaning."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.text = text
        return member

    OK = 0, "every file is whole under its name"
    UNEXPECTED = 1, "jobs failed for several reasons, or something that DDM did not foresee"
    USAGE = 2, "the command line makes no sense: an unknown option, a URL that is not http or https"
    NOT_FOUND = 3, "the server has no such file (404, 410)"
    TOO_SLOW = 5, "a time-out: no connection in time, or a transfer that stalled"
    NETWORK = 6, "the network failed: refused, unreachable, reset"
    UNFINISHED = 7, "jobs are left that are not finished: paused, or waiting for another ddm"
    DISK_FULL = 9, "no space left, or the quota is used up"
    FILE_BUSY = 11, "another process is writing this file"
    FILE_EXISTS = 13, "a file of that name is there already"
    CREATE_FAILED = 16, "the file could not be created (permission, read-only, name too long)"
    DISK_ERROR = 17, "the disk reported an error"
    DIRECTORY_FAILED = 18, "the directory could not be made or opened"
    NAME_RESOLUTION = 19, "the host's name could not be resolved"
    BAD_RESPONSE = 22, "the server's answer makes no sense, or is an error of its own"
    TOO_MANY_REDIRECTS = 23, "redirects that loop, are too many, or lead where DDM does not go"
    NOT_ALLOWED = 24, "the server wants authorization or refuses it (401, 403, 407)"
    BAD_CONFIG = 28, "the configuration file or a DDM_* variable has an error"
    OVERLOADED = 29, "the server is overloaded or throttles us (429, 503), also after waiting"
    CHECKSUM = 32, "the file does not have the digest that it should have"
    TLS = 40, "the server's certificate is not trusted, or TLS failed"
    CHANGED = 41, "the file on the server is no longer the one that was begun"
    STATE = 42, "the state directory or its database cannot be used"
    HELD = 43, "another ddm holds the state directory"
    INTERRUPTED = 130, "interrupted (Ctrl-C); what was fetched is kept"
    NO_READER = 141, "whoever read stdout has left, as in `ddm status` piped to `head`"
    TERMINATED = 143, "terminated (SIGTERM); what was fetched is kept"


class DDMError(Exception):
    """Anything that DDM refuses or cannot do. `str()` is one sentence for a user; `code` the exit status."""

    code = Exit.UNEXPECTED


class UsageError(DDMError):
    """What was asked for makes no sense: a bad URL, header, name."""

    code = Exit.USAGE


class ConfigError(DDMError):
    """The configuration names something unknown or a value out of bounds."""

    code = Exit.BAD_CONFIG


class StateError(DDMError):
    """The state directory or the database cannot be used."""

    code = Exit.STATE


class BusyError(StateError):
    """Another process is writing to the database; in a moment it will be done."""


class DamagedError(StateError):
    """The database is no database, or not whole."""


class StateFullError(StateError):
    """The disk of the state directory is full."""

    code = Exit.DISK_FULL


class HeldError(DDMError):
    """Another process holds the manager's lock."""

    code = Exit.HELD


class ClosedError(DDMError):
    """The manager was closed; its jobs keep what they have."""

    code = Exit.UNFINISHED


class DownloadError(DDMError):
    """A download that failed, as an exception; `failure` inside DDM carries the same words."""

    def __init__(self, message: str, code: Exit) -> None:
        super().__init__(message)
        self.code = code
