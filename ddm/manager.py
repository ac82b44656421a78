"""The one public object: it builds the house, and lends it to a loop through `fileno`, `deadline` and `turn`.

Whoever has it open is the manager of a state directory: only this process works on the queue,
others may add to it meanwhile.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from ddm.core.engine import Engine
from ddm.core.events import QueueChanged, StopRequested
from ddm.core.view import JobView, QueueView
from ddm.disk.epoch import boot_id
from ddm.disk.localdisk import LocalDisk
from ddm.http import url as urls
from ddm.http.disposition import check_asked_name
from ddm.http.request import check_headers
from ddm.limits import QUEUE_POLL_S, USER_AGENT, Limits
from ddm.log import Log, open_log
from ddm.multi.clock import MonotonicClock
from ddm.multi.driver import CurlDriver
from ddm.multi.reactor import Reactor
from ddm.multi.wakeup import WakeUp
from ddm.performer import Performer
from ddm.record import State
from ddm.spec import JobSpec
from ddm.store.database import Database, open_database
from ddm.store.jobs import JobStore
from ddm.store.lock import ManagerLock

DATABASE_NAME = "jobs.db"


class Manager:
    """Fetches the jobs of one state directory. `open` makes it; it is a context manager.

    store: the jobs. reactor: the loop, which others may join. on_ended: called when a job has left:
    DONE, FAILED, or back in the queue after `stop`.
    """

    def __init__(self, database: Database, limits: Limits, log: Log, chance: random.Random) -> None:
        clock = MonotonicClock()
        self._exits = ExitStack()
        self._database = database
        self.store = JobStore(database, clock.wall)
        self.reactor = Reactor(clock)
        self._exits.callback(self.reactor.close)
        self._wakeup = WakeUp(self.reactor)
        self._exits.callback(self._wakeup.close)
        driver = CurlDriver(self.reactor, clock, limits)
        self._exits.callback(driver.close)
        self._disk = LocalDisk(boot_id(os.environ))
        self._engine = Engine(limits, chance=chance, user_agent=USER_AGENT)
        self._performer = Performer(
            self._engine, network=driver, disk=self._disk, store=self.store, log=log
        )
        self._exits.callback(self._performer.close)
        self._poll_s: float | None = None
        # The driver joined first: what the network did in a turn is decided on in the same turn.
        self.reactor.join(self)

    @classmethod
    def open(
        cls,
        state_dir: Path | None,
        limits: Limits,
        *,
        log: Log | None = None,
        chance: random.Random | None = None,
    ) -> Manager:
        """Become the manager of a state directory; None keeps the jobs in memory.

        Jobs that a dead process left in work go back to the queue. Raises HeldError if another
        process is the manager, StateError.
        """
        with ExitStack() as undo:
            lock = None
            if state_dir is not None:
                lock = ManagerLock.acquire(state_dir)
                undo.callback(lock.release)
            database = open_database(None if state_dir is None else state_dir / DATABASE_NAME)
            undo.callback(database.close)
            manager = cls(database, limits, log or open_log(None), chance or random.Random())  # noqa: S311 - jitter is no secret
            undo.push(manager._exits.pop_all())
            manager._recover()
            manager._exits = undo.pop_all()
        return manager

    def close(self) -> None:
        """Drop what is under way and leave; without `stop` it is like being killed. Again is no error."""
        self._exits.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- the queue ---------------------------------------------------------------------------------

    def add(self, specs: Sequence[JobSpec]) -> list[int]:
        """Queue jobs, durably; their ids. Raises UsageError for a URL, a name or a field that makes no sense."""
        for spec in specs:
            urls.parse(spec.url)
            check_headers(spec.headers)
            if spec.name is not None:
                check_asked_name(spec.name)
        return self.store.add(specs)

    def work_on(self, ids: Iterable[int] | None) -> None:
        """Begin with these jobs, or with None the whole queue and whatever is added to it."""
        self._performer.work_on(ids)
        self._performer.submit(QueueChanged())
        self._poll_s = self.reactor.now

    def stop(self) -> None:
        """Ask every job to keep what it has and go back to the queue; turn until `idle`."""
        self._performer.submit(StopRequested())
        self._wakeup.poke()

    @property
    def idle(self) -> bool:
        """Whether nothing is in work and nothing left to begin."""
        return self._performer.idle

    def view(self) -> QueueView:
        """The jobs in work as they stand."""
        return self._engine.view(self.reactor.now)

    @property
    def on_ended(self) -> Callable[[JobView], None] | None:
        """Who is told of jobs that left."""
        return self._performer.on_ended

    @on_ended.setter
    def on_ended(self, listener: Callable[[JobView], None] | None) -> None:
        self._performer.on_ended = listener

    # -- the loop ----------------------------------------------------------------------------------

    @property
    def wakeup_fd(self) -> int:
        """The end of the wake-up to write to, for `signal.set_wakeup_fd`."""
        return self._wakeup.fileno_to_write()

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
        times = [t for t in (self._performer.deadline(), self._poll_s) if t is not None]
        return min(times, default=None)

    def run(self, now: float) -> None:
        """The manager's part of a turn: look whether others added jobs, then let the performer work."""
        if self._poll_s is not None and now >= self._poll_s:
            self._poll_s = now + QUEUE_POLL_S
            if self._database.changed():
                self._performer.submit(QueueChanged())
        self._performer.pump(now)

    def _recover(self) -> None:
        """What a dead manager left: in work is queued again; FINISHING is DONE if the rename happened."""
        self.store.recover()
        for record in self.store.in_state(State.FINISHING):
            published = (
                record.part is not None
                and record.name is not None
                and self._disk.is_published(record.spec.directory, record.name, record.part)
            )
            self.store.set_state(record.id, State.DONE if published else State.QUEUED, None)
