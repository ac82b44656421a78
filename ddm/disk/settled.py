"""Which changes of a directory are on the disk: one sync is enough for all that were made before it."""

from __future__ import annotations

from collections.abc import Callable


class Settled:
    """The changes of one directory, numbered."""

    def __init__(self) -> None:
        self._changes = 0
        self._done = 0
        self._failed = 0
        self._error: OSError | None = None

    def changed(self) -> int:
        """A name was made, changed or removed; which change this is."""
        self._changes += 1
        return self._changes

    def settle(self, change: int, sync: Callable[[], None]) -> None:
        """Put this change on the disk, unless a sync has done that. Raises what that sync raised.

        A sync that failed is not tried again for what it was to cover: a second one would succeed without it
        (LWN, "PostgreSQL's fsync() surprise", 2018).
        """
        if change <= self._failed and self._error is not None:
            raise self._error
        if change <= self._done:
            return
        covered = self._changes
        try:
            sync()
        except OSError as error:
            self._failed, self._error = covered, error
            raise
        self._done = covered
