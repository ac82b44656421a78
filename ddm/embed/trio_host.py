"""In trio's loop."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
from math import inf
from time import monotonic

import trio

from ddm.embed.guest import Guest
from ddm.errors import UsageError
from ddm.library.manager import Manager
from ddm.library.waiting import Waiter


@asynccontextmanager
async def on_trio(manager: Manager) -> AsyncIterator[Manager]:
    """Let trio turn a manager for the length of an `async with` block.

    The manager stays open: its jobs go on in the next such block, or when its queue is opened again. What the block
    raises comes out as it is, in no group. A callback that raises cancels the block, which then raises that error.
    Raises UsageError if another loop turns the manager; at the end StateError, if its queue broke.
    """
    try:
        trio.lowlevel.current_task()
    except RuntimeError:
        raise UsageError("on_trio is for trio's loop, which does not run here") from None
    host = _Host(manager)
    try:
        with host.block:
            yield manager
    finally:
        host.leave()
    host.guest.check()


class _Host:
    """Fits `library.waiting.Host`. block: what runs in it, to be cancelled if a callback raises.

    A task of the system drives: one of a nursery would put whatever the block raises into a group, and might be
    interrupted by Ctrl-C within a turn.
    """

    name = "trio"

    def __init__(self, manager: Manager) -> None:
        self.block = trio.CancelScope()
        self._fd = manager.fileno()
        self._driving = trio.CancelScope()
        self._is_on = True
        self._timer = trio.CancelScope()
        self._timer_s = inf
        self._is_waiting = False
        self._calls: deque[Callable[[], object]] = deque()
        self._errors: list[BaseException] = []
        self.guest = Guest(manager, self, self.detach)
        trio.lowlevel.spawn_system_task(self._drive, name="ddm.embed.on_trio")

    def waiter(self) -> Waiter:
        """See Host."""
        return _Waiter()

    def call_soon(self, callback: Callable[[], object]) -> None:
        """See Host."""
        self._calls.append(callback)
        if self._is_waiting:
            self._timer.cancel()

    def detach(self) -> None:
        """Take it off the loop; again is no error."""
        self._is_on = False
        self._driving.cancel()

    def leave(self) -> None:
        """The block is over. Raises what callbacks raised, in a group only if there were several."""
        self.detach()
        self.guest.leave()
        self._call()
        if len(self._errors) > 1:
            raise BaseExceptionGroup("several callbacks raised an error", self._errors)
        for error in self._errors:
            raise error

    async def _drive(self) -> None:
        """A round for each time the timer rings. One that rings too early stays: that is cheaper than another one."""
        due_s: float | None = 0.0
        with self._driving:
            while self._is_on:
                self._timer, self._timer_s = trio.CancelScope(), inf
                with self._timer:
                    await self._turns(due_s)
                due_s = 0.0 if self._calls else self.guest.manager.deadline()

    async def _turns(self, due_s: float | None) -> None:
        while self._is_on:
            await self._until(due_s)
            due_s = self._turn()

    async def _until(self, due_s: float | None) -> None:
        """Until there is something to do; the other tasks have their turn in any case."""
        left_s = inf if due_s is None else due_s - monotonic()
        if left_s <= 0:
            await trio.lowlevel.checkpoint()
            return
        if due_s is not None and due_s < self._timer_s:
            self._timer_s = due_s
            self._timer.deadline = trio.current_time() + left_s
        self._is_waiting = True
        try:
            await trio.lowlevel.wait_readable(self._fd)
        finally:
            self._is_waiting = False

    def _turn(self) -> float | None:
        due_s = self.guest.turn() if self._is_on else None
        self._call()
        return 0.0 if self._calls else due_s

    def _call(self) -> None:
        for _ in range(len(self._calls)):
            try:
                self._calls.popleft()()
            except BaseException as error:  # noqa: BLE001 - it is raised where the block ends
                self._errors.append(error)
                self.block.cancel()


class _Waiter:
    """Fits `library.waiting.Waiter`."""

    def __init__(self) -> None:
        self._event = trio.Event()

    def wake(self) -> None:
        """See Waiter."""
        self._event.set()

    def __await__(self) -> Generator[object, None, None]:
        """See Waiter."""
        yield from self._event.wait().__await__()
