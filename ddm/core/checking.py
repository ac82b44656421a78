"""A file that is whole under its name is asked for again: one conditional request, and not a byte of its body.

Whatever the answer is, the file stays, and the job is DONE; what is wrong is told beside it.
"""

from __future__ import annotations

from ddm.core.circumstances import Ending
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.http.representation import FETCH_NEW, changed
from ddm.http.response import Ask
from ddm.record import State


def on_head(work: Work, job: Job, offer: Ask) -> None:
    """The server sends the file, though it was told which one we have: compare."""
    known = job.representation
    difference = known and known.difference(offer.representation, weakly=True)
    failure = changed(difference, way_out=FETCH_NEW) if difference else None
    work.end(job, Ending(State.DONE, failure))


def on_unchanged(work: Work, job: Job) -> None:
    """304: nothing to do."""
    work.end(job, Ending(State.DONE))
