"""The loops that know callbacks only, for a manager or a `Rest`. Where a package is missing they raise ImportError."""

from __future__ import annotations

from math import ceil
from time import monotonic

import ddm
from integration.embedding.measured.guests import Guest
from integration.embedding.measured.ticks import Ticks
from integration.embedding.packages import why_not


def by_glib(guest: Guest, ticks: Ticks | None) -> None:
    """In GLib's."""
    _look_for("GLib")
    from gi.repository import GLib  # noqa: PLC0415  # where it is there

    from ddm.embed import on_glib  # noqa: PLC0415  # where it is there

    loop = GLib.MainLoop()
    going_on = True

    def tick() -> bool:
        if ticks and going_on:
            ticks.tick()
            GLib.timeout_add(ceil(ticks.left_s() * 1000), tick)
        return False

    if ticks:
        GLib.timeout_add(ceil(ticks.left_s() * 1000), tick)
    if isinstance(guest, ddm.Manager):
        with on_glib(guest):
            guest.quiet().when_over(lambda _: loop.quit())
            loop.run()
    else:
        GLib.timeout_add(_left_ms(guest), loop.quit)
        loop.run()
    going_on = False


def by_qt(guest: Guest, ticks: Ticks | None) -> None:
    """In Qt's."""
    _look_for("Qt")
    from PySide6.QtCore import QCoreApplication, Qt, QTimer  # noqa: PLC0415  # where it is there

    from ddm.embed import on_qt  # noqa: PLC0415  # where it is there

    app = QCoreApplication.instance() or QCoreApplication([])
    timer = QTimer()
    timer.setSingleShot(True)
    timer.setTimerType(Qt.TimerType.PreciseTimer)

    def tick() -> None:
        if ticks:
            ticks.tick()
            timer.start(ceil(ticks.left_s() * 1000))

    timer.timeout.connect(tick)
    if ticks:
        timer.start(ceil(ticks.left_s() * 1000))
    if isinstance(guest, ddm.Manager):
        with on_qt(guest):
            guest.quiet().when_over(lambda _: app.quit())
            app.exec()
    else:
        QTimer.singleShot(_left_ms(guest), app.quit)
        app.exec()
    timer.stop()


def _look_for(host: str) -> None:
    reason = why_not(host)
    if reason is not None:
        raise ImportError(reason)


def _left_ms(guest: Guest) -> int:
    return ceil(max(0.0, (guest.deadline() or 0.0) - monotonic()) * 1000)
