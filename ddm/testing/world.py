"""One run of the simulated world: from a seed, or a scenario, to every job's end."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from ddm.core.events import RoomGivenUp, StopRequested
from ddm.errors import BusyError, StateError
from ddm.limits import STOP_WAIT_S
from ddm.record import State
from ddm.testing import dealer
from ddm.testing.clock import VirtualClock
from ddm.testing.machine import Machine, Process
from ddm.testing.memory import MemoryStore
from ddm.testing.plug import Died
from ddm.testing.scenario import How, Interruption, Scenario
from ddm.testing.story import Story, Violation
from ddm.testing.traffic import Traffic
from ddm.testing.users import Users
from ddm.testing.verdict import Judge

# Nothing takes a virtual day: the longest wait that is obeyed is ten minutes, and tries are counted.
_DAY_S = 86_400.0
_TURNS_MAX = 20_000
_SPINS_MAX = 200
# Who finds the store unusable runs ddm again after so long.
_AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended.

    calls: of disk and store, that may fail. lives: how many processes it took. digest: of its story, the same for the
    same seed.
    """

    states: tuple[State, ...]
    turns: int
    requests: int
    bytes_received: int
    virtual_s: float
    calls: int
    lives: int
    digest: str


def run(seed: int) -> Outcome:
    """Run the world of a seed. Raises Violation, with the story."""
    return run_scenario(dealer.draw(seed), seed=seed, title=f"seed {seed}")


def run_scenario(scenario: Scenario, *, seed: int, title: str) -> Outcome:
    """Run one scenario. seed: for what the engine and the servers draw on the way."""
    story = Story(title)
    clock = VirtualClock()
    cuts = any(interruption.how == "power" for interruption in scenario.interruptions)
    with closing(MemoryStore(clock.wall, keeps=cuts)) as jobs:
        machine = Machine(scenario, seed=seed, story=story, clock=clock, jobs=jobs)
        try:
            return World(scenario, machine, story).run()
        except Violation:
            raise
        except Exception as error:  # whatever breaks, the story tells how it came to it
            raise story.violation(f"{type(error).__name__}: {error}") from error


class World:
    """Everything of one run."""

    def __init__(self, scenario: Scenario, machine: Machine, story: Story) -> None:
        self._scenario = scenario
        self._machine = machine
        self._story = story
        self._traffic = Traffic(machine.internet, scenario.limits, story)
        self._users = Users(scenario, machine.jobs, story)
        self._judge = Judge(scenario, machine.internet, machine.disk, story)
        self._interruptions = list(scenario.interruptions)
        self._fatal: Interruption | None = None  # the one that the plug is armed for
        self._turns = 0
        self._spins = 0
        self._lives = 0
        self._process = self._begun()

    def run(self) -> Outcome:
        """With troubles, then calmly, once more for what failed or rests; every job has to end as it should."""
        self._work()
        self._users.check_end(calm=False)
        self._machine.clock.advance_to(self._scenario.calm_s)
        self._story.now = self._machine.clock.now()
        self._users.resume_all()
        self._process.performer.queue_changed()
        self._work()
        if self._scenario.checks:
            self._check_again()
        return self._ended()

    def _ended(self) -> Outcome:
        self._users.check_end(calm=True)
        records = self._machine.jobs.all()
        for record in records:
            self._judge.check_end(record)
        self._judge.check_strays(records, self._machine.watcher.removals.left_behind())
        return Outcome(
            tuple(record.state for record in records),
            self._turns,
            self._machine.internet.requests.total(),
            self._machine.internet.bytes_sent,
            self._machine.clock.now(),
            self._machine.faults.calls,
            self._lives,
            self._story.digest,
        )

    def _check_again(self) -> None:
        """Ask for files that are there: they stay as they are, and not a byte is fetched."""
        self._change_files()
        done = [record.id for record in self._machine.jobs.in_state(State.DONE)]
        self._story.tell(f"jobs {done} are asked for again")
        for job_id in done:
            self._machine.jobs.check_again(job_id)
        self._interruptions.clear()
        before = self._machine.internet.bytes_sent, dict(self._machine.disk.files)
        self._process.performer.queue_changed()
        self._work()
        if before != (self._machine.internet.bytes_sent, self._machine.disk.files):
            raise self._story.violation("asking again fetched something")
        if lost := set(done) - {record.id for record in self._machine.jobs.in_state(State.DONE)}:
            raise self._story.violation(f"jobs {lost} were DONE and are not any more")

    # -- turns -------------------------------------------------------------------------------------

    def _work(self) -> None:
        """Turn until nothing is left to do, over any interruptions on the way."""
        self._spins = 0
        self._survive(self._turn)
        while not self._process.performer.idle or self._users.turn is not None:
            self._survive(self._go_on)
        self._machine.plug.disarm()

    def _survive(self, deed: Callable[[], None]) -> None:
        """Do something that the process may not survive; then begin another one."""
        try:
            deed()
        except Died:
            fatal = self._fatal
            self._after_death(fatal.how if fatal else "kill", change=bool(fatal and fatal.change))
        except BusyError:
            raise
        except StateError as error:
            self._story.tell(f"the process ends: {error}")
            self._after_death("kill")

    def _go_on(self) -> None:
        ending = self._interruptions[0] if self._interruptions else None
        users_turn = self._users.turn
        if ending is not None and self._turns >= ending.turn and not self._machine.plug.armed:
            self._interrupt(self._interruptions.pop(0))
        elif users_turn is not None and (self._turns >= users_turn or self._process.performer.idle):
            self._users.act(self._turns)
            self._process.performer.queue_changed()
            self._turn()
        else:
            self._wait_and_turn()

    def _wait_and_turn(self) -> None:
        if self._process.performer.stuck and self._scenario.gives_up:
            self._story.tell("nobody waits for room")
            self._process.performer.submit(RoomGivenUp())
        due = self._process.deadline()
        if due is None:
            raise self._story.violation("a hang: work is left, and nothing will ever happen")
        self._spins = self._spins + 1 if due <= self._machine.clock.now() else 0
        if self._spins > _SPINS_MAX:
            raise self._story.violation("it turns and turns, and no time passes")
        self._machine.clock.advance_to(due)
        self._turn()

    def _turn(self) -> None:
        now = self._machine.clock.now()
        self._story.now = now
        self._turns += 1
        if now > _DAY_S or self._turns > _TURNS_MAX:
            raise self._story.violation(f"no end after {self._turns} turns and {now:.0f} s")
        if not self._turns % 16:
            self._machine.marks.written_back()
        self._process.turn(now)
        self._check()

    def _check(self) -> None:
        watcher = self._machine.watcher
        rows = (self._machine.jobs.get(job_id) for job_id in sorted(watcher.changed()))
        watcher.check_rows((record for record in rows if record is not None), self._machine.disk)
        watcher.check_names(self._machine.disk)
        self._traffic.check(self._process.network.connections, self._scenario.jobs)
        if watcher.removals.any:
            watcher.removals.check(
                self._machine.disk.files, self._machine.disk.foreign, self._machine.jobs.all()
            )
        self._users.check(self._turns)

    # -- interruptions -----------------------------------------------------------------------------

    def _interrupt(self, interruption: Interruption) -> None:
        """End this process in one of three ways, and begin the next; or see to it that it dies soon."""
        if interruption.operation is not None:
            self._arm(interruption)
            return
        self._story.tell(f"interrupted: {interruption.how}")
        if interruption.how == "stop":
            self._stop()
        self._after_death(interruption.how, change=interruption.change)

    def _arm(self, interruption: Interruption) -> None:
        self._fatal = interruption
        self._machine.plug.arm(interruption.operation or 0, after=interruption.after)

    def _stop(self) -> None:
        """Leave in good order; where the store stays busy, all the same."""
        self._process.performer.submit(StopRequested())
        late_s = self._machine.clock.now() + STOP_WAIT_S
        self._turn()
        while not self._process.performer.idle and self._machine.clock.now() < late_s:
            self._wait_and_turn()

    def _after_death(self, how: How, *, change: bool = False) -> None:
        """The process is gone: so is what it held, and with power more; then the next begins."""
        self._machine.crash(power=how == "power")
        if change:
            self._change_files()
        self._process = self._begun()
        self._survive(self._turn)

    def _change_files(self) -> None:
        for file, version in self._scenario.heirs:
            file.changes.append((self._machine.clock.now(), version))
            self._story.tell(f"a file changes to {version.etag} {version.last_modified}")
        self._scenario.heirs.clear()

    def _begun(self) -> Process:
        """The next process, begun as often as it takes."""
        machine = self._machine
        upcoming = self._interruptions[0] if self._interruptions else None
        if upcoming and upcoming.operation is not None and upcoming.turn < self._turns:
            self._arm(self._interruptions.pop(0))
        while True:
            try:
                process = machine.begin()
            except Died:
                self._story.tell("dead before it began")
            except StateError as error:
                self._story.tell(f"it cannot begin: {error}")
                machine.clock.advance_to(machine.clock.now() + _AGAIN_S)
                self._story.now = machine.clock.now()
            else:
                self._lives += 1
                self._users.interrupted()
                self._traffic.begin_run()
                return process
            machine.crash(power=False)
