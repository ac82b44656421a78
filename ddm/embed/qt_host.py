"""In Qt's loop, by PySide6 or PyQt6."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from math import ceil
from time import monotonic
from typing import Any

from ddm.embed.attachment import Attachment, OnError
from ddm.errors import UsageError
from ddm.library.manager import Manager

_BINDINGS = ("PySide6.QtCore", "PyQt6.QtCore")
_LONGEST_S = 86_400.0  # Qt counts milliseconds in 32 bits


def on_qt(manager: Manager, *, on_error: OnError | None = None) -> Attachment:
    """Let Qt's loop turn a manager until it is detached, in the thread of the application.

    Of PySide6 and PyQt6 it takes what is imported already. on_error: called in the loop if the queue broke; without
    it `sys.excepthook` is, and `detach` raises the error. Raises UsageError without a binding, without a
    QCoreApplication, or if another loop turns this manager.
    """
    core = _core()
    if core.QCoreApplication.instance() is None:
        raise UsageError("on_qt wants a QCoreApplication, or a QApplication: make it before")
    return Attachment(manager, _Loop(core), on_error)


class _Loop:
    """A notifier and a timer. Fits `attachment.CallbackLoop`.

    Both stay until the end of this object, for they must not go while they call.
    """

    name = "Qt"

    def __init__(self, core: Any) -> None:
        self._core = core
        self._notifier: Any = None
        self._timer: Any = None
        self._timer_s: float | None = None  # when it rings

    def begin(self, fd: int, turn: Callable[[], object]) -> None:
        """See CallbackLoop."""
        core = self._core

        def on_ready(*_: object) -> None:
            # Not where the timer is due: one turn in each round, so that others have theirs in between.
            if self._timer_s is None or self._timer_s > monotonic():
                turn()

        def on_time() -> None:
            self._timer_s = None
            turn()

        self._notifier = core.QSocketNotifier(fd, core.QSocketNotifier.Type.Read)
        self._notifier.activated.connect(on_ready)
        self._timer = core.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setTimerType(core.Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(on_time)
        self.call_at(0.0)

    def call_at(self, due_s: float | None) -> None:
        """See CallbackLoop. A timer that is too early stays: that is cheaper than another one."""
        if due_s is None or (self._timer_s is not None and self._timer_s <= due_s):
            return
        self._timer_s = due_s
        left_s = min(max(0.0, due_s - monotonic()), _LONGEST_S)
        self._timer.start(ceil(left_s * 1000))

    def call_soon(self, callback: Callable[[], object]) -> None:
        """See CallbackLoop."""
        self._core.QTimer.singleShot(0, callback)

    def end(self) -> None:
        """See CallbackLoop."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._timer.stop()


def _core() -> Any:
    """QtCore of a binding."""
    for name in (*(name for name in _BINDINGS if name in sys.modules), *_BINDINGS):
        try:
            return import_module(name)
        except ImportError:
            continue
    raise UsageError("on_qt needs PySide6 or PyQt6, and neither is there: pip install 'ddm[qt]'")
