"""Who is told what becomes of jobs, at the end of the turn in which it does."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from ddm.core.view import JobView
from ddm.record import JobRecord, State


class Listeners(Struct):
    """None where nobody wants to hear.

    on_state: of the state that each job in work gets. on_ended: of jobs that left: DONE, FAILED, PAUSED, removed, or
    back in the queue after a stop. on_settled: of those that were not in work, and of which a wish came into force:
    as their rows were before.
    on_late: that the loop of somebody else came so many seconds too late to this turn.
    """

    on_state: Callable[[int, State], None] | None = None
    on_ended: Callable[[JobView], None] | None = None
    on_settled: Callable[[JobRecord], None] | None = None
    on_late: Callable[[float], None] | None = None
