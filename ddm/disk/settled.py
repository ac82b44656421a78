"""Which changes of a directory are on the disk: one sync is enough for all that were made before it began."""

from __future__ import annotations

from collections.abc import Callable

from ddm.errand import Errand

Sync = Callable[[], Errand[None]]


class Changes:
    """Names that were made, changed or removed, and share a sync.

    known: whether it is over. error: why it failed.
    """

    known = False
    error: OSError | None = None


class Settled:
    """The changes of one directory. Its syncs come one after the other: what changes meanwhile shares the next."""

    def __init__(self) -> None:
        self._changes = Changes()  # those that no sync has begun for
        self._under_way: tuple[Changes, Errand[None]] | None = None

    def changed(self) -> Changes:
        """A name was made, changed or removed; with which others."""
        return self._changes

    def settle(self, changes: Changes, sync: Sync) -> Errand[None]:
        """Put these changes on the disk, unless a sync has done that. Raises what that sync raised.

        A sync that failed is not tried again for what was changed before its end: a second one would succeed without it
        (LWN, "PostgreSQL's fsync() surprise", 2018).
        """
        self.is_known(changes, sync)  # it begins now, not when somebody asks
        return _Settling(self, changes, sync)

    def is_known(self, changes: Changes, sync: Sync) -> bool:
        """Whether the sync of these changes is over; one that is their turn begins."""
        while not changes.known:
            if self._under_way is None:
                covered, self._changes = self._changes, Changes()
                self._under_way = covered, sync()
            covered, errand = self._under_way
            if not errand.over:
                return False
            self._under_way = None
            self._end(covered, errand)
        return True

    def _end(self, covered: Changes, errand: Errand[None]) -> None:
        covered.known = True
        try:
            errand.result()
        except OSError as error:
            meanwhile, self._changes = self._changes, Changes()
            covered.error = meanwhile.error = error
            meanwhile.known = True


class _Settling:
    """Fits `Errand`."""

    def __init__(self, settled: Settled, changes: Changes, sync: Sync) -> None:
        self._settled = settled
        self._changes = changes
        self._sync = sync

    @property
    def over(self) -> bool:
        return self._settled.is_known(self._changes, self._sync)

    def result(self) -> None:
        if not self.over:
            raise AssertionError("it is not over")
        if self._changes.error is not None:
            raise self._changes.error
