"""The one public object: it builds the house, and lends it to a loop through `fileno`, `deadline` and `turn`.

Whoever has it open is the manager of a state directory: only this process works on the queue,
others may add to it meanwhile.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from ddm.busy import Busy
from ddm.core.causes import Explanation
from ddm.core.engine import Engine
from ddm.core.events import RoomGivenUp, StopRequested, WindowMoved
from ddm.core.view import JobView, QueueView
from ddm.custody import Custody
from ddm.errors import BusyError, StateError
from ddm.http import url as urls
from ddm.http.disposition import check_asked_name
from ddm.http.proxy import Proxies
from ddm.http.request import check_headers
from ddm.limits import QUEUE_POLL_S, STOP_WAIT_S, TURN_BUDGET_S, USER_AGENT, Limits
from ddm.live import LiveWriter
from ddm.log import Log, open_log
from ddm.multi.clock import MonotonicClock
from ddm.multi.driver import CurlDriver
from ddm.multi.reactor import Reactor
from ddm.multi.wakeup import WakeUp
from ddm.offload.children import Children
from ddm.performer import Performer
from ddm.ports import Disk
from ddm.spec import JobSpec
from ddm.store.poke import Poke
from ddm.turns import Part, TurnFigures


class Manager:
    """Fetches the jobs of one state directory. `open` makes it; it is a context manager.

    store: the jobs. reactor: the loop, which others may join. children: who does what would hold it. notices:
    sentences for the user about what was found. on_ended: called when a job has left: DONE, FAILED, PAUSED, removed,
    or back in the queue after `stop`.
    """

    def __init__(
        self,
        custody: Custody,
        limits: Limits,
        engine: Engine,
        log: Log,
        disk: Disk | None,
        turn_budget_s: float | None,
    ) -> None:
        clock = MonotonicClock()
        self._exits = ExitStack()
        self._database = custody.database
        self.store = custody.store
        self.notices = custody.notices
        self.reactor = Reactor(clock, TURN_BUDGET_S if turn_budget_s is None else turn_budget_s)
        self._exits.callback(self.reactor.close)
        self._wakeup = WakeUp(self.reactor)
        self._exits.callback(self._wakeup.close)
        self._driver = CurlDriver(self.reactor, clock, limits)
        self._driver.common.gentle = lambda: turn_budget_s is not None or self._watched
        self._exits.callback(self._driver.close)
        # What the network did in a turn is decided on in the same turn, and handed to children at its end.
        self.reactor.join(self, Part.DECIDING)
        self.children = Children(self.reactor)
        self._exits.callback(self.children.close)
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
        self._exits.callback(self._performer.close)
        self._busy = Busy(self.reactor.turns, log)
        self._live: LiveWriter | None = None
        self._poll_s: float | None = None
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
        turn_budget_s: float | None = None,
    ) -> Manager:
        """Become the manager of a state directory; None keeps the jobs in memory.

        Jobs that a dead process left in work go back to the queue, with all that it had written. Raises
        HeldError if another process is the manager, StateError.

        describe: fetch nothing; jobs leave with what their servers say of the files (`JobView.found`).
        disk: where files go instead of the file systems. window_bytes: for a disk that passes files on in
        order: how much may be fetched beyond what `passed_on` said. turn_budget_s: for the loop of somebody else:
        what a turn should take at most.
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
            manager = cls(custody, limits, engine, log or open_log(None), disk, turn_budget_s)
            undo.push(manager._exits.pop_all())
            custody.database.enter_loop(manager.children)
            if state_dir is not None:
                manager._listen_for_pokes(state_dir, undo)
                manager._live = LiveWriter(state_dir, manager)
                undo.callback(manager._live.close)
            manager._exits = undo.pop_all()
        return manager

    def _listen_for_pokes(self, state_dir: Path, undo: ExitStack) -> None:
        with suppress(OSError):  # then the poll has to do
            poke = Poke.listen(state_dir)
            undo.callback(poke.close)
            fd = poke.fileno()

            def on_poke(*_: object) -> None:
                poke.drain()
                self._poll_s = self._poll_s and self.reactor.now

            self.reactor.watch(fd, read=True, write=False, callback=on_poke)
            undo.callback(self.reactor.unwatch, fd)

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
            for url in (spec.url, *spec.mirrors):
                urls.parse(url)
            check_headers(spec.headers)
            if spec.name is not None:
                check_asked_name(spec.name)
        return self.store.add(specs)

    def work_on(self, ids: Iterable[int] | None) -> None:
        """Begin with these jobs, or with None the whole queue and whatever is added to it.

        Before, `store` waits some seconds for another process that is writing; from now on it waits for nobody.
        """
        self._database.wait_for_others(0)
        self._performer.work_on(ids)
        self._performer.queue_changed()
        self._poll_s = self.reactor.now

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

    def view(self) -> QueueView:
        """The jobs in work as they stand."""
        return self._engine.view(self.reactor.now)

    def explain(self, job_id: int, *, story: bool = False) -> Explanation | None:
        """Why a job in work is as fast as it is, and with `story` how it came to that; None for any other."""
        found = self._engine.explain(job_id, self.reactor.now, story=story)
        return self._busy.explained(found)

    def turns(self) -> TurnFigures:
        """What the turns took so far."""
        return self.reactor.turns.figures()

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
        leave_s = None if self._is_late else self._leave_s
        times = (self._performer.deadline(), self._poll_s, leave_s)
        return min((due for due in times if due is not None), default=None)

    def run(self, now: float) -> None:
        """The manager's part of a turn: look whether others added jobs or wish something, then let the performer work.

        Raises StateError: the database is gone, damaged, or its disk is full.
        """
        if self._stopping and self._leave_s is None:
            self._leave_s = now + STOP_WAIT_S
        if self._poll_s is not None and now >= self._poll_s:
            self._poll_s = now + QUEUE_POLL_S
            if self._database.replaced():
                raise StateError(
                    f"{self._database.path} was removed or replaced while ddm was at work; run it again"
                )
            with suppress(BusyError):  # then at the next look
                if self._database.changed():
                    self._performer.queue_changed()
            self._database.tidy()
            if self._live is not None:
                self.reactor.turns.lap(Part.DECIDING)
                self._live.look(now)
                self.reactor.turns.lap(Part.SHOWING)
            self._busy.log()
        self._performer.pump(now)

    @property
    def _watched(self) -> bool:
        return self._live is not None and self._live.watched
