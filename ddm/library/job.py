"""A job as a program has it in hand: something to wait for, to ask and to steer."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from ddm import redact
from ddm.core.causes import Explanation, Told
from ddm.core.view import JobView, recorded
from ddm.errors import DownloadError, Exit
from ddm.library.waiting import Pending, Room
from ddm.record import JobRecord, State, Wanted
from ddm.spec import JobSpec


class Keeper(Protocol):
    """What a job asks of its manager."""

    def picture(self, job: Job) -> JobView | None:
        """The job as it stands; None if it is gone."""

    def pause(self, *jobs: Job) -> None:
        """Let them rest."""

    def resume(self, *jobs: Job) -> None:
        """Let them go on."""

    def remove(self, *jobs: Job, delete_files: bool = False) -> None:
        """Take them out of the queue."""

    def explain(self, job: Job) -> Explanation | None:
        """Why it is as fast as it is."""

    def story(self, job: Job) -> tuple[Told, ...]:
        """What happened to it."""


def file_of(left: JobView, label: str) -> Path:
    """The file of a job that left, whole under its name; label: the job's. Raises DownloadError if there is none."""
    if left.removed:
        raise DownloadError(f"{label} was removed", Exit.UNFINISHED)
    if left.failure is not None:
        raise DownloadError(redact.text(left.failure.message), left.failure.code)
    if left.state is not State.DONE:
        raise DownloadError(f"{label} is {left.state.value}, not done", Exit.UNFINISHED)
    return Path(left.directory, left.name)


def label_of(spec: JobSpec, job_id: int | None) -> str:
    """What a job is called in sentences."""
    name = redact.text(spec.name or redact.url(spec.url))
    return f"{name} (job {job_id})" if job_id else name


class Job(Pending[Path]):
    """A job of a `Manager`, which makes it. Awaited, it gives the path of the file.

    id: its number in the queue, which other processes know it by; None until its row is written, in the next turn.
    spec: what was asked for.
    """

    def __init__(self, keeper: Keeper, room: Room, spec: JobSpec, job_id: int | None) -> None:
        super().__init__(room)
        self.id = job_id
        self.spec = spec
        self._keeper = keeper
        self._last: JobView | None = None  # as it left: DONE, FAILED or removed

    def __repr__(self) -> str:
        """For people: without secrets."""
        return f"<Job {self.id}: {redact.url(self.spec.url)}, {self.state.value}>"

    @property
    def over(self) -> bool:
        """Whether it is done, has failed, or was removed. One that is paused is not."""
        return self._last is not None

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.view().state

    def view(self) -> JobView:
        """How it stands, or stood when it left."""
        if self._last is not None:
            return self._last
        found = self._keeper.picture(self)
        return found or recorded(JobRecord(self.id or 0, self.spec, Wanted.RUN, State.QUEUED))

    def result(self) -> Path:
        """The file, whole under its name. Raises DownloadError if it failed, was removed, or is not over."""
        if self._last is None:
            raise DownloadError(f"{label_of(self.spec, self.id)} is not over", Exit.UNFINISHED)
        return file_of(self._last, label_of(self.spec, self.id))

    def pause(self) -> None:
        """Let it rest until `resume`; what was fetched is kept. Whoever waits for it goes on waiting."""
        self._keeper.pause(self)

    def resume(self) -> None:
        """Let it go on, also after it failed."""
        self._keeper.resume(self)

    def remove(self, *, delete_files: bool = False) -> None:
        """Take it out of the queue, with what it fetched if that is to be deleted."""
        self._keeper.remove(self, delete_files=delete_files)

    def explain(self) -> Explanation | None:
        """Why it is as fast as it is, while it is in work."""
        return self._keeper.explain(self)

    def story(self) -> tuple[Told, ...]:
        """What happened to it lately, the oldest first, while it is in work."""
        return self._keeper.story(self)

    def left(self, view: JobView) -> None:
        """It left, says the manager."""
        over = view.removed or view.state in (State.DONE, State.FAILED)
        self._last = view if over else None
        if over:
            self._wake()

    def goes_on(self) -> None:
        """It is to be worked on again, says the manager."""
        if self._last is not None and not self._last.removed:
            self._last = None
