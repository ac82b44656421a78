"""The moment at which a process dies: right before an operation on disk or store, or right after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Died(BaseException):
    """The process is dead at this very instruction."""


class Plug:
    """Pulled at one of the operations to come; `during` stands around each of them."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._after = False

    @property
    def armed(self) -> bool:
        """Whether it is still to be pulled."""
        return self._left is not None

    def arm(self, operations: int, *, after: bool) -> None:
        """Die at the operation that comes after `operations` others, before it or after it took effect."""
        self._left, self._after = operations, after

    def disarm(self) -> None:
        """Let the process live."""
        self._left = None

    @contextmanager
    def during(self) -> Iterator[None]:
        """One operation. Raises Died."""
        if self._left is None:
            yield
            return
        if self._left > 0:
            self._left -= 1
            yield
            return
        self._left = None
        if not self._after:
            raise Died
        try:
            yield
        except BaseException:
            self._left = 0  # it took no effect: the next one, then
            raise
        raise Died
