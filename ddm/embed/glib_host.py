"""In GLib's loop, which is GTK's."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Protocol

import gi
from gi.repository import GLib

from ddm.embed.attachment import Attachment, OnError
from ddm.library.manager import Manager


class MainContext(Protocol):
    """A `GLib.MainContext`."""

    def iteration(self, may_block: bool, /) -> bool:  # noqa: FBT001 - GLib's
        """See GLib."""


def on_glib(
    manager: Manager, context: MainContext | None = None, *, on_error: OnError | None = None
) -> Attachment:
    """Let GLib's loop turn a manager until it is detached; without a context the default one.

    The source has the priority of idle ones, below that of input and of drawing. on_error: called in the loop if the
    queue broke; without it `sys.excepthook` is, and `detach` raises the error. Raises UsageError if another loop turns
    this manager.
    """
    return Attachment(manager, _Loop(context), on_error)


class _Source(Protocol):
    """The part of a GLib.Source that is used."""

    def set_callback(self, callback: Callable[..., bool], /) -> None: ...
    def set_priority(self, priority: int, /) -> None: ...
    def set_ready_time(self, ready_time_us: int, /) -> None: ...
    def attach(self, context: MainContext | None, /) -> int: ...
    def destroy(self) -> None: ...


class _Loop:
    """One source: ready when the descriptor is, or at its time. Fits `attachment.CallbackLoop`."""

    name = "GLib"

    def __init__(self, context: MainContext | None) -> None:
        self._context = context
        self._source: _Source | None = None

    def begin(self, fd: int, turn: Callable[[], object]) -> None:
        """See CallbackLoop."""

        def on_ready(*_: object) -> bool:
            turn()
            return True

        self._source = _fd_source(fd)
        self._source.set_callback(on_ready)
        self._source.set_priority(GLib.PRIORITY_DEFAULT_IDLE)
        self._source.set_ready_time(0)
        self._source.attach(self._context)

    def call_at(self, due_s: float | None) -> None:
        """See CallbackLoop. GLib's monotonic time is that of `time.monotonic`, in microseconds; -1 is never."""
        if self._source is not None:
            self._source.set_ready_time(-1 if due_s is None else ceil(due_s * 1e6))

    def call_soon(self, callback: Callable[[], object]) -> None:
        """See CallbackLoop."""

        def once(*_: object) -> bool:
            callback()
            return False

        source: _Source = GLib.idle_source_new()
        source.set_callback(once)
        source.attach(self._context)

    def end(self) -> None:
        """See CallbackLoop."""
        if self._source is not None:
            self._source.destroy()
            self._source = None


def _fd_source(fd: int) -> _Source:
    """Newer GLibs have it in a namespace of its own, and call the old name deprecated."""
    try:
        gi.require_version("GLibUnix", "2.0")
    except ValueError:
        found: _Source = GLib.unix_fd_source_new(fd, GLib.IOCondition.IN)
    else:
        from gi.repository import GLibUnix  # noqa: PLC0415 - older ones do not have it

        found = GLibUnix.fd_source_new(fd, GLib.IOCondition.IN)
    return found
