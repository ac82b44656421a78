"""One run of the simulated world: from a seed, or a scenario, to every job's end."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from ddm.core.engine import Engine
from ddm.core.events import QueueChanged, StopRequested
from ddm.performer import Performer
from ddm.record import JobRecord, State
from ddm.store.database import Database, open_database
from ddm.store.jobs import JobStore
from ddm.testing import scenario as scenarios
from ddm.testing.clock import VirtualClock
from ddm.testing.disk import SimDisk
from ddm.testing.faults import DiskFaults
from ddm.testing.network import SimNetwork
from ddm.testing.origin import Internet
from ddm.testing.scenario import Interruption, Scenario
from ddm.testing.store import WatchedStore
from ddm.testing.story import Story, Violation
from ddm.testing.watcher import Watcher

# Nothing takes a virtual day: the longest wait that is obeyed is ten minutes, and tries are counted.
_DAY_S = 86_400.0
_TURNS_MAX = 20_000
_SPINS_MAX = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. digest: of its story, the same for the same seed."""

    states: tuple[State, ...]
    turns: int
    requests: int
    bytes_received: int
    virtual_s: float
    digest: str


def run(seed: int) -> Outcome:
    """Run the world of a seed. Raises Violation, with the story."""
    return run_scenario(scenarios.draw(seed), seed=seed, title=f"seed {seed}")


def run_scenario(scenario: Scenario, *, seed: int, title: str) -> Outcome:
    """Run one scenario. seed: for what the engine and the servers draw on the way."""
    story = Story(title)
    with closing(open_database(None)) as database:
        world = World(scenario, seed=seed, story=story, database=database)
        try:
            return world.run()
        except Violation:
            raise
        except Exception as error:  # whatever breaks, the story tells how it came to it
            raise story.violation(f"{type(error).__name__}: {error}") from error


class World:
    """Everything of one run."""

    def __init__(self, scenario: Scenario, *, seed: int, story: Story, database: Database) -> None:
        self._scenario = scenario
        self._chance = random.Random(f"engine {seed}")  # noqa: S311 - a scripted world, no secrets
        self._story = story
        self._clock = VirtualClock()
        self._internet = Internet(scenario.origins, random.Random(f"origins {seed}"))  # noqa: S311 - as above
        versions = [*self._internet.versions, *(version for _, version in scenario.heirs)]
        self._watcher = Watcher(self._internet, versions, scenario.limits, story)
        faults = DiskFaults(self._clock, scenario.disk_faults, scenario.calm_s)
        self._disk = SimDisk(faults, self._watcher)
        for path in scenario.foreign:
            self._disk.put_foreign(path)
        self._jobs = JobStore(database, self._clock.wall)
        self._jobs.add(scenario.jobs)
        self._interruptions = list(scenario.interruptions)
        self._turns = 0
        self._begin()

    def _begin(self) -> None:
        """A new process: engine, network and performer on the disk and the store that are there."""
        self._watcher.begin_run()
        self._network = SimNetwork(self._internet, clock=self._clock, story=self._story)
        self._engine = Engine(self._scenario.limits, chance=self._chance, user_agent="ddm-testing")
        self._performer = Performer(
            self._engine,
            network=self._network,
            disk=self._disk,
            store=WatchedStore(self._jobs, self._watcher),
        )
        self._performer.submit(QueueChanged())

    def run(self) -> Outcome:
        """With troubles, then calmly, once more for what failed; every job has to end as it should."""
        self._work()
        self._clock.advance_to(self._scenario.calm_s)
        failed = [record.id for record in self._jobs.in_state(State.FAILED)]
        for job_id in failed:
            self._jobs.requeue(job_id)
        if failed:
            self._story.now = self._clock.now()
            self._story.tell(f"all is calm, jobs {failed} are queued again")
            self._performer.submit(QueueChanged())
            self._work()
        records = self._jobs.all()
        for record in records:
            self._check_end(record)
        self._watcher.check_strays(records, self._disk)
        return Outcome(
            tuple(record.state for record in records),
            self._turns,
            self._internet.requests.total(),
            self._internet.bytes_sent,
            self._clock.now(),
            self._story.digest,
        )

    # -- turns --------------------------------------------------------------------------------

    def _work(self) -> None:
        """Turn until nothing is left to do, over any interruptions on the way."""
        self._turn()
        spins = 0
        while not self._performer.idle:
            if self._interruptions and self._turns >= self._interruptions[0].turn:
                self._interrupt(self._interruptions.pop(0))
                continue
            due = self._deadline()
            spins = spins + 1 if due <= self._clock.now() else 0
            if spins > _SPINS_MAX:
                raise self._story.violation("it turns and turns, and no time passes")
            self._clock.advance_to(due)
            self._turn()

    def _deadline(self) -> float:
        times = (self._network.deadline(), self._performer.deadline())
        due = min((moment for moment in times if moment is not None), default=None)
        if due is None:
            raise self._story.violation("a hang: work is left, and nothing will ever happen")
        return due

    def _turn(self) -> None:
        now = self._clock.now()
        self._story.now = now
        self._turns += 1
        if now > _DAY_S or self._turns > _TURNS_MAX:
            raise self._story.violation(f"no end after {self._turns} turns and {now:.0f} s")
        self._network.advance(now)
        self._performer.pump(now)
        self._check()

    def _check(self) -> None:
        watcher = self._watcher
        rows = (self._jobs.get(job_id) for job_id in sorted(watcher.changed()))
        watcher.check_rows((record for record in rows if record is not None), self._disk)
        watcher.check_names(self._disk)
        watcher.check_connections(self._network.urls, self._scenario.jobs)
        watcher.check_requests(self._scenario.jobs)

    # -- interruptions ------------------------------------------------------------------------

    def _interrupt(self, interruption: Interruption) -> None:
        """End this process in one of three ways, and begin the next."""
        self._story.tell(f"interrupted: {interruption.how}")
        with self._nothing_else_interrupts():
            if interruption.how == "stop":
                self._performer.submit(StopRequested())
                self._work()
                self._check_kept()
            else:
                self._disk.crash(power=interruption.how == "power")
                for record in self._jobs.all():
                    self._watcher.reread(record, self._disk)
        self._jobs.recover()
        if interruption.change:
            for file, version in self._scenario.heirs:
                file.changes.append((self._clock.now(), version))
                self._story.tell(f"a file changes to {version.etag} {version.last_modified}")
            self._scenario.heirs.clear()
        self._begin()
        self._turn()

    @contextmanager
    def _nothing_else_interrupts(self) -> Iterator[None]:
        rest, self._interruptions = self._interruptions, []
        yield
        self._interruptions = rest

    def _check_kept(self) -> None:
        """After a stop every byte that was written is claimed, where the file has a strong validator."""
        for record in self._jobs.in_state(State.QUEUED):
            lost = self._watcher.owed(record, self._disk).minus(record.written)
            file = self._internet.file(record.spec.url)
            if file and file.traits.digest and record.size_bytes:
                lost = lost.within(record.size_bytes - 1)  # see core.job.Job.recordable
            if lost and record.etag and not record.etag.startswith("W/"):
                raise self._story.violation(f"job {record.id} was stopped and forgot {lost}")

    # -- the end ------------------------------------------------------------------------------

    def _check_end(self, record: JobRecord) -> None:
        """Calm has come and every job was tried once more: only what can never be had may have failed."""
        if record.state is State.DONE:
            if why := self._must_fail(record):
                raise self._story.violation(f"job {record.id} is DONE, though {why}")
            return
        said = record.error.message if record.error else "no reason"
        if record.state is State.FAILED and self._may_fail(record):
            return
        raise self._story.violation(f"job {record.id} ended {record.state.value}: {said}")

    def _may_fail(self, record: JobRecord) -> bool:
        file = self._internet.file(record.spec.url)
        if file is None or file.traits.status != 200 or self._must_fail(record):
            return True
        kind = record.error.kind if record.error else None
        if kind == "stalled" and self._scenario.limits.timeout_secs:
            return True
        if kind == "digest-mismatch":  # also where what was asked for is no longer there
            return file.traits.digest == "wrong" or bool(record.spec.checksums and file.changes[1:])
        if record.spec.name and f"{record.spec.directory}/{record.spec.name}" in self._disk.foreign:
            return True
        return len(file.changes) > 1 and kind == "changed"

    def _must_fail(self, record: JobRecord) -> str | None:
        """Why a job may never be DONE."""
        spec, file = record.spec, self._internet.file(record.spec.url)
        if spec.url.startswith("https:") and not spec.allow_downgrade:
            return "its redirect leaves https"
        if file is None:
            return "there is no file"
        digests = {version.body.sha256.hex() for version in file.versions if spec.checksums}
        if any(checksum.hex not in digests for checksum in spec.checksums):
            return "its checksum is no version's"
        if file.traits.digest == "wrong" and record.size_bytes:
            return "its server's digest is wrong"
        return None
