"""A house of DDM's own rooms around a recorder; what it fetches is counted and dropped."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from select import select

from ddm.core.engine import Engine
from ddm.core.view import JobView
from ddm.disk.marks import NoMarks
from ddm.gauge import Nowhere
from ddm.limits import USER_AGENT, Limits
from ddm.multi.clock import MonotonicClock
from ddm.multi.driver import CurlDriver
from ddm.multi.reactor import Reactor
from ddm.offload.children import Children
from ddm.performer import Performer
from ddm.record import State
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from integration.drawing.recorder import Recorder


class UnfinishedError(Exception):
    """A job did not end as DONE."""


class _Disk(Nowhere):
    """A part for each job."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[Nowhere] = []

    def open_part(self, *args: object, **more: object) -> Nowhere:
        """One more."""
        part = Nowhere()
        self.parts.append(part)
        return part.open_part(*args, **more)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Run:
    """What it was like.

    job_s: how long each job took from its start to its end, in their order. cpu_s: of this process. turn_s: its
    longest turn, waiting not counted.
    """

    recorder: Recorder
    begun_s: float
    job_s: tuple[float, ...]
    cpu_s: float
    turn_s: float


def fetch(urls: Sequence[str], limits: Limits) -> Run:
    """Fetch all of these at once. Raises UnfinishedError."""
    with ExitStack() as exits:
        return _House(urls, limits, exits).go()


class _House:
    """The rooms, joined as `House` joins them; a member of the reactor."""

    def __init__(self, urls: Sequence[str], limits: Limits, exits: ExitStack) -> None:
        self._clock = MonotonicClock()
        self._ended: dict[int, tuple[float, JobView]] = {}
        self._reactor = Reactor(self._clock)
        exits.callback(self._reactor.close)
        database = open_database(None)
        exits.callback(database.close)
        store = JobStore(database, self._clock.wall)
        self._ids = store.add([JobSpec(url, "/", f"{n}.bin") for n, url in enumerate(urls)])
        driver = CurlDriver(self._reactor, self._clock, limits)
        exits.callback(driver.close)
        self._recorder, self._disk = Recorder(driver, self._clock.now), _Disk()
        self._performer = Performer(
            Engine(limits, chance=random.Random(1), user_agent=USER_AGENT),
            network=self._recorder,
            disk=self._disk,
            store=store,
            marks=NoMarks(),
            names=Children(self._reactor),  # for addresses none is started
            clock=self._clock,
        )
        exits.callback(self._performer.close)
        self._performer.listeners.on_ended = self._on_ended
        self._performer.queue_changed()
        self._reactor.join(self)

    def go(self) -> Run:
        """Turn until all is done."""
        begun_s, cpu_s, longest_s = self._clock.now(), time.process_time(), 0.0
        while not self._performer.idle:
            due_s = self._reactor.deadline()
            wait_s = None if due_s is None else max(0.0, due_s - self._clock.now())
            select([self._reactor], [], [], wait_s)
            turn_s = self._clock.now()
            self._reactor.turn(0)
            longest_s = max(longest_s, self._clock.now() - turn_s)
        for _, view in self._ended.values():
            if view.state is not State.DONE:
                raise UnfinishedError(
                    f"{view.name} is {view.state.value}: {view.failure or view.reason}"
                )
        job_s = tuple(self._ended[job_id][0] - begun_s for job_id in self._ids)
        return Run(self._recorder, begun_s, job_s, time.process_time() - cpu_s, longest_s)

    def deadline(self) -> float | None:
        """A member of the reactor."""
        return self._performer.deadline()

    def run(self, now: float) -> None:
        """A member of the reactor."""
        self._performer.pump(now)
        self._recorder.sample(sum(part.bytes for part in self._disk.parts))

    def _on_ended(self, view: JobView) -> None:
        self._ended[view.id] = self._clock.now(), view
