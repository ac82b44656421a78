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

from ddm.limits import NETWORK_PART, TURN_BUDGET_S
from ddm.turns import Part, Turns

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

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
    part: Part


class Reactor:
    """Waits, and calls who has to do something. turns: what that took.

    turning: whether a turn is under way; so it stays where something was raised in the middle of one.
    """

    def __init__(self, clock: Clock, turn_budget_s: float = TURN_BUDGET_S) -> None:
        """`turn_budget_s`: what a turn should take at most; see `spent`."""
        self.turns: Turns = Turns(clock.now)
        self._clock = clock
        self._budget_s = turn_budget_s
        self._selector = selectors.DefaultSelector()
        self._watches: dict[int, _Watch] = {}
        self._members: list[tuple[Member, Part]] = []
        self._behind: dict[int, int] = {}  # ready, but left to the next turn: its place there
        self._now = clock.now()
        self.turning: bool = False

    @property
    def now(self) -> float:
        """The moment of this turn: everything in a turn happens at the same time."""
        return self._now

    def allow(self, turn_budget_s: float) -> None:
        """From the next turn on one should take at most so long."""
        self._budget_s = turn_budget_s

    def spent(self, part: float = 1.0) -> bool:
        """Whether so much of the turn's budget is used up: what can wait is for the next turn then."""
        return self._clock.now() - self._now > part * self._budget_s

    def fileno(self) -> int:
        """The selector's own descriptor, for a loop that this one is nested in."""
        return self._selector.fileno()

    def watch(
        self, fd: int, *, read: bool, write: bool, callback: OnReady, part: Part = Part.OTHER
    ) -> None:
        """Call back with (fd, readable, writable) when `fd` is ready; replaces an earlier watch.

        part: what of a turn that is. Raises OSError.
        It is always taken off and put on, never modified: a descriptor that was closed and opened
        again behind our back is then no special case (curl before 8.16 did that).
        """
        self.unwatch(fd)
        events = (READ if read else 0) | (WRITE if write else 0)
        if events:
            watch = _Watch(callback, part)
            self._selector.register(fd, events, watch)
            self._watches[fd] = watch

    def unwatch(self, fd: int) -> None:
        """Forget a descriptor, which may be closed already or never have been watched."""
        if self._watches.pop(fd, None) is not None:
            self._selector.unregister(fd)  # ignores the OSError of a closed descriptor itself

    def join(self, member: Member, part: Part = Part.OTHER) -> None:
        """Run this member in every turn from now on; part: what of a turn that is."""
        self._members.append((member, part))

    def leave(self, member: Member) -> None:
        """Run this member no more; one that has left already is left alone."""
        self._members = [joined for joined in self._members if joined[0] is not member]

    def deadline(self) -> float | None:
        """The earliest deadline of a member, None if there is none."""
        return min(
            (due for member, _ in self._members if (due := member.deadline()) is not None),
            default=None,
        )

    def due(self) -> float | None:
        """As `deadline`, asked by somebody else's loop, which is to turn by then: it is measured how late it does."""
        due = self.deadline()
        self.turns.lateness.expect(due)
        return due

    def turn(self, wait_s: float | None = None) -> None:
        """Wait for something to do, at most `wait_s` seconds, and do it. None waits for ever."""
        if wait_s != 0:
            self.turns.lateness.expect(None)  # from now on we wait, not they
        ready = self._selector.select(self._wait_s(wait_s))
        self.turning = True
        turns = self.turns
        self._now = now = turns.begin()
        if self._behind:
            last = len(self._behind)
            ready.sort(key=lambda event: self._behind.get(event[0].fd, last))
            self._behind.clear()
        late = now + NETWORK_PART * self._budget_s
        for key, events in ready:
            # Who was called before may have taken this descriptor off, or put it on anew.
            watch = self._watches.get(key.fd)
            if watch is None or watch is not key.data:
                continue
            if now > late:
                # Signals, deadlines and screens wait for the end of the turn.
                self._behind[key.fd] = len(self._behind)
                continue
            watch.on_ready(key.fd, bool(events & READ), bool(events & WRITE))
            now = turns.lap(watch.part)
        for joined in tuple(self._members):
            if joined in self._members:
                joined[0].run(self._now)
                turns.lap(joined[1])
        turns.end()
        self.turning = False

    def descriptors(self) -> tuple[int, ...]:
        """All that are watched, and the selector's own."""
        return (self.fileno(), *self._watches)

    def close(self) -> None:
        """Give the descriptor back. Watched ones stay open."""
        self._watches.clear()
        self._members.clear()
        self._selector.close()

    def _wait_s(self, wait_s: float | None) -> float | None:
        """How long to wait. The selector rounds up to its own milliseconds: no deadline is early.

        The clock is asked because time went by since the last turn; nobody else sees the answer.
        """
        if wait_s == 0 or (due := self.deadline()) is None:
            return wait_s
        until_due_s = max(0.0, due - self._clock.now())
        return until_due_s if wait_s is None else min(wait_s, until_due_s)
