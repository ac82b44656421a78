"""Loops that know callbacks only: each step of a behaviour is one. Each imports what it needs when it plays."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager

from ddm.library.waiting import Pending
from integration.embedding.packages import why_not
from integration.embedding.stage import Look, Performing

Cancel = Callable[[], object]


class _Calling:
    """Lets a behaviour go on in a callback when what it awaits has come, or took too long."""

    coroutines = False

    def __init__(self) -> None:
        self._error: BaseException | None = None

    def play(self, behaviour: Coroutine[Look, None, None]) -> None:
        """See Host."""
        looks = behaviour.__await__()

        def step() -> None:
            try:
                look = next(looks)
            except StopIteration:
                self.quit()
            except BaseException as error:  # noqa: BLE001 - it is raised when the loop has ended
                self._error = error
                self.quit()
            else:
                too_late = self.after(look.left_s, step)

                def go_on() -> None:
                    too_late()
                    self.after(0, step)

                look.on_come = go_on

        self.after(0, step)
        self.run()
        if self._error is not None:
            raise self._error

    async def wait(self, look: Look) -> None:
        """See Host."""
        await look

    async def over(self, pending: Pending[object], look: Look) -> None:
        """See Host."""
        heard: list[Pending[object]] = []
        look.true = lambda: heard
        pending.when_over(lambda it: (heard.append(it), look.look()))
        await look

    @asynccontextmanager
    async def embedded(self, manager: Performing) -> AsyncIterator[None]:
        """See Host."""
        with self.attached(manager):
            yield

    @abstractmethod
    def attached(self, manager: Performing) -> AbstractContextManager[object]:
        """Let the loop turn it."""

    @abstractmethod
    def run(self) -> None:
        """Run the loop until `quit`."""

    @abstractmethod
    def quit(self) -> None:
        """End the loop after this callback."""

    @abstractmethod
    def after(self, delay_s: float, callback: Callable[[], None]) -> Cancel:
        """Call this once; gives what takes it back."""


class GLibLoop(_Calling):
    """GLib's main loop."""

    name = "GLib"

    def __init__(self) -> None:
        super().__init__()
        assert why_not(self.name) is None  # it is found by this
        from gi.repository import GLib  # noqa: PLC0415 - where there is one

        self._glib = GLib
        self._loop = GLib.MainLoop()

    def attached(self, manager: Performing) -> AbstractContextManager[object]:
        """See _Calling."""
        from ddm.embed import on_glib  # noqa: PLC0415 - where there is one

        return on_glib(manager)

    def run(self) -> None:
        """See _Calling."""
        self._loop.run()

    def quit(self) -> None:
        """See _Calling."""
        self._loop.quit()

    def after(self, delay_s: float, callback: Callable[[], None]) -> Cancel:
        """See _Calling."""
        source = self._glib.timeout_source_new(int(1000 * delay_s))

        def once(*_: object) -> bool:
            callback()
            return False

        source.set_callback(once)
        source.attach(None)
        return source.destroy


class QtLoop(_Calling):
    """Qt's loop, in an application that draws nowhere."""

    name = "Qt"

    def __init__(self) -> None:
        super().__init__()
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from PySide6 import QtCore, QtGui  # noqa: PLC0415 - where there is one

        self._core = QtCore
        self._application = QtGui.QGuiApplication.instance() or QtGui.QGuiApplication(["ddm"])
        self._loop = QtCore.QEventLoop()

    def attached(self, manager: Performing) -> AbstractContextManager[object]:
        """See _Calling."""
        from ddm.embed import on_qt  # noqa: PLC0415 - where there is one

        return on_qt(manager)

    def run(self) -> None:
        """See _Calling."""
        self._loop.exec()

    def quit(self) -> None:
        """See _Calling."""
        self._loop.quit()

    def after(self, delay_s: float, callback: Callable[[], None]) -> Cancel:
        """See _Calling."""
        timer = self._core.QTimer(self._loop)
        timer.setSingleShot(True)
        timer.timeout.connect(callback)
        timer.start(int(1000 * delay_s))
        return timer.stop
