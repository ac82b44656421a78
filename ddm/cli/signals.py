"""Ctrl-C and SIGTERM: the first one asks for a stop, the second one leaves at once.

The handlers only note; the loop looks at `caught` once a turn. A signal that comes while the loop
waits writes a byte to the wake-up descriptor (`signal.set_wakeup_fd`), so the turn ends at once, and
no KeyboardInterrupt is ever raised inside a callback of libcurl.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
# What a shell makes of a process that a signal ended: bash(1), "EXIT STATUS".
_EXIT_BASE = 128


class Signals:
    """The handlers, for as long as the `with` block lasts; afterwards everything is as it was.

    restore: called before leaving at once, to give the terminal back. It may only write.
    """

    def __init__(self, restore: Callable[[], None]) -> None:
        self._restore = restore
        self._caught: int | None = None
        self._handlers_before: list[signal._HANDLER] = []
        self._fd_before = -1

    def __enter__(self) -> Self:
        self._fd_before = signal.set_wakeup_fd(-1)
        self._handlers_before = [signal.signal(number, self._note) for number in _SIGNALS]
        return self

    def __exit__(self, *exc: object) -> None:
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in zip(_SIGNALS, self._handlers_before, strict=True):
            signal.signal(number, handler)

    @property
    def caught(self) -> bool:
        """Whether a stop was asked for."""
        return self._caught is not None

    @property
    def exit_status(self) -> int | None:
        """130 or 143 after a signal, else None."""
        return None if self._caught is None else _EXIT_BASE + self._caught

    def wake(self, fd: int) -> None:
        """Name the non-blocking descriptor that ends the loop's waiting; -1 for none."""
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._caught is None:
            self._caught = number
            return
        self._restore()
        os._exit(_EXIT_BASE + number)
