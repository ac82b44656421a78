"""Callbacks that libcurl may call without harm: nothing is raised out of them, not even before their first line.

pycurl prints what a callback raises, and forgets it. A `try` in a function does not help against KeyboardInterrupt:
Python raises it where bytecode runs again after a signal came, and while libcurl works that is at the very start of the
callback, before its `try`. A generator that waits for its next call within a `try` has no such place, and costs no
more than a function.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import TypeVar

A = TypeVar("A")
R = TypeVar("R")


class Interrupt:
    """What was raised within libcurl and is nobody's failure, such as KeyboardInterrupt: the first, for the turn."""

    def __init__(self) -> None:
        self._error: BaseException | None = None

    def __bool__(self) -> bool:
        return self._error is not None

    def keep(self, error: BaseException) -> None:
        """Raise it when libcurl has been left."""
        self._error = self._error or error

    def check(self) -> None:
        """Libcurl has been left: raises what is kept, once."""
        error, self._error = self._error, None
        if error is not None:
            raise error


def guarded(callback: Callable[[A], R], failed: Callable[[BaseException], R]) -> Callable[[A], R]:
    """The callback, for one argument; where it raises, `failed` is told, and what that returns is the answer."""
    calls = _calls(callback, failed)
    next(calls)
    return calls.send  # type: ignore[return-value]  # None is only ever sent by `next`


def guarded_note(
    callback: Callable[[A, A], object], failed: Callable[[BaseException], object]
) -> Callable[[A, A, A, A], object]:
    """The callback, for the first two of four arguments and no answer: libcurl's notes of sockets.

    A generator is sent one thing at a time; `max` sends each of its arguments to its key, and runs no Python itself.
    """
    notes = _notes(callback, failed)
    next(notes)
    return partial(max, key=notes.send)


def _calls(
    callback: Callable[[A], R], failed: Callable[[BaseException], R]
) -> Generator[R | None, A, None]:
    answer: R | None = None
    while True:
        try:
            while True:
                answer = callback((yield answer))
        except GeneratorExit:
            return
        except BaseException as error:  # noqa: BLE001 - libcurl would print and forget it
            answer = failed(error)


def _notes(
    callback: Callable[[A, A], object], failed: Callable[[BaseException], object]
) -> Generator[int, A, None]:
    while True:
        had = 0
        try:
            one = yield 0
            had = 1
            other = yield 0
            had = 2
            yield 0
            had = 3
            yield 0
            had = 4
            callback(one, other)
        except GeneratorExit:
            return
        except BaseException as error:  # noqa: BLE001 - as above
            failed(error)
            for _ in range(3 - had):  # the rest of this note
                yield 0
