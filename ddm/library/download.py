"""One file, for scripts: `ddm.download(url, dest)`."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Unpack

from ddm import again
from ddm.core.view import JobView, recorded
from ddm.disk.localdisk import LocalDisk
from ddm.errors import DownloadError, Exit
from ddm.failures import FailureError
from ddm.library.household import Household
from ddm.library.job import file_of, label_of
from ddm.limits import CALLBACK_INTERVAL_S, Limits
from ddm.record import JobRecord
from ddm.spec import JobSpec
from ddm.specs import Options, spec_of

OnProgress = Callable[[JobView], object]

_LIMITS = Limits()


def download(
    url: str,
    dest: str | os.PathLike[str] = ".",
    *,
    state_dir: str | os.PathLike[str] | None = None,
    limits: Limits = _LIMITS,
    force_restart: bool = False,
    on_progress: OnProgress | None = None,
    **options: Unpack[Options],
) -> Path:
    """Fetch one file, wait for it, and return its path.

    dest: a directory, if there is one of that name or it ends with a slash; else the path of the file. options: see
    `specs.Options`. on_progress: called about four times a second with the job as it stands, and once at the end.

    Without a state_dir nothing but the file is left: where that fails or is interrupted, what was fetched is removed,
    for nobody could go on with it. A file that an earlier call has fetched is like any other that is in the way.

    With a state_dir the job is kept there, with what it fetched, and the next call with the same URL and dest goes on
    with it; of a file that is there already the server is asked whether it is still the same. force_restart: forget
    what was fetched, for when the file changed on the server meanwhile. Other jobs in that queue are left alone.

    Raises DownloadError if there is no file, or, where it was there already, the server has another one or cannot be
    asked; UsageError for what makes no sense; HeldError while another process works on that queue; StateError. A disk
    that is full is not waited for. A loop that runs in this thread (asyncio's, for one) is blocked meanwhile: there
    `Manager` is the way.
    """
    from ddm.house import House  # noqa: PLC0415 - libcurl

    directory = None if state_dir is None else Path(state_dir).absolute()
    return download_in(
        lambda: House.open(directory, limits),
        spec_of(url, dest, **options),
        kept=directory is not None,
        force_restart=force_restart,
        on_progress=on_progress,
    )


def download_in(
    open_house: Callable[[], Household],
    spec: JobSpec,
    *,
    kept: bool,
    force_restart: bool,
    on_progress: OnProgress | None,
) -> Path:
    """Fetch one file, as `download` says, in a house that is opened for it; kept: whether its queue is."""
    left: JobRecord | None = None
    try:
        with closing(open_house()) as house:
            (queued,) = again.queue(house.store, [spec], force_restart=force_restart)
            try:
                return _fetch(house, queued.id, spec, on_progress)
            except BaseException:
                if not kept:
                    house.discard()
                    left = house.store.get(queued.id)
                raise
    except BaseException:
        if left is not None:
            _discard(left)
        raise


def _fetch(house: Household, job_id: int, spec: JobSpec, on_progress: OnProgress | None) -> Path:
    """Work on this job and no other, until it is over."""
    ended: list[JobView] = []
    house.listeners.on_ended = ended.append
    house.work_on([job_id])
    due_s = house.reactor.now
    while not house.idle:
        if house.stuck:
            house.give_up_waiting()
        house.turn(None if on_progress is None else max(0.0, due_s - house.reactor.now))
        if on_progress is not None and house.reactor.now >= due_s:
            due_s = house.reactor.now + CALLBACK_INTERVAL_S
            if (view := house.picture(job_id)) is not None:
                on_progress(view)
    label = label_of(spec, job_id)
    record = house.store.get(job_id)
    if record is None:
        raise DownloadError(f"{label} was removed", Exit.UNFINISHED)
    last = ended[-1] if ended else recorded(record)
    if on_progress is not None:
        on_progress(last)
    return file_of(last, label)


def _discard(left: JobRecord) -> None:
    """Remove what a job that has left had fetched, if it is not a whole file by now."""
    place = left.spec.directory
    if left.name is None or left.part is None:
        return
    disk = LocalDisk(left.part.boot_id)
    if not disk.is_published(place, left.name, left.part, settle=False):
        with suppress(FailureError, OSError):
            disk.remove_files(place, left.name, left.part).result()
