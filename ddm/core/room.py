"""A full disk: its jobs wait until there is room, the others go on.

The first write that says so sets every job of that file system aside, for the others would only fail
one after the other. How much room there is is looked at once a second. Where a write fails although
there seems to be room (a quota, blocks that are kept back), the next try waits twice as long.
"""

from __future__ import annotations

from msgspec.structs import replace

from ddm.core.circumstances import Room
from ddm.core.commands import CheckRoom, RecordState
from ddm.core.job import Job
from ddm.core.segment import Phase, Segment
from ddm.core.work import Work
from ddm.failures import Failure
from ddm.limits import ROOM_LEAST_BYTES, ROOM_POLL_MAX_S, ROOM_POLL_S
from ddm.record import State


def wait_for_room(work: Work, job: Job, failure: Failure) -> None:
    """The disk of a job is full: it and its neighbours wait."""
    for other in list(work.jobs.values()):
        if other is job or _are_neighbours(job, other):
            _rest(work, other, failure)


def _are_neighbours(job: Job, other: Job) -> bool:
    """Whether both write to one file system now."""
    if job.part is None or other.part is None or not other.part_open:
        return False
    return other.bringing and job.part.device == other.part.device


def _rest(work: Work, job: Job, failure: Failure) -> None:
    if job.room is not None or job.leaving:
        return
    if job.done.total - job.room_done_bytes >= ROOM_LEAST_BYTES:
        job.room_tries = 0
    job.room_done_bytes = job.done.total
    wait_s = min(ROOM_POLL_S * 2.0 ** min(job.room_tries, 30), ROOM_POLL_MAX_S)
    job.room_tries += 1
    size = job.offer.representation.size_bytes if job.offer else job.size_bytes
    job.room = Room(failure, size, work.now + wait_s, work.now)
    for segment in list(job.segments):
        if segment.live:
            work.give_up(segment, failure)
        else:
            give_up_place(job, segment)
    if job.state is State.WAITING:  # for something else until now
        work.tell(job, RecordState(job.id, State.WAITING, failure))
    look(work, job, job.room)


def give_up_place(job: Job, segment: Segment) -> None:
    """The try of a job that waits for room is over: what it has not brought is missing again."""
    if segment.phase is Phase.OFFERED:
        job.offer = None
    if segment.asks or segment.stop is None or not segment.ranged:
        job.segments.remove(segment)
    else:
        job.give_back(segment)


def look(work: Work, job: Job, room: Room) -> None:
    """Ask how much room there is, and again in a second."""
    room.check_s = work.now + ROOM_POLL_S
    name = job.name or job.spec.name or ""
    work.tell(job, CheckRoom(job.id, job.spec.directory, name, room.size_bytes))


def on_room_checked(work: Work, job: Job, lacking_bytes: int) -> None:
    """Go on if there is room, the last try is over, and it was not just now."""
    room = job.room
    if room is None:
        return
    room.lacking_bytes = lacking_bytes
    if lacking_bytes > 0:
        return
    if room.not_before_s > work.now:
        room.check_s = room.not_before_s
    elif not job.live:
        job.room = None


def on_room_given_up(work: Work) -> None:
    """Nobody waits any more: what the jobs waited for is why they fail."""
    for job in list(work.jobs.values()):
        if job.room is not None and not job.leaving:
            message = f"{job.room.reason}; what was fetched is kept, make room and run it again"
            work.fail(job, replace(job.room.failure, message=message))


def is_stuck(work: Work) -> bool:
    """Whether there is work, and all of it waits for room: there is none, or it was of no use."""
    return bool(work.jobs) and all(_is_in_need(job) for job in work.jobs.values())


def _is_in_need(job: Job) -> bool:
    if job.room is None or job.room.lacking_bytes is None:
        return False
    return job.room.lacking_bytes > 0 or job.room_tries > 1
