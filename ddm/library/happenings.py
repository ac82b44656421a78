"""What happens to jobs, as a stream tells it: frozen values, each of a class of its own, for `match`."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from ddm.core.view import JobView
from ddm.record import State


class _Happened(Struct, frozen=True):
    view: JobView

    @property
    def job_id(self) -> int:
        """The job's number."""
        return self.view.id


class Started(_Happened, frozen=True):
    """A job was taken into work. Once for each run of it: a pause ends one, a wait does not.

    view: how it stood at the end of that turn; one that was quick may be over.
    """


class Progress(_Happened, frozen=True):
    """More of a job's file is there; at most some times a second for each job."""


class Waiting(_Happened, frozen=True):
    """Nothing of a job is under way until a time: a retry, a Retry-After, room on a full disk.

    When it goes on, Progress or an end comes, and no second Started. It is not told of a job that only waits for a free
    connection.

    view.reason: why, such as "the server answered 503 Service Unavailable". view.waiting_s: how many seconds it is
    until the next try; None where that cannot be said, as for room on a full disk.
    """


class Paused(_Happened, frozen=True):
    """A job rests, as somebody wished. What was fetched is kept."""


class Done(_Happened, frozen=True):
    """The file of a job is whole under its name, `view.name` in `view.directory`."""


class Failed(_Happened, frozen=True):
    """A job ended with `view.failure`; also one whose files were to be removed with it and could not be."""


class Removed(_Happened, frozen=True):
    """A job was taken out of the queue, as somebody wished. Its files, if they were to go, may go a moment later."""


class HostLate(Struct, frozen=True):
    """The loop that turns the manager came so many seconds too late: no download went on meanwhile.

    Of several that nobody took it is the worst.
    """

    late_s: float


class Missed(Struct, frozen=True):
    """So many older happenings were not taken in time and are gone; `Manager.views` has how all jobs stand."""

    count: int


OfJob: TypeAlias = Started | Progress | Waiting | Paused | Done | Failed | Removed
Happening: TypeAlias = OfJob | HostLate | Missed


def ending(view: JobView) -> Paused | Done | Failed | Removed | None:
    """What it was that a job left with; None if it is not over: it goes back to the queue."""
    if view.removed:
        return Removed(view)
    match view.state:
        case State.PAUSED:
            return Paused(view)
        case State.DONE:
            return Done(view)
        case State.FAILED:
            return Failed(view)
        case _:
            return None
