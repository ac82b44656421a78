"""The part files of the jobs in work: opened, marked, synced, digested, published, closed.

Each deed answers with an event, at once or, if it is done elsewhere, in the turn that finds it over: see `answers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from ddm.core.commands import (
    CheckRoom,
    ClosePart,
    DigestFile,
    OpenPart,
    PublishFile,
    ResetPart,
    SyncFile,
)
from ddm.core.events import (
    Event,
    FileDigested,
    FilePublished,
    FileSynced,
    PartClosed,
    PartFailed,
    PartOpened,
    RoomChecked,
    SyncFailed,
)
from ddm.errand import After, Done, Errand, Slices, Together
from ddm.failures import Failure, FailureError, from_os_error
from ddm.ports import Disk, MarkedSink, Marks, Part
from ddm.record import PartIdentity
from ddm.spec import Checksum

PartCommand = OpenPart | ResetPart | ClosePart | SyncFile | DigestFile | CheckRoom
# Of one job each sort of command is under way once.
_Key = tuple[int, type[PartCommand | PublishFile]]


class Parts:
    """What the performer has open on a disk, and the marks of the transfers that write to it."""

    def __init__(self, disk: Disk, marks: Marks) -> None:
        self._disk = disk
        self._marks = marks
        self._open: dict[int, Part] = {}
        self._pending: dict[_Key, Errand[Event]] = {}
        self._syncs: dict[int, Errand[None]] = {}  # those that are pending, by job
        self._slices: dict[_Key, Slices[object]] = {}  # what of that goes on here
        self._incarnations: dict[int, int] = {}
        self._sinks: dict[int, MarkedSink] = {}  # by transfer

    @property
    def goes_on(self) -> bool:
        """Whether something is to be gone on with at once: `go_on`."""
        return bool(self._slices)

    # -- transfers ---------------------------------------------------------------------------------

    def sink(self, transfer_id: int, job_id: int) -> MarkedSink:
        """Where a transfer writes to."""
        sink = self._marks.sink(self._open[job_id], job_id, self._incarnations.get(job_id, 0))
        self._sinks[transfer_id] = sink
        return sink

    def transfer_ended(self, transfer_id: int) -> None:
        """It writes no more."""
        sink = self._sinks.pop(transfer_id, None)
        if sink is not None:
            sink.end()

    def lives_as(self, job_id: int, incarnation: int) -> None:
        """Which life of the job's file marks are about from now on."""
        self._incarnations[job_id] = incarnation

    # -- what is pending ---------------------------------------------------------------------------

    def go_on(self) -> list[Event]:
        """Do one slice of what goes on here, of one file: the others wait, everything else goes on. Then `answers`."""
        for key, slices in self._slices.items():
            slices.step()
            if slices.over:
                del self._slices[key]
            break
        return self.answers()

    def answers(self) -> list[Event]:
        """What came of all that is over by now."""
        if not self._pending:
            return []
        over = [key for key, errand in self._pending.items() if errand.over]
        return [self._pending.pop(key).result() for key in over]

    def _answer(
        self, command: PartCommand | PublishFile, errand: Errand[Event], work: object = None
    ) -> Event | None:
        """What is answered at once, else it is pending. work: what the answer waits for, if that is done in slices."""
        if errand.over:
            return errand.result()
        key = command.job_id, type(command)
        self._pending[key] = errand
        if isinstance(work, Slices):
            self._slices[key] = work
        return None

    def _drop(self, job_id: int) -> Errand[None] | None:
        """Nobody waits for a sync or a digest of this file any more; the sync that is under way."""
        for kind in (SyncFile, DigestFile):
            self._pending.pop((job_id, kind), None)
            self._slices.pop((job_id, kind), None)
        return self._syncs.pop(job_id, None)

    # -- deeds -------------------------------------------------------------------------------------

    def do(self, command: PartCommand) -> Event | None:
        """Set out on what is asked for; the answer, if there is one at once."""
        match command:
            case OpenPart() | ResetPart():
                return self._open_part(command)
            case ClosePart():
                return self._close_part(command)
            case SyncFile(job_id, size_bytes):
                errand = self._syncs[job_id] = self._open[job_id].sync(size_bytes)
                return self._answer(command, After(errand, partial(self._synced, job_id)))
            case DigestFile(job_id, algorithms, size_bytes):
                digest = self._open[job_id].digest(algorithms, size_bytes)
                return self._answer(command, After(digest, partial(_digested, job_id)), digest)
            case CheckRoom(job_id, directory, name, size_bytes):
                lacking_bytes = self._disk.lacking_bytes(directory, name, size_bytes)
                return RoomChecked(job_id, lacking_bytes)

    def _open_part(self, command: OpenPart | ResetPart) -> Event | None:
        """Open a part file, or begin one again in a new inode."""
        try:
            resume = self._discard(command) if isinstance(command, ResetPart) else command.resume
        except (FailureError, OSError) as error:
            return PartFailed(command.job_id, _failure(error, "write"))
        opening = self._disk.open_part(
            command.directory,
            command.name,
            exact=command.exact,
            size_bytes=command.size_bytes,
            resume=resume,
            replace=command.replace,
        )
        return self._answer(command, After(opening, partial(self._opened, command.job_id)), opening)

    def _discard(self, command: ResetPart) -> PartIdentity:
        """Drop the open part file; which it was, so that the file system does not hand the same inode out again."""
        self._drop(command.job_id)
        old = self._open.pop(command.job_id)
        old.discard()
        return old.identity

    def _opened(self, job_id: int, opening: Errand[Part]) -> Event:
        try:
            part = opening.result()
        except (FailureError, OSError) as error:
            return PartFailed(job_id, _failure(error, "write"))
        self._open[job_id] = part
        kept_bytes = part.kept_bytes if part.kept else None
        return PartOpened(job_id, part.name, part.identity, part.kept, kept_bytes)

    def _synced(self, job_id: int, errand: Errand[None]) -> Event:
        del self._syncs[job_id]
        try:
            errand.result()
        except (FailureError, OSError) as error:
            return SyncFailed(job_id, _failure(error, "sync"))
        return FileSynced(job_id)

    def publish(self, commands: Iterable[PublishFile]) -> None:
        """Give files their final names: all are renamed, then one sync puts those of a directory on the disk."""
        renamed: list[tuple[PublishFile, str]] = []
        for command in commands:
            part = self._open[command.job_id]
            try:
                renamed.append(
                    (command, part.publish(exact=command.exact, replace=command.replace))
                )
            except (FailureError, OSError) as error:
                failed = partial(PartFailed, command.job_id, _failure(error, "write"))
                self._pending[command.job_id, PublishFile] = Done(failed)
        for command, name in renamed:
            settling = self._open[command.job_id].settle()
            published = FilePublished(command.job_id, name)
            self._pending[command.job_id, PublishFile] = After(
                settling, partial(self._settled, published)
            )

    def _settled(self, published: FilePublished, errand: Errand[None]) -> Event:
        try:
            errand.result()
        except (FailureError, OSError) as error:
            return PartFailed(published.job_id, _failure(error, "write"))
        self._forget(published.job_id)
        return published

    def _close_part(self, command: ClosePart) -> Event | None:
        """Sync and close a file, and keep it."""
        part = self._open[command.job_id]
        under_way = self._drop(command.job_id)
        sync = part.sync()
        errand = sync if under_way is None else Together((under_way, sync))
        return self._answer(command, After(errand, partial(self._closed, command.job_id)))

    def _closed(self, job_id: int, errand: Errand[None]) -> Event:
        failure = None
        try:
            errand.result()
        except (FailureError, OSError) as error:
            failure = _failure(error, "sync")
        finally:
            self._forget(job_id).close()
        return PartClosed(job_id, failure)

    def _forget(self, job_id: int) -> Part:
        self._incarnations.pop(job_id, None)
        return self._open.pop(job_id)

    def discard(self) -> None:
        """Remove the part files that are open: nobody could go on with them. All there is to do after it is `close`."""
        for part in self._open.values():
            with suppress(OSError):
                part.discard()

    def close(self) -> None:
        """Close what is still open. Part files stay."""
        for slices in self._slices.values():
            slices.drop()
        for part in self._open.values():
            part.close()
        self._slices.clear()
        self._pending.clear()
        self._open.clear()


def _digested(job_id: int, errand: Errand[tuple[Checksum, ...]]) -> Event:
    try:
        return FileDigested(job_id, errand.result())
    except (FailureError, OSError) as error:
        return PartFailed(job_id, _failure(error, "read"))


def _failure(error: FailureError | OSError, doing: str) -> Failure:
    if isinstance(error, FailureError):
        return error.failure
    return from_os_error(error, str(error.filename or "the file"), doing)
