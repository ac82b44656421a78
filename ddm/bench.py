"""How fast one file comes over so many connections: the engine itself, with nothing behind it that keeps anything.

What is measured is what `ddm get` does: the same engine plans, the same libcurl fetches, the same heads are judged.
Only the ends are others (`gauge`): the part file counts and drops, the jobs are in memory, and it is over as soon as
enough has come. A first, short look finds out how long the file is and whether its server can do ranges.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from ddm.core.engine import Engine
from ddm.core.view import JobView
from ddm.disk.marks import NoMarks
from ddm.gauge import Nowhere, Watched
from ddm.http import url as urls
from ddm.http.proxy import Proxies
from ddm.http.url import Origin
from ddm.limits import USER_AGENT, Limits
from ddm.measured import Measured
from ddm.multi.clock import MonotonicClock
from ddm.multi.driver import CurlDriver
from ddm.multi.reactor import Reactor
from ddm.multi.wakeup import WakeUp
from ddm.offload.children import Children
from ddm.performer import Performer
from ddm.ports import Names
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore

# One count takes no longer, however slow the server is.
COUNT_SECONDS_MAX = 30.0


class File(Struct, frozen=True):
    """What the first answer told: the length, None where the server does not say; whether ranges work; who gave it."""

    size_bytes: int | None
    ranges: bool
    origin: Origin


class Bench:
    """Measures one file. A context manager.

    stopped: asked in every turn; as soon as it says yes, what goes on is over.
    seconds_max: for each measurement.
    """

    def __init__(
        self,
        spec: JobSpec,
        limits: Limits,
        stopped: Callable[[], bool] = lambda: False,
        *,
        seconds_max: float = COUNT_SECONDS_MAX,
    ) -> None:
        self._spec = spec
        self._limits = limits
        self._stopped = stopped
        self._seconds_max = seconds_max
        self._clock = MonotonicClock()
        self._reactor = Reactor(self._clock)
        self._wakeup = WakeUp(self._reactor)
        self._children = Children(self._reactor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._children.close()
        self._wakeup.close()
        self._reactor.close()

    @property
    def wakeup_fd(self) -> int:
        """The end of the wake-up to write to, for `signal.set_wakeup_fd`."""
        return self._wakeup.fileno_to_write()

    def look(self) -> tuple[File | None, Measured]:
        """The file, None if it could not be had; then the measurement says why."""
        with self._run(1) as run:
            measured = self._measure(run, 1)
            offer = run.network.offer
            if offer is None or measured.failure is not None:
                return None, measured
            origin = urls.parse(run.network.url).origin
            return File(offer.representation.size_bytes, offer.partial, origin), measured

    def measure(self, connections: int, bytes_max: int) -> Measured:
        """Fetch so much of the file, or all of it, over so many connections."""
        with self._run(connections) as run:
            return self._measure(run, bytes_max)

    def _run(self, connections: int) -> _Run:
        house = (self._reactor, self._clock, self._children)
        return _Run(self._spec, self._limits, connections, *house)

    def _measure(self, run: _Run, bytes_max: int) -> Measured:
        begun = self._clock.now()
        until = begun + self._seconds_max
        while not (whole := run.has(bytes_max)):
            now = self._clock.now()
            if self._stopped() or now >= until:
                break
            self._reactor.turn(until - now)
        failure = run.ended.failure if run.ended else None
        return Measured(
            run.connections,
            run.network.used,
            run.part.bytes,
            self._clock.now() - begun,
            run.network.throttled,
            run.network.errors,
            failure,
            cut_short=not whole,
            bore=run.network.bore,
            refusal=run.network.refusal,
        )


class _Run:
    """A house for one job that leaves nothing behind; a member of the reactor. A context manager."""

    def __init__(
        self,
        spec: JobSpec,
        limits: Limits,
        connections: int,
        reactor: Reactor,
        clock: MonotonicClock,
        names: Names,
    ) -> None:
        self.connections = connections
        self.ended: JobView | None = None
        self.part = Nowhere()
        limits = _with_connections(limits, connections)
        with ExitStack() as undo:
            database = open_database(None)
            undo.callback(database.close)
            store = JobStore(database, clock.wall)
            store.add([spec])
            driver = CurlDriver(reactor, clock, limits)
            undo.callback(driver.close)
            self.network = Watched(driver)
            self._performer = Performer(
                Engine(
                    limits,
                    chance=random.Random(),  # noqa: S311 - jitter is no secret
                    user_agent=USER_AGENT,
                    proxies=Proxies.of(os.environ),
                ),
                network=self.network,
                disk=self.part,
                store=store,
                marks=NoMarks(),
                names=names,
                clock=clock,
            )
            undo.callback(self._performer.close)
            self._performer.listeners.on_ended = self._on_ended
            self._performer.queue_changed()
            reactor.join(self)
            undo.callback(reactor.leave, self)
            self._exits = undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exits.close()

    def has(self, bytes_max: int) -> bool:
        """Whether enough has come, or nothing more will."""
        size = self.part.size_bytes
        enough = bytes_max if size is None else min(bytes_max, size)
        return self.ended is not None or self.part.bytes >= max(1, enough)

    def deadline(self) -> float | None:
        """A member of the reactor."""
        return self._performer.deadline()

    def run(self, now: float) -> None:
        """A member of the reactor."""
        self._performer.pump(now)

    def _on_ended(self, view: JobView) -> None:
        self.ended = view


def _with_connections(limits: Limits, connections: int) -> Limits:
    """These limits, but so many connections and no other number."""
    return replace(
        limits,
        max_segments=connections,
        min_segments=min(connections, limits.min_segments),
        max_connections_per_host=connections,
        max_total_connections=max(connections, limits.max_total_connections),
        hosts={},
        max_jobs=1,
        timeout_secs=0.0,
    )
