"""Waiting for something in whatever loop there is: a future of asyncio, an event of trio, or turns of our own."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Generic, Protocol, Self, TypeVar

from ddm.errors import UsageError

T_co = TypeVar("T_co", covariant=True)


class Waiter(Protocol):
    """One coroutine that waits, once."""

    def wake(self) -> None:
        """Let it go on; again, or when it waits no more, is no error."""

    def __await__(self) -> Generator[object, None, None]:
        """Wait until `wake`."""


class Host(Protocol):
    """A loop that has coroutines, and turns the manager (`ddm.embed`). name: such as "asyncio"."""

    name: str

    def waiter(self) -> Waiter:
        """Somebody in a coroutine of this loop is about to wait. Raises UsageError where it has none."""

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Call this after the turn; an error of its is the loop's, as of any callback."""

    def detach(self) -> None:
        """The manager is about to be closed: turn it no more."""


class Room:
    """Who waits in a manager; a member of its reactor. host: the loop that turns it, None for our own.

    error: why nothing happens any more. called: what somebody wants to be called about, and need not keep.
    """

    def __init__(self) -> None:
        self.host: Host | None = None
        self.error: BaseException | None = None
        self.called: set[object] = set()
        self._waiters: set[Waiter] = set()
        self._conditions: list[Condition] = []
        self._calls: deque[Callable[[], object]] = deque()

    def check(self) -> None:
        """Raises why nothing happens any more."""
        if self.error is not None:
            raise self.error

    def end(self, error: BaseException) -> None:
        """Nothing will happen any more; who waits is told why. The first reason stays."""
        self.error = self.error or error
        for waiter in tuple(self._waiters):
            waiter.wake()

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Call this when the turn is over."""
        if self.host is None:
            self._calls.append(callback)
        else:
            self.host.call_soon(callback)

    def call(self) -> None:
        """The turn is over. Raises what a callback raises; the others are for the next turn then."""
        while self._calls:
            self._calls.popleft()()

    def when(self, true: Callable[[], bool]) -> Pending[None]:
        """Something that is looked at in every turn while somebody waits for it."""
        condition = Condition(self, true)
        self._conditions.append(condition)
        return condition

    def deadline(self) -> float | None:
        """See reactor.Member."""
        return 0.0 if self._calls else None

    def run(self, now: float) -> None:
        """See reactor.Member."""
        del now
        for condition in self._conditions:
            condition.look()

    @contextmanager
    def waiter(self, among: set[Waiter]) -> Iterator[Waiter]:
        """Somebody waits for the length of a `with` block, and is among these meanwhile.

        Raises UsageError where no loop has coroutines.
        """
        self.check()
        if self.host is None:
            raise UsageError(
                "nobody turns this manager: await within `ddm.embed.on_asyncio(manager)` or `on_trio`, "
                "or let `manager.wait(job)` turn it"
            )
        waiter = self.host.waiter()
        self._waiters.add(waiter)
        among.add(waiter)
        try:
            yield waiter
        finally:
            self._waiters.discard(waiter)
            among.discard(waiter)


class Pending(Generic[T_co]):
    """Something to wait for: await it, ask whether it is `over`, let `Manager.wait` turn until it is.

    Who waits and is cancelled leaves it as it is.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._waiters: set[Waiter] = set()
        self._callbacks: list[Callable[[], object]] = []

    @property
    def over(self) -> bool:
        """Whether there is a result, or an error."""
        raise NotImplementedError

    def result(self) -> T_co:
        """What came of it, once it is over. Raises DDMError."""
        raise NotImplementedError

    def __await__(self) -> Generator[object, None, T_co]:
        """Wait until it is over. Raises what `result` raises, and ClosedError if the manager is closed before."""
        while not self.over:
            with self._room.waiter(self._waiters) as waiter:
                yield from waiter.__await__()
        return self.result()

    def when_over(self, callback: Callable[[Self], object]) -> None:
        """Call this with it once it is over, in the loop and not within this call; never, if the manager is closed."""
        self._callbacks.append(partial(callback, self))
        self._room.called.add(self)
        if self.over:
            self._wake()

    def _wake(self) -> None:
        """It is over: let who waits look again."""
        for waiter in tuple(self._waiters):
            waiter.wake()
        self._room.called.discard(self)
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            self._room.call_soon(callback)


class Condition(Pending[None]):
    """Something that comes true. Looked at in every turn while somebody waits for it."""

    def __init__(self, room: Room, true: Callable[[], bool]) -> None:
        super().__init__(room)
        self._true = true

    @property
    def over(self) -> bool:
        """Whether it is true."""
        return self._true()

    def result(self) -> None:
        """Nothing but that it is true."""

    def look(self) -> None:
        """Let who waits go on if it is true by now."""
        if (self._waiters or self._callbacks) and self.over:
            self._wake()
