"""Every job has a connection before any has two, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ddm.record import State
from ddm.testing.connections import Connections, Started
from ddm.testing.refusals import Refusals
from ddm.testing.story import Story

_WANTING = {State.QUEUED, State.PROBING, State.RUNNING}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a job may be in work and without a connection, waits that its origin asked for aside."""

    first_s: float
    again_s: float


class Fairness:
    """Looks at the end of each turn at the jobs that are in work, not waiting for a time, and have no connection.

    One that was without already when the turn began must not see, at its end, that in this turn another job got a
    further connection to the same origin; or anywhere, while its own origin had room and never seemed to refuse.

    longest_first_s, longest_again_s: what anybody waited for the first connection, or for another.
    """

    def __init__(
        self,
        connections: Connections,
        refusals: Refusals,
        origins: Mapping[int, frozenset[str]],
        patience: Patience,
        story: Story,
    ) -> None:
        self.longest_first_s = self.longest_again_s = 0.0
        self._connections = connections
        self._refusals = refusals
        self._origins = origins
        self._patience = patience
        self._story = story
        self._without: dict[int, float] = {}

    def check(self, in_work: Iterable[int], states: Mapping[int, State], now: float) -> None:
        """The end of a turn. in_work: the jobs that were admitted; states: what their rows say."""
        without = [
            job
            for job in in_work
            if not self._connections.of(job) and states.get(job, State.QUEUED) in _WANTING
        ]
        further = [started for started in self._connections.end_turn() if started.beside]
        for job in without:
            if job in self._without:
                self._check_one(job, further, now - self._without[job])
        self._without = {job: self._without.get(job, now) for job in without}

    def _check_one(self, job: int, further: Sequence[Started], waited_s: float) -> None:
        for started in further:
            if self._origins[job] == {started.origin} or self._has_room(job):
                raise self._story.violation(
                    f"job {job} has had no connection for {waited_s:.3f} s, and job {started.job} gets its"
                    f" {started.beside + 1}. at {started.origin}"
                )
        if self._connections.had_one(job):
            self.longest_again_s = max(self.longest_again_s, waited_s)
            most_s = self._patience.again_s
        else:
            self.longest_first_s = max(self.longest_first_s, waited_s)
            most_s = self._patience.first_s
        if waited_s > most_s:
            raise self._story.violation(f"job {job} has had no connection for {waited_s:.0f} s")

    def _has_room(self, job: int) -> bool:
        """Whether nothing but the budget in all can keep the job from having a connection."""
        at, ceiling = self._connections.at, self._connections.ceiling
        return all(
            not self._refusals.may_have_refused(origin) and at(origin) < ceiling(origin)
            for origin in self._origins[job]
        )
