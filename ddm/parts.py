"""The part files of the jobs in work: opened, marked, synced, digested, published, closed.

Each deed answers with an event. Digests are computed a slice a turn, so that nobody waits for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TypeVar

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
from ddm.failures import Failure, FailureError, from_os_error
from ddm.limits import DIGEST_SLICE_BYTES
from ddm.ports import Digester, Disk, MarkedSink, Marks, Part
from ddm.record import PartIdentity

_T = TypeVar("_T")


class Parts:
    """What the performer has open on a disk, and the marks of the transfers that write to it."""

    def __init__(self, disk: Disk, marks: Marks) -> None:
        self._disk = disk
        self._marks = marks
        self._open: dict[int, Part] = {}
        self._digests: dict[int, Digester] = {}
        self._syncs: dict[int, SyncFile] = {}  # asked for, and not answered
        self._incarnations: dict[int, int] = {}
        self._sinks: dict[int, MarkedSink] = {}  # by transfer

    @property
    def digesting(self) -> bool:
        """Whether a digest is on its way."""
        return bool(self._digests)

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

    # -- deeds -------------------------------------------------------------------------------------

    def do(self, command: OpenPart | ResetPart | ClosePart | SyncFile | CheckRoom) -> Event | None:
        """What is answered at once; but for syncs, which are done together: see `sync_on`."""
        match command:
            case OpenPart() | ResetPart():
                return self._open_part(command)
            case ClosePart(job_id):
                return self._close_part(job_id)
            case SyncFile(job_id):
                self._syncs[job_id] = command
                return None
            case CheckRoom():
                return self._check_room(command)

    def _open_part(self, command: OpenPart | ResetPart) -> Event:
        """Open a part file, or begin one again in a new inode."""
        return _answer(command.job_id, partial(self._opened, command))

    def _opened(self, command: OpenPart | ResetPart) -> Event:
        job_id = command.job_id
        if isinstance(command, ResetPart):
            # Named, so that the file system does not hand the same inode out again.
            old = self._open.pop(job_id)
            self._syncs.pop(job_id, None)
            resume: PartIdentity | None = old.identity
            old.discard()
        else:
            resume = command.resume
        part = self._disk.open_part(
            command.directory,
            command.name,
            exact=command.exact,
            size_bytes=command.size_bytes,
            resume=resume,
            replace=command.replace,
        )
        self._open[job_id] = part
        kept_bytes = part.kept_bytes if part.kept else None
        return PartOpened(job_id, part.name, part.identity, part.kept, kept_bytes)

    def _check_room(self, command: CheckRoom) -> Event:
        """See how much room there is."""
        lacking = self._disk.lacking_bytes(command.directory, command.name, command.size_bytes)
        return RoomChecked(command.job_id, lacking)

    def sync_on(self) -> list[Event]:
        """Put the files on the disk for which that was asked; those that take their time are asked again."""
        syncs, self._syncs = self._syncs, {}
        if len(syncs) > 1:  # the disk writes the others while one is waited for
            for job_id in syncs:
                self._open[job_id].begin_sync()
        answers = (self._sync(command) for command in syncs.values())
        return [answer for answer in answers if answer is not None]

    def _sync(self, command: SyncFile) -> Event | None:
        part = self._open[command.job_id]
        try:
            part.sync(command.size_bytes)
        except BlockingIOError:
            self._syncs[command.job_id] = command
            return None
        except OSError as error:
            return SyncFailed(command.job_id, _failure(error, part, "sync"))
        return FileSynced(command.job_id)

    def begin_digest(self, command: DigestFile) -> None:
        """Read a file from its start."""
        part = self._open[command.job_id]
        self._digests[command.job_id] = part.digester(command.algorithms, command.size_bytes)

    def digest_on(self) -> Iterator[Event]:
        """One slice of one file a turn: the digests of others wait, everything else goes on."""
        for job_id, digester in self._digests.items():
            try:
                if not digester.step(DIGEST_SLICE_BYTES):
                    return
                yield FileDigested(job_id, digester.found())
            except OSError as error:
                yield PartFailed(job_id, _failure(error, self._open[job_id], "read"))
            del self._digests[job_id]
            return

    def publish(self, commands: Iterable[PublishFile]) -> list[Event]:
        """Give files their final names: all are renamed, then one sync puts those of a directory on the disk."""
        named = [
            (each.job_id, _answer(each.job_id, partial(self._name, each))) for each in commands
        ]
        return [
            name
            if isinstance(name, PartFailed)
            else _answer(job_id, partial(self._settle, job_id, name))
            for job_id, name in named
        ]

    def _name(self, command: PublishFile) -> str:
        part = self._open[command.job_id]
        return part.publish(exact=command.exact, replace=command.replace)

    def _settle(self, job_id: int, name: str) -> FilePublished:
        self._open[job_id].settle()
        del self._open[job_id]
        self._incarnations.pop(job_id, None)
        return FilePublished(job_id, name)

    def _close_part(self, job_id: int) -> Event:
        """Sync and close a file, and keep it."""
        part = self._open.pop(job_id)
        for of_jobs in (self._digests, self._syncs, self._incarnations):
            of_jobs.pop(job_id, None)
        failure = None
        try:
            part.sync()
        except OSError as error:
            failure = _failure(error, part, "sync")
        finally:
            part.close()
        return PartClosed(job_id, failure)

    def close(self) -> None:
        """Close what is still open. Part files stay."""
        for part in self._open.values():
            part.close()
        self._open.clear()


def _answer(job_id: int, deed: Callable[[], _T]) -> _T | PartFailed:
    """What a deed says, or how it failed."""
    try:
        return deed()
    except FailureError as error:
        return PartFailed(job_id, error.failure)
    except OSError as error:
        return PartFailed(job_id, from_os_error(error, str(error.filename or "the file"), "write"))


def _failure(error: OSError, part: Part, doing: str) -> Failure:
    return from_os_error(error, str(error.filename or part.name), doing)
