"""Jobs that belong to a block of code: who leaves it has them, or they rest."""

from __future__ import annotations

import os
from contextlib import suppress
from types import TracebackType
from typing import Protocol, Self, Unpack

from ddm.errors import DownloadError
from ddm.library.job import Job
from ddm.library.waiting import Pending, Room
from ddm.spec import JobSpec
from ddm.specs import Options


class Keeper(Protocol):
    """What a scope asks of its manager."""

    def add(
        self, url: str | JobSpec, dest: str | os.PathLike[str] = ".", **options: Unpack[Options]
    ) -> Job:
        """Queue a download."""

    def pause(self, *jobs: Job) -> None:
        """Let jobs rest."""

    def wait(self, *pending: Pending[object]) -> bool:
        """Turn until all of these are over."""


class Scope:
    """A block of code whose downloads are over when it is; `Manager.scope` makes it.

        async with manager.scope() as scope:
            images = [scope.add(url, "images/") for url in urls]

    Left normally, it waits until all of its jobs are over. Then it raises the DownloadError of the first one that
    failed or was removed, in the order in which they were added, with a note that says how many others did. A job that
    is paused is waited for.

    Left by an exception or a cancellation, also while it waits, it waits no more: jobs that are not over are paused,
    keep what they have, and go on when they are resumed (`Job.resume`, `ddm resume`).

    Where no loop turns the manager it is a plain `with` block, which turns it at the end until all are over.
    """

    def __init__(self, keeper: Keeper, room: Room) -> None:
        self._keeper = keeper
        self._room = room
        self._jobs: list[Job] = []

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Its jobs, in the order in which they were added."""
        return tuple(self._jobs)

    def add(
        self, url: str | JobSpec, dest: str | os.PathLike[str] = ".", **options: Unpack[Options]
    ) -> Job:
        """Queue a download, as `Manager.add` does."""
        job = self._keeper.add(url, dest, **options)
        self._jobs.append(job)
        return job

    async def __aenter__(self) -> Self:
        """Raises UsageError where nobody could wait at the end, ClosedError."""
        with self._room.waiter(set()):
            return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Raises DownloadError; what ends the waiting: a cancellation, ClosedError, StateError."""
        if error is not None:
            self._let_rest()
            return
        try:
            while left := self._left():
                with suppress(DownloadError):
                    await left[0]
        except BaseException:
            self._let_rest()
            raise
        self._check()

    def __enter__(self) -> Self:
        """Raises UsageError where a loop with coroutines turns the manager: `async with` is for it. ClosedError."""
        self._room.check()
        self._keeper.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """As `__aexit__`; KeyboardInterrupt ends the waiting, too."""
        if error is not None:
            self._let_rest()
            return
        try:
            while left := self._left():
                self._keeper.wait(*left)
        except BaseException:
            self._let_rest()
            raise
        self._check()

    def _left(self) -> list[Job]:
        return [job for job in self._jobs if not job.over]

    def _let_rest(self) -> None:
        """Of a manager that is closed, or broken, all jobs keep what they have anyway."""
        if self._room.error is None and (left := self._left()):
            self._keeper.pause(*left)

    def _check(self) -> None:
        """Raises the DownloadError of the first job that has no file."""
        errors = [error for job in self._jobs if (error := _error(job)) is not None]
        if not errors:
            return
        first, *others = errors
        if others:
            jobs = "1 other job" if len(others) == 1 else f"{len(others)} other jobs"
            first.add_note(f"{jobs} of this scope failed, too")
        raise first


def _error(job: Job) -> DownloadError | None:
    try:
        job.result()
    except DownloadError as error:
        return error
    return None
