"""The world with many jobs on origins of different temper: who gets connections, and when.

What is in the files is the other world's business; this one counts. `python -m ddm.testing --many SEED`.
"""

from __future__ import annotations

import random
from contextlib import closing
from dataclasses import dataclass

from ddm.core.engine import Engine
from ddm.disk.marks import NoMarks
from ddm.entry import Entry
from ddm.performer import Performer
from ddm.record import State
from ddm.testing import crowd
from ddm.testing.clock import VirtualClock
from ddm.testing.connections import Connections, origin_of
from ddm.testing.crowd import Crowd
from ddm.testing.fairness import Fairness, Patience
from ddm.testing.memory import MemoryStore
from ddm.testing.network import SimNetwork
from ddm.testing.origin import Internet
from ddm.testing.refusals import Refusals
from ddm.testing.resolver import SimResolver
from ddm.testing.shallow import ShallowDisk
from ddm.testing.story import Story, Violation

_TURNS_MAX = 200_000
_SPINS_MAX = 200
# Twenty jobs share one connection that is as slow as any; each of them has to come round.
_PATIENCE = Patience(first_s=120.0, again_s=120.0)
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    most: connections at once. refused: requests. twice_bytes: fetched though they were there. longest_first_s,
    longest_again_s: what a job waited, in work and without a connection.
    """

    turns: int
    virtual_s: float
    requests: int
    most: int
    refused: int
    twice_bytes: int
    longest_first_s: float
    longest_again_s: float
    digest: str


def run(seed: int, *, rates: bool = True) -> Outcome:
    """Run the crowd of a seed. rates: whether some origins count requests. Raises Violation, with the story's end."""
    return run_crowd(crowd.draw(seed, rates=rates), seed=seed)


def run_crowd(people: Crowd, *, seed: int) -> Outcome:
    """Run a crowd. seed: for what the engine and the servers draw on the way."""
    story, clock = Story(f"crowd {seed}"), VirtualClock()
    with closing(_RowStore(clock, story)) as rows:
        try:
            return _World(people, rows, clock, story, seed).run()
        except Violation:
            raise
        except Exception as error:  # whatever breaks, the story tells how it came to it
            raise story.violation(f"{type(error).__name__}: {error}") from error


class _RowStore(MemoryStore):
    """The real store; it remembers the states that were set."""

    def __init__(self, clock: VirtualClock, story: Story) -> None:
        super().__init__(clock.wall, keeps=False)
        self._story = story
        self.states: dict[int, State] = {}

    def write(self, job_id: int, entry: Entry) -> None:
        """As `JobStore.write`."""
        super().write(job_id, entry)
        if entry.state is not None:
            state = self.states[job_id] = entry.state.state
            self._story.tell(f"job {job_id} {state.value}")


class _World:
    """Everything of one run."""

    def __init__(
        self, people: Crowd, rows: _RowStore, clock: VirtualClock, story: Story, seed: int
    ) -> None:
        self._people = people
        self._rows = rows
        self._clock = clock
        self._story = story
        self._turns = self._spins = 0
        self._internet = Internet(people.origins, random.Random(f"origins {seed}"))  # noqa: S311 - no secrets
        self._disk = ShallowDisk(people.bodies, story)
        ids = rows.add(people.jobs)
        self._open = set(ids)
        self._jobs = {spec.name: job for job, spec in zip(ids, people.jobs, strict=True)}
        chains = {
            job: self._internet.chain(spec.url) for job, spec in zip(ids, people.jobs, strict=True)
        }
        jobs_of = {url: job for job, chain in chains.items() for url in chain}
        specs = dict(zip(ids, people.jobs, strict=True))
        self._connections = Connections(people.limits, specs, jobs_of.__getitem__, story)
        self._refusals = Refusals(story)
        origins = {job: frozenset(map(origin_of, chain)) for job, chain in chains.items()}
        self._fairness = Fairness(self._connections, self._refusals, origins, _PATIENCE, story)
        onlookers = (self._connections, self._refusals)
        self._network = SimNetwork(self._internet, clock=clock, story=story, onlookers=onlookers)
        self._resolver = SimResolver(clock, story, random.Random(f"names {seed}"))  # noqa: S311 - as above
        chance = random.Random(f"engine {seed}")  # noqa: S311 - as above
        self._engine = Engine(people.limits, chance=chance, user_agent="ddm-testing")
        self._performer = Performer(
            self._engine,
            network=self._network,
            disk=self._disk,
            store=rows,
            marks=NoMarks(),
            names=self._resolver,
            clock=clock,
        )

    def run(self) -> Outcome:
        """To every job's end; once more for what was asked of an origin while nobody was there."""
        self._work()
        failed = {record.id for record in self._rows.in_state(State.FAILED)}
        if failed & self._people.mortal:
            self._story.tell(f"jobs {sorted(failed & self._people.mortal)} are tried once more")
            self._rows.resume(failed & self._people.mortal)
            self._work()
        for record in self._rows.all():
            if record.state is not State.DONE or record.name not in self._disk.whole:
                why = record.error.message if record.error else "no reason"
                raise self._story.violation(f"job {record.id} ended {record.state.value}: {why}")
        return Outcome(
            self._turns,
            self._clock.now(),
            self._internet.requests.total(),
            self._connections.most,
            self._refusals.total,
            self._disk.twice_bytes,
            self._fairness.longest_first_s,
            self._fairness.longest_again_s,
            self._story.digest,
        )

    def _work(self) -> None:
        self._open = {record.id for record in self._rows.in_state(State.QUEUED)}
        self._rows.states = dict.fromkeys(self._open, State.QUEUED)
        self._performer.queue_changed()
        self._turn()
        while not self._performer.idle:
            times = (self._network.deadline(), self._performer.deadline())
            due = min((moment for moment in times if moment is not None), default=None)
            if due is None:
                raise self._story.violation("a hang: work is left, and nothing will ever happen")
            self._spins = self._spins + 1 if due <= self._clock.now() else 0
            if self._spins > _SPINS_MAX:
                raise self._story.violation("it turns and turns, and no time passes")
            self._clock.advance_to(due)
            self._turn()

    def _turn(self) -> None:
        self._story.now = now = self._clock.now()
        self._turns += 1
        if self._turns > _TURNS_MAX or now > _HOUR_S:
            raise self._story.violation(f"no end after {self._turns} turns and {now:.0f} s")
        self._network.advance(now)
        self._performer.pump(now)
        states = self._rows.states
        self._open = {job for job in self._open if not states[job].ended}
        # A file that has every byte waits for its name, and for no connection.
        full = {self._jobs[name] for name in self._disk.full}
        in_work = sorted(job for job in self._open - full if self._engine.holds(job))
        self._fairness.check(in_work, states, now)
