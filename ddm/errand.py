"""Something that takes its time and is done elsewhere: nobody waits for it, each turn asks whether it is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from ddm.failures import FailureError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Errand(Protocol[T_co]):
    """What was asked for, and is on its way."""

    @property
    def over(self) -> bool:
        """Whether it has ended, well or not."""

    def result(self) -> T_co:
        """What came of it, once it is over. Raises OSError, with the path if it is about a file, or FailureError."""


class Done(Generic[T]):
    """An errand that was done at once. Fits `Errand`."""

    over = True

    def __init__(self, deed: Callable[[], T]) -> None:
        """Do it now; what it raises comes with the result."""
        self._error: OSError | FailureError | None = None
        try:
            self._found: T = deed()
        except (OSError, FailureError) as error:
            self._error = error

    def result(self) -> T:
        """What came of it. Raises what the deed raised."""
        if self._error is not None:
            raise self._error
        return self._found
