"""A house is open in one process, until it is closed or forgotten there; never in a forked child of that process."""

from __future__ import annotations

import ctypes
import os
import sys
import warnings
from collections.abc import Iterable
from contextlib import ExitStack


class Tenancy:
    """What there is to do when the house is closed. exits: what was done so far, to be undone.

    It is made before whatever it closes: a collection of garbage mostly finalizes what is older first, and sockets have
    warnings of their own.
    """

    def __init__(self) -> None:
        self._unclosed: _Unclosed | None = _Unclosed(self)
        self._let_go = False
        self.exits: ExitStack = ExitStack()
        self.of: str = ""

    def begin(self, exits: ExitStack, of: str) -> None:
        """From now on it has to be ended. of: what is open, for people."""
        self.exits, self.of = exits, of

    def end(self) -> None:
        """Undo it all; again is no error."""
        self.of, self._unclosed = "", None
        if not self._let_go:
            self.exits.close()

    def let_go(self, owner: object, descriptors: Iterable[int]) -> None:
        """In a forked child: nothing of this is ours, and nothing of it may be ended, not even when it is forgotten.

        descriptors: those that have a lock, or that something could be sent on: each becomes /dev/null, so that nothing
        reaches the parent, and nothing that it had is held when it dies. owner: lives for ever, for what SQLite and
        libcurl do at their end would be done to the parent's files and connections.
        """
        self._let_go = True
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(owner))
        try:
            null_fd = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
        except OSError:  # too many are open, say; but then others may get their numbers
            for fd in descriptors:
                os.close(fd)
            return
        for fd in descriptors:
            os.dup2(null_fd, fd, inheritable=False)
        os.close(null_fd)


class _Unclosed:
    """Forgotten together with what nobody closed.

    It goes when that is closed, not with the garbage of some later moment: KeyboardInterrupt in there would be lost.
    """

    def __init__(self, tenancy: Tenancy) -> None:
        self._tenancy = tenancy

    def __del__(self) -> None:
        """Closed with a ResourceWarning, as Python's own things are; at the end of the process without one."""
        if not self._tenancy.of:
            return
        try:
            if not sys.is_finalizing():
                warnings.warn(f"unclosed {self._tenancy.of}", ResourceWarning, 2, self._tenancy)
        finally:
            self._tenancy.end()
