"""What outlives a process: disk, store, marks, servers; how a process begins there, and what it leaves when it dies."""

from __future__ import annotations

import random
from dataclasses import dataclass

from ddm import recovery, steering
from ddm.core.engine import Engine
from ddm.performer import Performer
from ddm.record import State
from ddm.testing.clock import VirtualClock
from ddm.testing.disk import SimDisk
from ddm.testing.errands import Errands
from ddm.testing.faults import Fault, Faults
from ddm.testing.log import LogDisk
from ddm.testing.marks import MarksFile, WatchedMarks
from ddm.testing.memory import MemoryStore
from ddm.testing.network import SimNetwork
from ddm.testing.origin import Internet
from ddm.testing.plug import Plug
from ddm.testing.resolver import SimResolver
from ddm.testing.scenario import Scenario
from ddm.testing.store import WatchedStore
from ddm.testing.story import Story
from ddm.testing.watcher import Watcher


@dataclass(frozen=True, slots=True)
class Process:
    """One life of the program."""

    performer: Performer
    network: SimNetwork
    resolver: SimResolver
    store: WatchedStore
    errands: Errands

    def deadline(self) -> float | None:
        """When something is due."""
        all_ = (self.network, self.resolver, self.store, self.errands, self.performer)
        times = (each.deadline() for each in all_)
        return min((moment for moment in times if moment is not None), default=None)

    def turn(self, now: float) -> None:
        """What a reactor's turn does."""
        self.network.advance(now)
        self.errands.advance(now)
        self.performer.pump(now)


class Machine:
    """Everything that processes find."""

    def __init__(
        self, scenario: Scenario, *, seed: int, story: Story, clock: VirtualClock, jobs: MemoryStore
    ) -> None:
        self._limits = scenario.limits
        self._chance = random.Random(f"engine {seed}")  # noqa: S311 - a scripted world, no secrets
        self._names = random.Random(f"names {seed}")  # noqa: S311 - as above
        self._calm_s = scenario.calm_s
        self._power = random.Random(f"power {seed}")  # noqa: S311 - as above
        self._hurry = random.Random(f"hurry {seed}")  # noqa: S311 - as above
        # In a quarter of the worlds many a turn has no time for what there is to decide.
        self._hurried = self._hurry.choice((0.0, 0.0, 0.0, 0.7))
        self._story = story
        self.clock = clock
        self.jobs = jobs
        self.internet = Internet(scenario.origins, random.Random(f"origins {seed}"))  # noqa: S311 - as above
        versions = [*self.internet.versions, *(version for _, version in scenario.heirs)]
        self.watcher = Watcher(self.internet, versions, story)
        self.watcher.strict = not (scenario.store_faults or scenario.nth)
        failing: tuple[Fault, ...] = (*scenario.disk_faults, *scenario.store_faults)
        self.faults = Faults(clock, failing, scenario.calm_s, scenario.nth)
        self.plug = Plug()
        self.errands = Errands(clock, random.Random(f"errands {seed}"))  # noqa: S311 - as above
        self.disk = SimDisk(self.faults, self.watcher, self.plug, self.errands)
        for path in scenario.foreign:
            self.disk.put_foreign(path)
        self.marks = MarksFile()
        self._log = LogDisk(clock, random.Random(f"log {seed}"))  # noqa: S311 - as above

    def crash(self, *, power: bool) -> None:
        """The process is gone, and with power all that was not on the disk."""
        self._story.tell("the power is cut" if power else "the process is gone")
        self.watcher.died()
        if not power:
            self.disk.crash()
            return
        self.marks.lose_power(self._power)
        self._story.tell(f"{self.jobs.lose_power(self._power)} commits are lost")
        self.watcher.lost_after(self.jobs.last)
        self.disk.crash(self._power)
        self.watcher.reread(self.jobs.all(), self.disk, power=True)

    def begin(self) -> Process:
        """Put right what the last process left, as `Custody.take` does, and begin the next, as `House` does.

        Raises StateError, Died.
        """
        disk, watcher, boot_id = self.disk, self.watcher, self.disk.boot_id
        self.errands.at_once = True  # nobody shares the turn yet
        store = WatchedStore(self.jobs, watcher, self.faults, self.plug, self._log)
        marks = WatchedMarks(self.marks.content, boot_id, watcher)
        recovery.recover(store, disk, marks.found(), boot_id)
        records = self.jobs.all()
        watcher.reread(records, disk, power=False)
        watcher.check_rows(records, disk)
        watcher.check_kept([r for r in records if r.state is State.QUEUED], disk)
        marks.clear()
        steering.settle_all(store, disk)
        # As `Database.enter_loop`: what the dead process committed is on the disk before anything is written.
        self.jobs.synced(self.jobs.last)
        engine = Engine(self._limits, chance=self._chance, user_agent="ddm-testing")
        network = SimNetwork(
            self.internet, clock=self.clock, story=self._story, onlookers=(watcher.hedges,)
        )
        resolver = SimResolver(self.clock, self._story, self._names, self._calm_s)
        performer = Performer(
            engine,
            network=network,
            disk=disk,
            store=store,
            marks=marks,
            names=resolver,
            clock=self.clock,
        )
        performer.spent = lambda: self._hurry.random() < self._hurried
        performer.queue_changed()
        self.errands.at_once = False
        return Process(performer, network, resolver, store, self.errands)
