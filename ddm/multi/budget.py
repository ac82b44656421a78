"""Who may bring bytes in what is left of a turn, and who waits for the next one.

One call of libcurl reads up to 11 times BUFFERSIZE for every transfer that has something: 20 to 50 ms where data is
always there. So each transfer asks, with the first block of a turn and with each full buffer, whether it may take it.
Where the network's part of the turn is over it gives the block back and waits, and so do all others that come after it.
In the next turn those that wait go first, one after the other, the one that has waited longest first, for as long as
the time lasts: that is one round of libcurl for each. On an ordinary network a turn is over long before that.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Waiter = TypeVar("Waiter")


class Budget(Generic[Waiter]):
    """What is left of the network's part of a turn.

    closed: whether only the one that has its turn may take bytes: the time is over, or was over in the last turn, and
    there are some who have waited since.
    """

    def __init__(self, spent: Callable[[], bool], on_change: Callable[[], None]) -> None:
        """Spent: whether the time is over. on_change: called when it closes, and when it opens."""
        self.closed = False
        self._spent = spent
        self._on_change = on_change
        self._waiting: deque[Waiter] = deque()
        self._released: Waiter | None = None  # whose turn it is, while others wait
        # And whether that one has not taken a block yet: one it may take, whatever time it is.
        self._first = False

    @property
    def waiting(self) -> bool:
        """Whether somebody waits, so that there should be a turn soon."""
        return bool(self._waiting)

    def plain(self, waiter: Waiter) -> bool:
        """Whether it need not ask for every block."""
        return not self.closed or waiter is self._released

    def admits(self, waiter: Waiter) -> bool:
        """Whether it may take a block now; else it is to give it back and `wait`."""
        if self.closed and waiter is not self._released:
            return False
        if self._first and waiter is self._released:
            self._first = False
            return True
        if not self._spent():
            return True
        self._released = None
        if not self.closed:
            self.closed = True
            self._on_change()
        return False

    def wait(self, waiter: Waiter) -> None:
        """Let one wait for a later turn; `release` tells."""
        self._waiting.append(waiter)

    def leave(self, waiter: Waiter) -> None:
        """Forget one, which need not wait."""
        if waiter in self._waiting:
            self._waiting.remove(waiter)

    def release(self) -> Iterator[Waiter]:
        """Who may go on now, one after the other while there is time, at least one; each takes bytes or waits again."""
        while self._waiting:
            self._released = self._waiting.popleft()
            self._first = True
            yield self._released
            if self._spent():
                break
        self._released = None
        if self.closed and not self._waiting:
            self.closed = False
            self._on_change()
