"""The story of each job: its last events and commands, for `InvariantError` and for the question why it is slow."""

from __future__ import annotations

from collections import deque

from msgspec.structs import replace

from ddm import redact
from ddm.core import telling
from ddm.core.causes import Told
from ddm.core.commands import Command, StartTransfer
from ddm.core.events import Event, JobOffered, TransferEnded
from ddm.failures import Failure

# Enough for a job's last few seconds of trouble; progress is not kept.
STORY_LINES_MAX = 200


class Journal:
    """What happened to each job, in order. Values are kept as they are and put into words only when asked for."""

    __slots__ = ("_stories",)

    def __init__(self) -> None:
        self._stories: dict[int, deque[tuple[float, Event | Command]]] = {}

    def note(self, job_id: int, now: float, what: Event | Command) -> None:
        """Something happened to a job."""
        story = self._stories.get(job_id)
        if story is None:
            story = self._stories[job_id] = deque(maxlen=STORY_LINES_MAX)
        story.append((now, what))

    def story(self, job_id: int) -> list[str]:
        """One line an event, oldest first, without secrets."""
        return [f"{now:.3f} {_words(what)}" for now, what in self._stories.get(job_id, ())]

    def told(self, job_id: int, now: float) -> tuple[Told, ...]:
        """The story for people: what happened and how long ago, oldest first, without secrets."""
        found = ((now - at, telling.told(what)) for at, what in self._stories.get(job_id, ()))
        return tuple(Told(ago_s, text) for ago_s, text in found if text is not None)

    def forget(self, job_id: int) -> None:
        """The job is no longer here."""
        self._stories.pop(job_id, None)


def _words(what: Event | Command) -> str:
    """An event or command without the fields and URLs that it carries for the server alone."""
    match what:
        case StartTransfer(transfer_id=transfer_id, request=request, expectation=expectation):
            asked = expectation.range or "all"
            return f"StartTransfer({transfer_id}, {asked} of {redact.url(request.url)})"
        case JobOffered(record=record):
            return f"JobOffered({record.id}, {redact.url(record.spec.url)}, {record.written!r})"
        case TransferEnded(failure=Failure() as failure):
            what = replace(what, failure=replace(failure, location=None))
        case _:
            pass
    return redact.text(repr(what))
