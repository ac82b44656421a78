"""How often a stream tells of progress, and of which jobs: of those of which more is there than it told last."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from ddm.core.view import JobView
from ddm.errors import UsageError
from ddm.limits import PROGRESS_INTERVAL_S


class Pace:
    """Progress is pulled: where nothing turns nothing is looked for, and nobody is woken to look."""

    def __init__(self, progress_per_s: float) -> None:
        """At most so many times a second, of each job; 0 is never. Raises UsageError for what makes no sense."""
        if not progress_per_s >= 0:
            raise UsageError(f"progress_per_s is {progress_per_s}; it is a number, or 0 for none")
        # The engine itself does not hear of it more often.
        self._period_s = max(1 / progress_per_s, PROGRESS_INTERVAL_S) if progress_per_s else inf
        self._next_s = -inf if progress_per_s else inf
        self._stirred = False  # whether there was a turn since it was last told
        self._told: dict[int, int] = {}  # bytes, by job

    def begin(self, view: JobView) -> None:
        """A job was taken into work, with what there is of it."""
        self._told[view.id] = view.done_bytes

    def end(self, job_id: int) -> None:
        """A job left."""
        self._told.pop(job_id, None)

    def due(self, now: float) -> bool:
        """There is a turn: whether progress is to be told."""
        self._stirred = now < self._next_s < inf
        return now >= self._next_s

    def moved(self, views: Iterable[JobView], now: float) -> list[JobView]:
        """Of jobs in work, those of which more is there; the next look is a period later."""
        self._next_s = now + self._period_s
        moved = [view for view in views if view.done_bytes != self._told.get(view.id, 0)]
        self._told |= {view.id: view.done_bytes for view in moved}
        return moved

    def deadline(self) -> float | None:
        """When there should be a turn to tell what came since; None if nothing can have."""
        return self._next_s if self._stirred else None
