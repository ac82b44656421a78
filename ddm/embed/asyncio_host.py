"""In asyncio's loop, uvloop's and Tornado's, which is asyncio's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from time import monotonic

from ddm.embed.guest import Guest
from ddm.library.manager import Manager
from ddm.library.waiting import Waiter

# uvloop counts milliseconds, and rounds down too: a timer that comes too early would come again and again.
_SOONEST_S = 0.001


@asynccontextmanager
async def on_asyncio(manager: Manager) -> AsyncIterator[Manager]:
    """Let the running loop turn a manager for the length of an `async with` block.

    The manager stays open: its jobs go on in the next such block, or when its queue is opened again. Raises
    UsageError if another loop turns it; at the end StateError, if its queue broke.
    """
    host = _Host(asyncio.get_running_loop(), manager)
    try:
        yield manager
    finally:
        host.detach()
        host.guest.leave()
    host.guest.check()


class _Host:
    """Fits `library.waiting.Host`."""

    name = "asyncio"

    def __init__(self, loop: asyncio.AbstractEventLoop, manager: Manager) -> None:
        self._loop = loop
        self._fd = manager.fileno()
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = 0.0
        self._soon: asyncio.Handle | None = None
        self.guest = Guest(manager, self, self.detach)
        loop.add_reader(self._fd, self._on_ready)
        self._soon = loop.call_soon(self._turn)

    def waiter(self) -> Waiter:
        """See Host."""
        return _Waiter(self._loop.create_future())

    def call_soon(self, callback: Callable[[], object]) -> None:
        """See Host."""
        self._loop.call_soon(callback)

    def detach(self) -> None:
        """Take it off the loop; again is no error, and leaves alone who has the descriptor's number by then."""
        if self._fd < 0:
            return
        self._loop.remove_reader(self._fd)
        self._fd = -1
        for handle in (self._timer, self._soon):
            if handle is not None:
                handle.cancel()
        self._timer = self._soon = None

    def _on_ready(self) -> None:
        """Not where a turn is on its way: one in each round of the loop, so that others have theirs in between."""
        if self._soon is None:
            self._turn()

    def _on_time(self) -> None:
        self._timer = None
        due_s = self.guest.manager.deadline()
        if self._soon is None and due_s is not None and due_s <= monotonic():
            self._turn()
        else:
            self._expect(due_s)

    def _turn(self) -> None:
        self._soon = None
        self._expect(self.guest.turn())

    def _expect(self, due_s: float | None) -> None:
        """See to the next turn. A timer that is too early stays: that is cheaper than another one."""
        if due_s is None or self._soon is not None:
            return
        left_s = due_s - monotonic()  # uvloop's own time is that of the round's beginning
        if left_s <= 0:
            # Not call_soon: who is due before goes first.
            self._soon = self._loop.call_at(self._loop.time(), self._turn)
        elif self._timer is None or due_s < self._timer_at:
            if self._timer is not None:
                self._timer.cancel()
            self._timer_at = due_s
            self._timer = self._loop.call_later(max(left_s, _SOONEST_S), self._on_time)


class _Waiter:
    """Fits `library.waiting.Waiter`."""

    def __init__(self, future: asyncio.Future[None]) -> None:
        self._future = future

    def wake(self) -> None:
        """See Waiter."""
        if not self._future.done():
            self._future.set_result(None)

    def __await__(self) -> Generator[object, None, None]:
        """See Waiter."""
        return self._future.__await__()
