"""A reactor of virtual time: it never waits, the clock jumps to what comes next."""

from __future__ import annotations

from ddm.multi.reactor import Reactor
from ddm.testing.clock import VirtualClock
from ddm.testing.cues import Cues
from ddm.testing.story import Story


class VirtualReactor(Reactor):
    """The real one but for its waiting. What is ready comes before time passes.

    cues: what is called on the way, between two turns.
    """

    def __init__(self, clock: VirtualClock, cues: Cues, story: Story) -> None:
        super().__init__(clock)
        self._virtual = clock
        self._cues = cues
        self._story = story

    def deadline(self) -> float | None:
        """At once, in any loop, if there is one: the next turn makes it the time. None if nothing is to come."""
        return None if self._next_s() is None else 0.0

    def turn(self, wait_s: float | None = None) -> None:
        """Go on to what is next, at most `wait_s` ahead, and do it; with 0, as loops of others say it, however far.

        Raises Violation where a real one would wait for ever.
        """
        self.turns.lateness.expect(None)  # time passes because we say so: no loop is late
        if not self._selector.select(0):
            self._pass_time(wait_s)
        self._story.now = self._virtual.now()
        self._cues.call(self._virtual.now())
        super().turn(0)

    def _next_s(self) -> float | None:
        times = (super().deadline(), self._cues.deadline())
        return min((due for due in times if due is not None), default=None)

    def _pass_time(self, wait_s: float | None) -> None:
        due_s = self._next_s()
        if wait_s:
            until_s = self._virtual.now() + wait_s
            due_s = until_s if due_s is None else min(due_s, until_s)
        if due_s is not None:
            self._virtual.advance_to(due_s)
        elif wait_s is None:
            raise self._story.violation("nothing will ever happen, and somebody waits for it")
