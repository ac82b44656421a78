"""Something that takes its time and is done elsewhere: nobody waits for it, each turn asks whether it is over."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Generic, NoReturn, Protocol, TypeVar

from ddm.failures import FailureError

T = TypeVar("T")
U = TypeVar("U")
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


class Failed:
    """An errand that nobody set out on, because it would have been in vain. Fits `Errand`."""

    over = True

    def __init__(self, error: OSError | FailureError) -> None:
        self._error = error

    def result(self) -> NoReturn:
        """Raises why."""
        raise self._error


class After(Generic[T, U]):
    """An errand and what is to be done when it is over, by whoever asks for the result, once. Fits `Errand`."""

    def __init__(self, errand: Errand[T], deed: Callable[[Errand[T]], U]) -> None:
        self._errand = errand
        self._deed = deed

    @property
    def over(self) -> bool:
        """Whether the errand is."""
        return self._errand.over

    def result(self) -> U:
        """What the deed makes of the errand, which it is given."""
        return self._deed(self._errand)


class Together:
    """Errands that are one: over when all are, well if all went well. Fits `Errand`."""

    def __init__(self, errands: Sequence[Errand[None]]) -> None:
        self._errands = errands

    @property
    def over(self) -> bool:
        """Whether all are."""
        return all(errand.over for errand in self._errands)

    def result(self) -> None:
        """Raises what the first raised that went wrong."""
        for errand in self._errands:
            errand.result()


class Slices(Generic[T]):
    """An errand that is done here after all, a slice a turn: somebody has to say `step`. Fits `Errand`."""

    def __init__(self, work: Generator[None, None, T]) -> None:
        """work: yields after each slice but the last, and returns the result."""
        self._work = work
        self._done: Errand[T] | None = None

    @property
    def over(self) -> bool:
        """Whether that was the last slice."""
        return self._done is not None

    def step(self) -> None:
        """Do the next slice."""
        try:
            next(self._work)
        except StopIteration as end:
            found: T = end.value
            self._done = Done(lambda: found)
        except (OSError, FailureError) as error:
            self._done = Failed(error)

    def drop(self) -> None:
        """Do no more of it: the work is left where it stands, and may clean up."""
        self._work.close()

    def result(self) -> T:
        """What the work returned. Raises what it raised."""
        if self._done is None:
            raise AssertionError("there are slices left")
        return self._done.result()
