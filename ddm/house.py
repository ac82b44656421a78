"""The rooms, put together: it builds the house, and lends it to a loop through `fileno`, `deadline` and `turn`.

Whoever has it open is the manager of a state directory: only this process works on the queue,
others may add to it meanwhile. Programs see it as `library.Manager`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from ddm import specs as asked
from ddm.busy import Busy
from ddm.core.causes import Explanation
from ddm.core.engine import Engine
from ddm.core.events import RoomGivenUp, StopRequested, WindowMoved
from ddm.core.view import JobView, QueueView
from ddm.custody import Custody
from ddm.http.proxy import Proxies
from ddm.limits import STOP_WAIT_S, USER_AGENT, Limits
from ddm.listeners import Listeners
from ddm.log import Log, open_log
from ddm.lookout import Lookout
from ddm.multi.clock import MonotonicClock
from ddm.multi.driver import CurlDriver
from ddm.multi.reactor import Reactor
from ddm.multi.wakeup import WakeUp
from ddm.offload.children import Children
from ddm.performer import Performer
from ddm.ports import Disk
from ddm.spec import JobSpec
from ddm.tenancy import Tenancy
from ddm.turns import Part, TurnFigures


class House:
    """Fetches the jobs of one state directory. `open` makes it; it is a context manager.

    store: the jobs. reactor: the loop, which others may join. children: who does what would hold it. notices:
    sentences for the user about what was found.
    """

    def __init__(
        self,
        custody: Custody,
        limits: Limits,
        engine: Engine,
        log: Log,
        disk: Disk | None,
        within: House | None,
    ) -> None:
        clock = MonotonicClock()
        self._clock = clock
        self._limits = limits
        self._tenancy = Tenancy()
        exits = self._tenancy.exits
        self._custody = custody
        self._gentle = False  # whether the loop is somebody else's
        self._database = custody.database
        self.store = custody.store
        self.notices = custody.notices
        if within is None:
            self.reactor = Reactor(clock)
            exits.callback(self.reactor.close)
        else:
            self.reactor = within.reactor
        self._wakeup = WakeUp(self.reactor)
        exits.callback(self._wakeup.close)
        self._driver = CurlDriver(self.reactor, clock, limits)
        self._driver.common.gentle = lambda: self._gentle or self._lookout.watched
        exits.callback(self._driver.close)
        self._lookout = Lookout(self.reactor, self._database, self._queue_changed)
        exits.callback(self._lookout.close)
        # What the network did in a turn is decided on in the same turn, and handed to children at its end.
        self.reactor.join(self, Part.DECIDING)
        exits.callback(self.reactor.leave, self)
        if within is None:
            self.children = Children(self.reactor)
            exits.callback(self.children.close)
        else:
            self.children = within.children
        custody.disk.elsewhere = self.children
        self._engine = engine
        self._performer = Performer(
            self._engine,
            network=self._driver,
            disk=disk or custody.disk,
            store=self.store,
            marks=custody.marks,
            names=self.children,
            clock=clock,
            log=log,
        )
        self._performer.lap = self.reactor.turns.lap
        self._performer.spent = self.reactor.spent
        exits.callback(self._performer.close)
        self._busy = Busy(self.reactor.turns, log, self._performer.listeners)
        self._stopping = False
        self._leave_s: float | None = None  # after a stop, whatever could not be recorded

    @classmethod
    def open(
        cls,
        state_dir: Path | None,
        limits: Limits,
        *,
        log: Log | None = None,
        chance: random.Random | None = None,
        describe: bool = False,
        disk: Disk | None = None,
        window_bytes: int | None = None,
        within: House | None = None,
    ) -> House:
        """Become the manager of a state directory; None keeps the jobs in memory.

        Jobs that a dead process left in work go back to the queue, with all that it had written. Raises
        HeldError if another process is the manager, StateError.

        describe: fetch nothing; jobs leave with what their servers say of the files (`JobView.found`).
        disk: where files go instead of the file systems. window_bytes: for a disk that passes files on in
        order: how much may be fetched beyond what `passed_on` said. within: another house, whose loop and children it
        shares; it has to be closed before that one.
        """
        engine = Engine(
            limits,
            chance=chance or random.Random(),  # noqa: S311 - jitter is no secret
            user_agent=USER_AGENT,
            proxies=Proxies.of(os.environ),
            describe=describe,
            window_bytes=window_bytes,
        )
        with ExitStack() as undo:
            custody = undo.enter_context(Custody.take(state_dir, MonotonicClock().wall))
            manager = cls(custody, limits, engine, log or open_log(None), disk, within)
            undo.push(manager._tenancy.exits.pop_all())
            custody.database.enter_loop(manager.children)
            if state_dir is not None:
                manager._lookout.open(state_dir, manager)
            manager._tenancy.begin(undo.pop_all(), f"queue of {state_dir or 'this process'}")
        return manager

    def discard(self) -> None:
        """Remove the part files of jobs in work, before `close`: of a queue in memory nobody could go on with them."""
        self._performer.discard()

    def describing(self) -> House:
        """Another house in this one's loop, in memory, that fetches nothing; to be closed before this one."""
        return House.open(None, self._limits, describe=True, within=self)

    def close(self) -> None:
        """Drop what is under way and leave; without `stop` it is like being killed. Again is no error."""
        self._tenancy.end()

    def let_go(self) -> None:
        """In a forked child of the process that it is open in: touch nothing of that one's, now or ever."""
        fds = {*self.reactor.descriptors(), *self._custody.descriptors()}
        self._tenancy.let_go(self, fds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the queue ---------------------------------------------------------------------------------

    def add(self, specs: Sequence[JobSpec]) -> list[int]:
        """Queue jobs, durably; their ids. Raises UsageError for a URL, a name or a field that makes no sense."""
        asked.check(specs)
        return self.store.add(specs)

    def work_on(self, ids: Iterable[int] | None) -> None:
        """Begin with these jobs, or with None the whole queue and whatever is added to it.

        Before, `store` waits some seconds for another process that is writing; from now on it waits for nobody.
        """
        self._database.wait_for_others(0)
        self._performer.work_on(ids)
        self._performer.queue_changed()
        self._lookout.begin()

    def queue_changed(self) -> None:
        """`store` was written to by this process: there may be jobs to begin, wishes to heed."""
        self._queue_changed()
        self._wakeup.poke()

    def _queue_changed(self) -> None:
        self._performer.queue_changed()

    def stop(self) -> None:
        """Ask every job to keep what it has and go back to the queue; turn until `idle`."""
        self._stopping = True
        self._performer.submit(StopRequested())
        self._wakeup.poke()

    @property
    def idle(self) -> bool:
        """Whether nothing is in work, nothing left to begin, and all of it recorded.

        After `stop` also when another process has held the database for too long: what could not be
        recorded is in the marks.
        """
        return self._is_late or self._performer.idle

    @property
    def _is_late(self) -> bool:
        return self._leave_s is not None and self.reactor.now >= self._leave_s

    def passed_on(self, job_id: int, position: int) -> None:
        """Everything of a job's file below `position` has left a disk that passes files on."""
        self._performer.submit(WindowMoved(job_id, position))

    def wait_while(self, full: Callable[[], bool]) -> None:
        """Read no more from the network while a disk that passes files on is `full`."""
        self._driver.wait_while(full)

    @property
    def stuck(self) -> bool:
        """Whether all that is left waits for room on a full disk."""
        return self._performer.stuck

    def give_up_waiting(self) -> None:
        """Let the jobs fail that wait for room on a full disk."""
        self._performer.submit(RoomGivenUp())

    def now(self) -> float:
        """Seconds on a clock that never jumps."""
        return self._clock.now()

    def view(self) -> QueueView:
        """The jobs in work as they stand."""
        return self._engine.view(self.reactor.now)

    def picture(self, job_id: int) -> JobView | None:
        """A job in work as it stands; None for any other."""
        return self._engine.picture(job_id, self.reactor.now)

    def explain(self, job_id: int, *, story: bool = False) -> Explanation | None:
        """Why a job in work is as fast as it is, and with `story` how it came to that; None for any other."""
        found = self._engine.explain(job_id, self.reactor.now, story=story)
        return self._busy.explained(found)

    def turns(self) -> TurnFigures:
        """What the turns took so far."""
        return self.reactor.turns.figures()

    @property
    def listeners(self) -> Listeners:
        """Who is told what becomes of jobs."""
        return self._performer.listeners

    # -- the loop ----------------------------------------------------------------------------------

    @property
    def wakeup_fd(self) -> int:
        """The end of the wake-up to write to, for `signal.set_wakeup_fd`."""
        return self._wakeup.fileno_to_write()

    def share(self, turn_budget_s: float) -> None:
        """The loop is somebody else's from now on: what a turn should take at most."""
        self._gentle = True
        self.reactor.allow(turn_budget_s)

    def poke(self) -> None:
        """Let there be a turn at once."""
        self._wakeup.poke()

    def fileno(self) -> int:
        """Readable when a turn has something to do."""
        return self.reactor.fileno()

    def turn(self, wait_s: float | None = None) -> None:
        """Wait for something to do, at most `wait_s` seconds (None: as long as it takes), and do it."""
        self.reactor.turn(wait_s)

    def deadline(self) -> float | None:
        """When a turn is due at the latest, on the monotonic clock, None if only something from outside can make it so.

        Beside the reactor's members this is the performer's own, since the manager is a member
        itself.
        """
        leave_s = None if self._is_late else self._leave_s
        times = (self._performer.deadline(), leave_s)
        return min((due for due in times if due is not None), default=None)

    def run(self, now: float) -> None:
        """The house's part of a turn: let the performer work. Raises StateError: its database is damaged, or full."""
        if self._stopping and self._leave_s is None:
            self._leave_s = now + STOP_WAIT_S
        self._busy.tell(now)
        if self._database.owes():
            self._performer.be_durable()
        self._performer.pump(now)
        self._driver.check()
