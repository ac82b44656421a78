"""Other places of the same file: when one is given up, the next one is tried.

Each place has validators of its own, so what came from one is joined with what comes from another only
where a digest that the user gave will decide in the end, or where both say the same; else the file is
begun again there. The user's fields go to the first place alone, whatever is asked.
"""

from __future__ import annotations

from ddm import redact
from ddm.core import restarting
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.failures import Failure, Kind
from ddm.http.representation import Representation

# What is no better elsewhere: our own disk, our own doing, and a file that changed where it was begun.
_THE_SAME_ELSEWHERE = frozenset(
    {
        Kind.CHANGED,
        Kind.DISK_FULL,
        Kind.DISK_ERROR,
        Kind.NOT_CREATED,
        Kind.NO_DIRECTORY,
        Kind.FILE_EXISTS,
        Kind.FILE_BUSY,
        Kind.CANCELLED,
        Kind.INTERNAL,
    }
)


def fail(work: Work, job: Job, failure: Failure) -> None:
    """Go on at the next place, or let the job leave as FAILED if there is none that may help."""
    if not job.mirrors or job.checking or job.leaving or failure.kind in _THE_SAME_ELSEWHERE:
        work.fail(job, failure)
        return
    if not job.spec.checksums and restarting.cannot_be_taken_back(work, job, failure):
        return
    job.begin_at(job.mirrors.pop(0), work.limits)
    job.degraded = f"went on at {redact.url(str(job.source))}: {failure.message}"
    restarting.go_elsewhere(work, job, failure)


def compare(job: Job, known: Representation, found: Representation) -> None:
    """Keep what is claimed of `known` where `found` is the same file for certain, or a digest will tell.

    That nothing differs is not enough: two places that say little of their files contradict each other in nothing.
    """
    if known.vouches_for(found):
        return
    if not job.spec.checksums or known.size_bytes != found.size_bytes:
        job.forget_claims()
    job.representation = None  # what differs is no contradiction between two places
