"""A manager in a loop that knows callbacks only, as GLib's and Qt's."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Protocol, Self

from ddm.embed.guest import Guest
from ddm.errors import UsageError
from ddm.library.manager import Manager
from ddm.library.waiting import Waiter

OnError = Callable[[BaseException], object]


class CallbackLoop(Protocol):
    """What a loop has to do. name: such as "GLib"."""

    name: str

    def begin(self, fd: int, turn: Callable[[], object]) -> None:
        """Call `turn` soon, whenever `fd` is readable, and when `call_at` says so."""

    def call_at(self, due_s: float | None) -> None:
        """The next turn is due then, by `time.monotonic`; None if `fd` says it all. Said after every turn."""

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Call this once, but not now."""

    def end(self) -> None:
        """No more turns; again is no error."""


class Attachment:
    """A manager that is turned by a loop, until `detach`, the end of a `with` block, or the manager's `close`.

    Fits `library.waiting.Host`.
    """

    def __init__(self, manager: Manager, loop: CallbackLoop, on_error: OnError | None) -> None:
        """See `on_glib`. Raises UsageError if another loop turns this manager."""
        self.name: str = loop.name
        self._loop = loop
        self._on_error = on_error
        self._guest = Guest(manager, self, loop.end)
        loop.begin(manager.fileno(), self._turn)

    @property
    def error(self) -> BaseException | None:
        """Why the loop turns it no more, if its queue broke."""
        return self._guest.error

    def detach(self) -> None:
        """Take the manager off the loop; it stays open, and another loop may turn it. Again is no error.

        Raises what a turn raised, where no `on_error` was told.
        """
        self._loop.end()
        self._guest.leave()
        if self._on_error is None:
            self._guest.check()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.detach()
        else:
            self._loop.end()
            self._guest.leave()

    def waiter(self) -> Waiter:
        """See Host."""
        raise UsageError(
            f"{self.name}'s loop has no coroutines: instead of `await job` have a function called "
            "with `job.when_over(callback)`, or look at `manager.events()`"
        )

    def call_soon(self, callback: Callable[[], object]) -> None:
        """See Host."""
        self._loop.call_soon(callback)

    def _turn(self) -> None:
        due_s = self._guest.turn()
        error = self._guest.error
        if error is None:
            self._loop.call_at(due_s)
        elif self._on_error is not None:
            self._on_error(error)
        else:
            # As any error of a callback; nobody else hears of it before the end.
            sys.excepthook(type(error), error, error.__traceback__)
