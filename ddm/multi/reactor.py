"""The loop: descriptors, deadlines, one turn after the other. Knows no curl.

A turn waits for ready descriptors at most until the earliest deadline of a member, reads the clock,
calls back for each ready descriptor, then runs every member once. Descriptors are level-triggered,
so an event that is dropped comes again.

The selector is epoll on Linux. Its descriptor (`fileno`) is readable when a turn has something to
do, so that the whole reactor can be nested in somebody else's loop together with `deadline`.
"""

from __future__ import annotations

import selectors
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

# When a turn has lasted so long, the descriptors that are left come first in the next one: signals,
# deadlines and screens wait for its end. Where data is always there, one action of libcurl takes 20
# to 50 ms, and 16 descriptors are ready.
TURN_S = 0.01

OnReady = Callable[[int, bool, bool], None]


class Clock(Protocol):
    """The part of a clock that the reactor needs."""

    def now(self) -> float:
        """Seconds on a clock that never jumps."""


class Member(Protocol):
    """Somebody with work to do in a turn."""

    def deadline(self) -> float | None:
        """When it wants to be run at the latest, on the reactor's clock; None for no time."""

    def run(self, now: float) -> None:
        """Do what is due. Called once in every turn, after the ready descriptors."""


class _Watch(Struct, frozen=True, eq=False):
    """One registration of a descriptor, compared by identity: that is its generation.

    A number may come back for another socket within one batch of events.
    """

    on_ready: OnReady


class Reactor:
    """Waits, and calls who has to do something."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._selector = selectors.DefaultSelector()
        self._watches: dict[int, _Watch] = {}
        self._members: list[Member] = []
        self._behind: dict[int, int] = {}  # ready, but left to the next turn: its place there
        self._now = clock.now()

    @property
    def now(self) -> float:
        """The moment of this turn: everything in a turn happens at the same time."""
        return self._now

    def fileno(self) -> int:
        """The selector's own descriptor, for a loop that this one is nested in."""
        return self._selector.fileno()

    def watch(self, fd: int, *, read: bool, write: bool, callback: OnReady) -> None:
        """Call back with (fd, readable, writable) when `fd` is ready; replaces an earlier watch.

        Raises OSError.
        It is always taken off and put on, never modified: a descriptor that was closed and opened
        again behind our back is then no special case (curl before 8.16 did that).
        """
        self.unwatch(fd)
        events = (READ if read else 0) | (WRITE if write else 0)
        if events:
            watch = _Watch(callback)
            self._selector.register(fd, events, watch)
            self._watches[fd] = watch

    def unwatch(self, fd: int) -> None:
        """Forget a descriptor, which may be closed already or never have been watched."""
        if self._watches.pop(fd, None) is not None:
            self._selector.unregister(fd)  # ignores the OSError of a closed descriptor itself

    def join(self, member: Member) -> None:
        """Run this member in every turn from now on."""
        self._members.append(member)

    def leave(self, member: Member) -> None:
        """Run this member no more; one that has left already is left alone."""
        if member in self._members:
            self._members.remove(member)

    def deadline(self) -> float | None:
        """The earliest deadline of a member, None if there is none."""
        return min(
            (due for member in self._members if (due := member.deadline()) is not None),
            default=None,
        )

    def turn(self, wait_s: float | None = None) -> None:
        """Wait for something to do, at most `wait_s` seconds, and do it. None waits for ever."""
        ready = self._selector.select(self._wait_s(wait_s))
        self._now = self._clock.now()
        if self._behind:
            last = len(self._behind)
            ready.sort(key=lambda event: self._behind.get(event[0].fd, last))
            self._behind.clear()
        late = False
        for key, events in ready:
            # Who was called before may have taken this descriptor off, or put it on anew.
            watch = self._watches.get(key.fd)
            if watch is None or watch is not key.data:
                continue
            if late:
                self._behind[key.fd] = len(self._behind)
                continue
            watch.on_ready(key.fd, bool(events & READ), bool(events & WRITE))
            late = self._clock.now() - self._now > TURN_S
        for member in tuple(self._members):
            if member in self._members:
                member.run(self._now)

    def close(self) -> None:
        """Give the descriptor back. Watched ones stay open."""
        self._watches.clear()
        self._members.clear()
        self._selector.close()

    def _wait_s(self, wait_s: float | None) -> float | None:
        """How long to wait. The selector rounds up to its own milliseconds: no deadline is early.

        The clock is asked because time went by since the last turn; nobody else sees the answer.
        """
        due = self.deadline()
        if due is None or wait_s == 0:
            return wait_s
        until_due_s = max(0.0, due - self._clock.now())
        return until_due_s if wait_s is None else min(wait_s, until_due_s)
