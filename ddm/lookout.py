"""What others do meanwhile: jobs that they add, wishes, whether somebody watches. Looked for four times a second."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from ddm.errors import BusyError, StateError
from ddm.limits import QUEUE_POLL_S
from ddm.live import LiveWriter, Watched
from ddm.multi.reactor import Reactor
from ddm.store.database import Database
from ddm.store.poke import Poke
from ddm.turns import Part


class Lookout:
    """A member of the reactor. queue_changed: told that another process wrote to the queue."""

    def __init__(
        self, reactor: Reactor, database: Database, queue_changed: Callable[[], None]
    ) -> None:
        self._exits = ExitStack()
        self._reactor = reactor
        self._database = database
        self._queue_changed = queue_changed
        self._live: LiveWriter | None = None
        self._due_s: float | None = None
        reactor.join(self, Part.DECIDING)
        self._exits.callback(reactor.leave, self)

    def open(self, state_dir: Path, shown: Watched) -> None:
        """Hear of what others do to this state directory, and show them what is done."""
        with suppress(OSError):  # then looking has to do
            poke = Poke.listen(state_dir)
            self._exits.callback(poke.close)
            fd = poke.fileno()

            def on_poke(*_: object) -> None:
                poke.drain()
                self._due_s = self._due_s and self._reactor.now

            self._reactor.watch(fd, read=True, write=False, callback=on_poke)
            self._exits.callback(self._reactor.unwatch, fd)
        self._live = LiveWriter(state_dir, shown)
        self._exits.callback(self._live.close)

    def close(self) -> None:
        """Look no more; again is no error."""
        self._exits.close()

    @property
    def watched(self) -> bool:
        """Whether somebody watches."""
        return self._live is not None and self._live.watched

    def begin(self) -> None:
        """Look in the next turn, and from then on. Of a queue in memory nobody else knows."""
        if self._database.shared:
            self._due_s = self._reactor.now

    def deadline(self) -> float | None:
        """See reactor.Member."""
        return self._due_s

    def run(self, now: float) -> None:
        """See reactor.Member. Raises StateError: the database is gone or damaged."""
        if self._due_s is None or now < self._due_s:
            return
        self._due_s = now + QUEUE_POLL_S
        if self._database.replaced():
            raise StateError(
                f"{self._database.path} was removed or replaced while ddm was at work; run it again"
            )
        with suppress(BusyError):  # then at the next look
            if self._database.changed():
                self._queue_changed()
        self._database.tidy()
        if self._live is not None:
            self._reactor.turns.lap(Part.DECIDING)
            self._live.look(now)
            self._reactor.turns.lap(Part.SHOWING)
