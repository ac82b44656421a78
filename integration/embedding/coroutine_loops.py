"""Loops that have coroutines: a behaviour is a task of theirs. Each imports what it needs when it plays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from importlib import import_module
from types import ModuleType

from ddm.embed import on_asyncio
from ddm.library.manager import Manager
from ddm.library.waiting import Pending
from integration.embedding.stage import Look

Work = Callable[[], Coroutine[object, None, object]]


class Asyncio:
    """asyncio's own loop."""

    name = "asyncio"
    coroutines = True

    def play(self, behaviour: Coroutine[Look, None, None]) -> None:
        """See Host."""
        asyncio.run(behaviour)

    def embedded(self, manager: Manager) -> AbstractAsyncContextManager[object]:
        """See Host."""
        return on_asyncio(manager)

    async def wait(self, look: Look) -> None:
        """See Host."""
        come = asyncio.Event()
        look.on_come = come.set
        with suppress(TimeoutError):
            async with asyncio.timeout(look.left_s):
                await come.wait()

    async def over(self, pending: Pending[object], look: Look) -> None:
        """See Host."""
        look.true = lambda: False  # the end of the waiting alone counts
        with suppress(TimeoutError):
            async with asyncio.timeout(look.left_s):
                await quietly(pending)
                look.come = True

    @asynccontextmanager
    async def task(self, work: Work) -> AsyncIterator[Callable[[], object]]:
        """See Host."""
        async with asyncio.TaskGroup() as group:
            yield group.create_task(work()).cancel


class Uvloop(Asyncio):
    """asyncio on libuv."""

    name = "uvloop"

    def play(self, behaviour: Coroutine[Look, None, None]) -> None:
        """See Host."""
        import uvloop  # noqa: PLC0415 - where there is one

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(behaviour)


class Tornado(Asyncio):
    """Tornado's loop, which is asyncio's by another name."""

    name = "Tornado"

    def play(self, behaviour: Coroutine[Look, None, None]) -> None:
        """See Host."""
        from tornado.ioloop import IOLoop  # noqa: PLC0415 - where there is one

        loop = IOLoop(make_current=False)
        try:
            loop.run_sync(lambda: behaviour)
        finally:
            loop.close(all_fds=True)


class Trio:
    """trio's loop."""

    name = "trio"
    coroutines = True

    def play(self, behaviour: Coroutine[Look, None, None]) -> None:
        """See Host."""

        async def main() -> None:
            await behaviour

        _trio().run(main)

    def embedded(self, manager: Manager) -> AbstractAsyncContextManager[object]:
        """See Host."""
        from ddm.embed import on_trio  # noqa: PLC0415 - where there is one

        return on_trio(manager)

    async def wait(self, look: Look) -> None:
        """See Host."""
        come = _trio().Event()
        look.on_come = come.set
        with _trio().move_on_after(look.left_s):
            await come.wait()

    async def over(self, pending: Pending[object], look: Look) -> None:
        """See Host."""
        look.true = lambda: False
        with _trio().move_on_after(look.left_s):
            await quietly(pending)
            look.come = True

    @asynccontextmanager
    async def task(self, work: Work) -> AsyncIterator[Callable[[], object]]:
        """See Host."""
        async with _trio().open_nursery() as nursery:
            nursery.start_soon(work)
            yield nursery.cancel_scope.cancel


def _trio() -> ModuleType:
    return import_module("trio")  # where there is one


async def quietly(pending: Pending[object]) -> None:
    """Await it for its end alone: what came of it, others ask."""
    try:
        await pending
    except Exception:
        if not pending.over:
            raise
