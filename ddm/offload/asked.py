"""What was asked of a child: on its way until there is an answer, whoever gives it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Generator
from typing import Any, ClassVar, Generic, TypeVar

from ddm.failures import FailureError
from ddm.limits import LOSSES_MAX
from ddm.offload import deeds

T = TypeVar("T")


class Asked(Generic[T]):
    """One request. Fits `errand.Errand`.

    verb, arguments: what a child is told. fd: the descriptor that goes with it, -1 for none; it is the request's own
    until that is over, and goes to `let_go` then. losses: how many children were lost that had it; one that hung counts
    for several.
    until_s: when it has failed at the latest, if its lane has set that.
    """

    verb: ClassVar[str]

    def __init__(
        self,
        arguments: tuple[object, ...],
        path: str,
        let_go: Callable[[int], None] = os.close,
    ) -> None:
        self.arguments = arguments
        self.fd = -1
        self.until_s: float | None = None
        self.losses = 0
        self.over = False
        self._path = path
        self._let_go = let_go
        self._found: T
        self._error: OSError | FailureError | None = None

    def result(self) -> T:
        """What came of it, once it is over. Raises OSError, with the path if it is about a file, or FailureError."""
        if self._error is not None:
            raise self._error
        return self._found

    # -- how it ends -------------------------------------------------------------------------------

    def answer(self, found: Any, fault: tuple[int, str] | None) -> None:
        """What a child said. One that is over already does not care."""
        if self.over:
            return
        if fault is None:
            self._found = self._read(found)
        else:
            self._error = self._failure(*fault)
        self._end()

    def fail(self, error: OSError) -> None:
        """It will not be done."""
        number = error.errno or errno.EIO
        self.answer(None, (number, error.strerror or os.strerror(number)))

    def pass_on(self) -> None:
        """A child is told of it now, and has its descriptor too."""

    def lose(self, losses: int = 1) -> None:
        """The child that had it was lost in the middle: it is for another one, unless it is over by now."""
        self.losses += losses
        if self.losses >= LOSSES_MAX:
            said = "the processes that were to do it hang or are killed, one after the other"
            self.fail(OSError(errno.EIO, said))

    def here(self, error: OSError) -> Generator[None, None, T] | None:  # noqa: ARG002 - for those that fail with it
        """There are no children, and why: the deed as it is done in this process, None for one that has ended so."""
        given = self.arguments if self.fd < 0 else (self.fd, *self.arguments)
        return deeds.DEEDS[self.verb](*given)

    def _end(self) -> None:
        self.over = True
        if self.fd >= 0:
            fd, self.fd = self.fd, -1
            self._let_go(fd)

    # -- what kinds of them do in their own way ----------------------------------------------------

    def _read(self, found: Any) -> T:
        """The result as a child sends it, as the one who asked takes it."""
        result: T = found
        return result

    def _failure(self, number: int, why: str) -> OSError | FailureError:
        return OSError(number, why, self._path)
