"""Loops of our own: `Manager.wait`, and a plain loop over `fileno`, `deadline` and `turn`."""

from __future__ import annotations

import selectors
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

from ddm import DDMError
from ddm.library.waiting import Pending
from integration.embedding.stage import Look, Performing

# Each of several managers waits so long, while another one may have something to do.
_A_ROUND_S = 0.01


class _Driving:
    """Turns its managers until what the behaviour awaits has come."""

    coroutines = False

    def __init__(self) -> None:
        self._managers: list[Performing] = []
        self._error: DDMError | None = None

    def play(self, behaviour: Coroutine[Look, None, None]) -> None:
        """See Host."""
        try:
            for look in behaviour.__await__():
                try:
                    self.turn_until(look)
                except DDMError as error:
                    self._error = look.error = error
        finally:
            behaviour.close()

    async def wait(self, look: Look) -> None:
        """See Host."""
        await look

    async def over(self, pending: Pending[object], look: Look) -> None:
        """See Host."""
        look.look()
        await look

    @asynccontextmanager
    async def embedded(self, manager: Performing) -> AsyncIterator[None]:
        """See Host."""
        self._managers.append(manager)
        try:
            yield
        finally:
            self._managers.remove(manager)
        if self._error is not None:
            raise self._error

    @property
    def managers(self) -> list[Performing]:
        """Those that may be turned."""
        return [manager for manager in self._managers if not manager.closed]

    def turn_until(self, look: Look) -> None:
        """Turn until it has come or took too long. Raises what a turn raises."""
        raise NotImplementedError


class OwnLoop(_Driving):
    """`manager.wait`; several managers have it by turns."""

    name = "our own loop"

    def turn_until(self, look: Look) -> None:
        """See _Driving."""
        managers = self.managers
        round_s = look.left_s if len(managers) == 1 else _A_ROUND_S
        while not look.over and look.left_s:
            for manager in managers:
                manager.wait(look, timeout_s=round_s)


class PlainSelectors(_Driving):
    """What the documentation shows for any other loop."""

    name = "selectors"

    def turn_until(self, look: Look) -> None:
        """See _Driving."""
        managers = self.managers
        with selectors.DefaultSelector() as selector:
            for manager in managers:
                selector.register(manager, selectors.EVENT_READ)
            while not look.over and look.left_s:
                due_s = [due for each in managers if (due := each.deadline()) is not None]
                ready = selector.select(max(0.0, min([*due_s, look.until_s]) - time.monotonic()))
                readable = {key.fileobj for key, _ in ready}
                now = time.monotonic()
                for manager in managers:
                    due = manager.deadline()
                    if manager in readable or (due is not None and due <= now):
                        manager.turn()
