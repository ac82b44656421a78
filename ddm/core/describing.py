"""What a file is, without fetching it: the probe's head, and how it would go on from there."""

from __future__ import annotations

from ddm import redact
from ddm.core.circumstances import Ending, Found
from ddm.core.job import Job
from ddm.core.plan import connections_deserved
from ddm.core.work import Work
from ddm.http.response import Ask
from ddm.record import State


def describe(work: Work, job: Job, name: str, offer: Ask) -> None:
    """Keep what the head says, and let the job leave."""
    found = offer.representation
    size = found.size_bytes
    connections = 1
    if offer.partial and size:
        connections = connections_deserved(size, job.max_segments, work.limits)
    job.name, job.representation = name, found
    job.found = Found(
        name=name,
        size_bytes=size,
        ranges=offer.partial,
        etag=found.etag,
        last_modified=found.last_modified,
        content_coding=found.content_coding,
        url=redact.url(str(job.target)),
        connections=connections,
        digests=offer.digests,
    )
    work.end(job, Ending(State.DONE))
