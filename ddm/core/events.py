"""Everything that can happen to the engine. Frozen values; time comes beside them, never in them."""

from __future__ import annotations

from msgspec import Struct

from ddm.failures import Failure
from ddm.http.response import Ask
from ddm.http.url import Origin
from ddm.lesson import Lesson
from ddm.record import JobRecord, PartIdentity, Wanted
from ddm.spec import Checksum


class TimePassed(Struct, frozen=True):
    """A deadline of the engine is due."""


class JobOffered(Struct, frozen=True):
    """A row that `OfferJobs` asked for: the job is admitted from now on."""

    record: JobRecord


class QueueChanged(Struct, frozen=True):
    """Rows were added or requeued; there may be something to admit."""


class WishChanged(Struct, frozen=True):
    """A user wishes something else for an admitted job. May come again while the wish is not in force."""

    job_id: int
    wanted: Wanted


class OrderChanged(Struct, frozen=True):
    """An admitted job stands elsewhere in the queue: the higher priority goes first, then the lower place."""

    job_id: int
    priority: int
    place: float


class LessonsKnown(Struct, frozen=True):
    """What others have taught or forgotten: the first time all that is stored, later what changed.

    Times are on the engine's clock; what is too old is left out.
    """

    lessons: dict[Origin, Lesson]
    forgotten: frozenset[Origin] = frozenset()


class LookedUp(Struct, frozen=True):
    """The answer to LookUp: the addresses of a host, the first one to be tried first, or why there is none."""

    host: str
    addresses: tuple[str, ...]
    failure: Failure | None = None


class RateChanged(Struct, frozen=True):
    """A job, or with None all together, may bring so many bytes per second from now on; 0 is no limit."""

    job_id: int | None
    max_bytes_per_sec: int


class WindowMoved(Struct, frozen=True):
    """Everything below `position` of a file that is not kept has been passed on."""

    job_id: int
    position: int


class RoomChecked(Struct, frozen=True):
    """The answer to CheckRoom. lacking_bytes: how much more room the file needs than there is; 0 or less is enough."""

    job_id: int
    lacking_bytes: int


class RoomGivenUp(Struct, frozen=True):
    """Nobody waits for room any more: jobs that do fail with what they wait for."""


class StopRequested(Struct, frozen=True):
    """The manager is leaving: every job keeps what it has and goes back to the queue."""


class HeadArrived(Struct, frozen=True):
    """An asking transfer has an acceptable head; its body waits for ContinueTransfer or CancelTransfer.

    http_version: "1.0", "1.1", "2", "3". Of a transfer that is not shared it says nothing about what else is spoken.
    """

    transfer_id: int
    offer: Ask
    http_version: str | None = None


class BytesWritten(Struct, frozen=True):
    """Everything of this transfer below `position` is in the file. At most 20 times a second per transfer."""

    transfer_id: int
    position: int


class TransferShortened(Struct, frozen=True):
    """The answer to ShortenTransfer: it ends at `stop`, later than asked for if more than that had come already."""

    transfer_id: int
    stop: int


class TransferEnded(Struct, frozen=True):
    """A transfer is over; exactly one per StartTransfer. What it collected is written: `position` is exact.

    position: the first offset that is not in the file, as BytesWritten's; for one that never got a
    body, where it would begin.
    failure: None if the body came whole, or as far as it was shortened to; CANCELLED after CancelTransfer.
    connect_s: how long the connection took, 0 for a reused one; None if there was none.
    http_version: as HeadArrived's; None if no head came.
    """

    transfer_id: int
    position: int
    failure: Failure | None
    connect_s: float | None = None
    http_version: str | None = None


class PartOpened(Struct, frozen=True):
    """The part file is there, locked and of the right length.

    name: the final name it will get. kept: whether it is the file that the record's claims are
    about; else it is new and empty. kept_bytes: how long a kept one was found, None if that is not
    known; a claim past it cannot be true.
    """

    job_id: int
    name: str
    identity: PartIdentity
    kept: bool
    kept_bytes: int | None = None


class PartClosed(Struct, frozen=True):
    """The answer to ClosePart: the file is synced (unless failure says why not) and unlocked."""

    job_id: int
    failure: Failure | None


class FileSynced(Struct, frozen=True):
    """The answer to SyncFile: everything written before it was asked for is on the disk."""

    job_id: int


class SyncFailed(Struct, frozen=True):
    """The other answer to SyncFile: nothing that was written since the last good one is to be believed."""

    job_id: int
    failure: Failure


class FileDigested(Struct, frozen=True):
    """The answer to DigestFile: the digests of what is in the file, in the order asked for."""

    job_id: int
    found: tuple[Checksum, ...]


class FilePublished(Struct, frozen=True):
    """The answer to PublishFile: the file is whole under `name`, the directory synced."""

    job_id: int
    name: str


class PartFailed(Struct, frozen=True):
    """OpenPart, ResetPart, DigestFile or PublishFile did not work."""

    job_id: int
    failure: Failure


# What is told of an admitted job, and may come too late.
Word = (
    WishChanged
    | OrderChanged
    | WindowMoved
    | RoomChecked
    | FileSynced
    | SyncFailed
    | FileDigested
    | PartFailed
)

Event = (
    TimePassed
    | JobOffered
    | QueueChanged
    | WishChanged
    | OrderChanged
    | LessonsKnown
    | LookedUp
    | RateChanged
    | WindowMoved
    | RoomChecked
    | RoomGivenUp
    | StopRequested
    | HeadArrived
    | BytesWritten
    | TransferShortened
    | TransferEnded
    | PartOpened
    | PartClosed
    | FileSynced
    | SyncFailed
    | FileDigested
    | FilePublished
    | PartFailed
)
