"""Where a behaviour plays: managers in a host's loop, a server of its own, and what may be waited for.

A behaviour is a coroutine. Where the loop has coroutines it is one of its tasks; elsewhere a host drives it, and
`Look` is all that it awaits. What it waits for is looked at once after each turn of a manager: nobody polls.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Generator
from contextlib import AbstractAsyncContextManager, ExitStack, closing
from pathlib import Path
from typing import Protocol, TypeVar

from ddm import Job, JobView, Limits, Manager
from ddm.library.waiting import Pending
from integration.servers.scripted import ScriptedServer

# Nothing here takes a second on an idle machine; this is for one that is not.
PATIENCE_S = 30.0
_LIMITS = Limits()
T = TypeVar("T")


class Look:
    """Something that a behaviour waits for, at most so long.

    true: whether it has come. on_come: told when it has, or never will.
    """

    def __init__(self, true: Callable[[], object]) -> None:
        self.until_s = time.monotonic() + PATIENCE_S
        self.error: BaseException | None = None
        self.come = False
        self.on_come: Callable[[], object] = lambda: None
        self.true = true

    @property
    def over(self) -> bool:
        """Whether there is nothing more to wait for. Fits what `Manager.wait` takes."""
        return self.come or self.error is not None

    @property
    def left_s(self) -> float:
        """How long it may still be waited for."""
        return max(0.0, self.until_s - time.monotonic())

    def look(self, error: BaseException | None = None) -> None:
        """A turn is over; error: what it raised."""
        if self.over:
            return
        self.error = error
        self.come = error is None and bool(self.true())
        if self.over:
            self.on_come()

    def __await__(self) -> Generator[Look, None, None]:
        """Let the host that drives the behaviour turn until it is over, or it took too long."""
        if not self.over:
            yield self


class Host(Protocol):
    """A loop. name: as people know it. coroutines: whether it has tasks, which may await jobs."""

    name: str
    coroutines: bool

    def play(self, behaviour: Coroutine[Look, None, None]) -> None:
        """Run the loop until the behaviour is over. Raises what it raises."""

    def embedded(self, manager: Performing) -> AbstractAsyncContextManager[object]:
        """Let the loop turn a manager for the length of an `async with` block. Raises what a turn raised."""

    async def wait(self, look: Look) -> None:
        """Wait until it is over, or took too long."""

    async def over(self, pending: Pending[object], look: Look) -> None:
        """Wait until it is over, as programs in this loop do, or `look` took too long."""

    def task(
        self, work: Callable[[], Coroutine[object, None, object]]
    ) -> AbstractAsyncContextManager[Callable[[], object]]:
        """Where there are tasks: one beside an `async with` block, both to their end; gives what cancels it."""


class Stage:
    """What a behaviour has. server: does what it is told. directory: for its files; host: the loop."""

    def __init__(
        self, host: Host, server: ScriptedServer, directory: Path, exits: ExitStack
    ) -> None:
        self.host = host
        self.server = server
        self.directory = directory
        self._exits = exits
        self._looks: list[Look] = []
        self._managers: list[Performing] = []

    def open(self, state_dir: str | None = None, limits: Limits = _LIMITS) -> Performing:
        """A manager of this state directory, or in memory; it is closed when the curtain falls."""
        path = None if state_dir is None else self.directory / state_dir
        manager = Performing.open(path, limits)
        self._exits.enter_context(closing(manager))
        manager.turned = self.look
        self._managers.append(manager)
        return manager

    def embedded(self, manager: Performing) -> AbstractAsyncContextManager[object]:
        """Let the loop turn a manager for the length of an `async with` block."""
        return self.host.embedded(manager)

    def to(self, name: str) -> Path:
        """Where a file of that name goes."""
        return self.directory / name

    async def until(self, what: str, true: Callable[[], object]) -> None:
        """Wait until this is true after a turn, or after `look`; what: in words. Raises what a turn raises."""
        if true():
            return
        look = Look(true)
        self._looks.append(look)
        try:
            await self.host.wait(look)
        finally:
            self._looks.remove(look)
        self._check(what, look)

    async def over(self, *pending: Pending[object]) -> None:
        """Wait until all of these are over, as programs in this loop do. Raises what a turn raises."""
        for each in pending:
            look = Look(lambda each=each: each.over)
            self._looks.append(look)
            try:
                await self.host.over(each, look)
            finally:
                self._looks.remove(look)
            what = f"{each!r} is over" if isinstance(each, Job) else "there is nothing left to do"
            self._check(what, look)

    async def result(self, pending: Pending[T]) -> T:
        """What came of something, once it is over."""
        await self.over(pending)
        return pending.result()

    def look(self, error: BaseException | None = None) -> None:
        """A turn is over, with this error, or something was done in a callback or in another task of the behaviour."""
        for look in tuple(self._looks):
            look.look(error)

    def _check(self, what: str, look: Look) -> None:
        if look.error is not None:
            raise look.error
        assert look.come, (
            f"{PATIENCE_S:.0f} s went by on {self.host.name} and it did not come to this: {what}\n"
            + "\n".join(line for manager in self._managers for line in _standing(manager))
        )


class Performing(Manager):
    """A manager after each turn of which somebody is told, with what it raised. closed: whether it was."""

    closed = False
    turned: Callable[[BaseException | None], None] = staticmethod(lambda error: None)

    def turn(self, wait_s: float | None = 0.0) -> None:
        """See Manager."""
        try:
            super().turn(wait_s)
        except BaseException as error:
            self.turned(error)
            raise
        self.turned(None)

    def close(self) -> None:
        """See Manager."""
        self.closed = True
        super().close()


def _standing(manager: Manager) -> list[str]:
    """How its jobs stand, for whom a test has failed."""
    try:
        views = manager.view().jobs
    except Exception as error:  # noqa: BLE001 - the manager may be closed, or broken
        return [f"  {error!r}"]
    return [_line(manager, view) for view in views] or ["  there is no job in work"]


def _line(manager: Manager, view: JobView) -> str:
    found = manager.explain(view.id)
    causes = "; ".join(cause.sentence for cause in found.causes) if found else ""
    size = view.size_bytes
    return f"  {view.name} is {view.state.value}, {view.done_bytes} of {size} bytes: {causes}"
