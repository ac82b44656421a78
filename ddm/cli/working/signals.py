"""Ctrl-C and SIGTERM: the first one asks for a stop, the second one leaves at once. Ctrl-Z: a rest.

The handlers only note; the loop looks at `caught` and `resting` once a turn. A signal that comes
while the loop waits writes a byte to the wake-up descriptor (`signal.set_wakeup_fd`), so the turn
ends at once, and no KeyboardInterrupt is ever raised inside a callback of libcurl. Nor does Ctrl-Z
stop the process in the middle of a transaction, where others would wait for it.
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
        self._resting = False

    def __enter__(self) -> Self:
        self._fd_before = signal.set_wakeup_fd(-1)
        self._handlers_before = [signal.signal(number, self._note) for number in _SIGNALS]
        return self

    def __exit__(self, *exc: object) -> None:
        self.wake(-1)
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

    @property
    def resting(self) -> bool:
        """Whether Ctrl-Z was pressed: the loop has to call `rest`, once the terminal is left clean."""
        return self._resting

    def wake(self, fd: int) -> None:
        """Name the non-blocking descriptor that ends the loop's waiting; -1 for none.

        While there is one, Ctrl-Z waits for `rest`. Where it is ignored, it goes on to be.
        """
        signal.set_wakeup_fd(fd, warn_on_full_buffer=False)
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
            signal.signal(signal.SIGTSTP, signal.SIG_DFL if fd < 0 else self._note_rest)

    def rest(self) -> None:
        """Stop the process, as Ctrl-Z does by itself; returns when it is continued."""
        self._resting = False
        noting = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, noting)

    def _note_rest(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._resting = True

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._caught is None:
            self._caught = number
            return
        self._restore()
        os._exit(_EXIT_BASE + number)
