"""What a server says of a file, before anything of it is fetched."""

from __future__ import annotations

from typing import Unpack

from ddm import redact
from ddm.core.circumstances import Found
from ddm.core.view import JobView
from ddm.errors import DownloadError, Exit
from ddm.library.household import Household
from ddm.library.waiting import Pending, Room
from ddm.specs import Options, spec_of

# Nothing is written there: it is only a directory that is always there.
_NOWHERE = "/"


class Probe(Pending[Found]):
    """A question to a server; `Manager.probe` asks it. Awaited, it gives what was found.

    Whoever waits may leave, and the probe be dropped: it ends by itself.
    """

    def __init__(self, room: Room, url: str) -> None:
        super().__init__(room)
        self._url = url
        self._left: JobView | None = None

    def __repr__(self) -> str:
        """For people: without secrets."""
        return f"<Probe {redact.url(self._url)}>"

    @property
    def over(self) -> bool:
        """Whether the server has answered, or none will."""
        return self._left is not None

    def result(self) -> Found:
        """What the file is. Raises DownloadError if that could not be found out, or is not yet; ClosedError."""
        if self._left is None:
            self._room.check()
            raise DownloadError(
                f"the probe of {redact.url(self._url)} is not over", Exit.UNFINISHED
            )
        if self._left.found is None:
            failure = self._left.failure
            message = redact.text(failure.message) if failure else "nothing was found"
            raise DownloadError(message, failure.code if failure else Exit.UNEXPECTED)
        return self._left.found

    def left(self, view: JobView) -> None:
        """It is over."""
        self._left = view
        self._wake()


class Probes:
    """Those of a manager, in a house of their own within its loop, made for the first one. Nothing is on a disk."""

    def __init__(self, within: Household, room: Room) -> None:
        self._within = within
        self._room = room
        self._house: Household | None = None
        self._asked: dict[int, Probe] = {}

    def ask(self, url: str, **options: Unpack[Options]) -> Probe:
        """Begin one. Raises UsageError for what makes no sense, and why nothing happens any more."""
        self._room.check()
        spec = spec_of(url, _NOWHERE, **options)
        house = self._house or self._open()
        probe = Probe(self._room, url)
        (job_id,) = house.store.add([spec])
        self._asked[job_id] = probe
        house.queue_changed()
        return probe

    def close(self) -> None:
        """Ask nothing more; before the house that this one is within. Again is no error."""
        if self._house is not None:
            self._house.close()
        self._asked.clear()

    def _open(self) -> Household:
        self._house = self._within.describing()
        self._house.listeners.on_ended = self._on_ended
        self._house.work_on(None)
        return self._house

    def _on_ended(self, view: JobView) -> None:
        if self._house is not None:
            self._house.store.remove(view.id)
        self._asked.pop(view.id).left(view)
