"""In trio's loop."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager
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
        self._rest = trio.CancelScope()
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
        self._rest.cancel()

    def detach(self) -> None:
        """Take it off the loop; again is no error."""
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
        with self._driving:
            while not self._driving.cancel_called:
                due_s = self.guest.turn()
                self._call()
                await self._until(due_s)

    async def _until(self, due_s: float | None) -> None:
        """Until there is something to do; the others have their turn in any case."""
        left_s = None if due_s is None else due_s - monotonic()
        if self._calls or (left_s is not None and left_s <= 0):
            await trio.lowlevel.checkpoint()
            return
        self._rest = trio.CancelScope()
        if left_s is not None:
            self._rest.deadline = trio.current_time() + left_s
        with self._rest:
            await trio.lowlevel.wait_readable(self._fd)

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
        return self._event.wait().__await__()
