"""What a user wishes for a job that is in work: that it rests, that it goes, or where it stands.

A wish to run needs nothing here: a job that is in work runs, and one that is on its way to rest is
queued again once it does (`ddm.steering`). While a job is FINISHING it is too late for either; it is
DONE in a moment, and a wish to remove it is heeded then.
"""

from __future__ import annotations

from msgspec.structs import replace

from ddm.core.circumstances import Ending
from ddm.core.events import OrderChanged
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.record import State, Wanted


def on_wish(work: Work, job: Job, wanted: Wanted) -> None:
    """Let a job rest or go, keeping all that it has brought; its row is taken away by who keeps the rows."""
    if wanted is Wanted.RUN or job.state is State.FINISHING:
        return
    ending = Ending(State.PAUSED, remove=wanted is Wanted.REMOVE)
    if job.ending is None:
        work.end(job, ending)
    elif ending.remove:
        job.ending = ending


def on_order(job: Job, event: OrderChanged) -> None:
    """A job that is admitted stays so; it is only handed what is free before others, or after them."""
    job.spec = replace(job.spec, priority=event.priority)
    job.place = event.place
