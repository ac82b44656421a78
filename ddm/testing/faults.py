"""What goes wrong with a simulated disk and a store, and when."""

from __future__ import annotations

import errno
import os
from collections import Counter
from dataclasses import dataclass
from enum import Enum

from ddm.errors import BusyError, StateError
from ddm.testing.clock import VirtualClock


class Doing(Enum):
    """What a disk or a store is asked for."""

    OPEN = "open"
    WRITE = "write"
    SYNC = "sync"
    READ = "read"
    RENAME = "rename"
    SETTLE = "sync a directory"
    REMOVE = "remove"
    BEGIN = "begin a transaction"
    STORE = "store"
    COMMIT = "commit"
    LOG = "sync the log"
    LOOK = "look rows up"


_OF_STORES = {Doing.BEGIN, Doing.STORE, Doing.COMMIT, Doing.LOG, Doing.LOOK}
_NEEDS_ROOM = {Doing.OPEN, Doing.WRITE}
# What a call can fail with that is one of many; the variant of an `NthFault` says which it is.
_DISK_ERRORS = {
    Doing.OPEN: (errno.EMFILE, errno.EACCES, errno.ENOSPC, errno.EIO),
    Doing.WRITE: (errno.EIO, errno.ENOSPC),
    Doing.SYNC: (errno.EIO, errno.ENOSPC),
    Doing.RENAME: (errno.EIO, errno.EACCES),
}


@dataclass(frozen=True, slots=True)
class DiskFault:
    """The operations of one sort from the `first`-th (counted from 0) on fail, `count` times, with this errno.

    lasts_s: if not 0, for so long from then on instead. A disk that is full fails whatever needs room; it says so,
    unless it is a `quota`.
    """

    doing: Doing
    first: int
    count: int
    errno: int
    lasts_s: float = 0.0
    quota: bool = False

    @property
    def shows(self) -> bool:
        """Whether a look at the disk shows it."""
        return self.errno == errno.ENOSPC and bool(self.lasts_s) and not self.quota

    def concerns(self, doing: Doing) -> bool:
        """Whether it makes these fail once it has begun."""
        return doing is self.doing or (self.shows and doing in _NEEDS_ROOM)


@dataclass(frozen=True, slots=True)
class StoreFault:
    """As `DiskFault`, for the store. busy: another process is writing; else the store cannot be used."""

    doing: Doing
    first: int
    count: int
    lasts_s: float = 0.0
    busy: bool = False

    def concerns(self, doing: Doing) -> bool:
        """Whether it makes these fail once it has begun."""
        return doing is self.doing


@dataclass(frozen=True, slots=True)
class NthFault:
    """The `number`-th (from 1) of all calls fails; if it `stays`, all from that one on.

    variant: with which of its errors.
    """

    number: int
    stays: bool = False
    variant: int = 0


Fault = DiskFault | StoreFault


class Faults:
    """All faults of one world; from `calm_s` on there are none. calls: how many there were that may fail."""

    def __init__(
        self,
        clock: VirtualClock,
        faults: tuple[Fault, ...] = (),
        calm_s: float = 0.0,
        nth: NthFault | None = None,
    ) -> None:
        self._clock = clock
        self._faults = faults
        self._calm_s = calm_s
        self._nth = nth
        self._done: Counter[Doing] = Counter()
        self._begun_s: dict[Fault, float] = {}
        self.calls = 0

    @property
    def full(self) -> bool:
        """Whether the disk has no room, as far as anybody can see."""
        return any(
            isinstance(fault, DiskFault) and fault.shows and self._lasts(fault)
            for fault in self._faults
        )

    def meet(self, doing: Doing, path: str) -> None:
        """Count an operation. Raises OSError with the path, or StateError, if it is to fail."""
        self.calls += 1
        number = self._done[doing]
        self._done[doing] += 1
        if self._clock.now() >= self._calm_s:
            return
        if self._nth is not None and self._nth.number <= self.calls:
            if self._nth.stays or self._nth.number == self.calls:
                raise _failed(doing, path, self._nth.variant)
            return
        for fault in self._faults:
            if fault.concerns(doing) and self._strikes(fault, doing, number):
                raise _failure(fault, path)

    def _strikes(self, fault: Fault, doing: Doing, number: int) -> bool:
        if not fault.lasts_s:
            return 0 <= number - fault.first < fault.count
        if doing is fault.doing and number >= fault.first:
            self._begun_s.setdefault(fault, self._clock.now())
        return self._lasts(fault)

    def _lasts(self, fault: Fault) -> bool:
        begun_s, now = self._begun_s.get(fault), self._clock.now()
        return begun_s is not None and now < min(begun_s + fault.lasts_s, self._calm_s)


def _failure(fault: Fault, path: str) -> Exception:
    match fault:
        case DiskFault(errno=number):
            return _os_error(number, path)
        case StoreFault(busy=busy):
            return _state_error(busy=busy)


def _failed(doing: Doing, path: str, variant: int) -> Exception:
    if doing in _OF_STORES:
        return _state_error(busy=doing is Doing.BEGIN and variant % 2 == 0)
    errors = _DISK_ERRORS.get(doing, (errno.EIO,))
    return _os_error(errors[variant % len(errors)], path)


def _os_error(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)


def _state_error(*, busy: bool) -> StateError:
    if busy:
        return BusyError("the database is locked by another process")
    return StateError("the database cannot be used: disk I/O error")
