"""Everything the engine can ask for. The performer does each and brings the answer back as an event."""

from __future__ import annotations

from msgspec import Struct

from ddm.byteranges import RangeSet
from ddm.failures import Failure
from ddm.http.name import Addresses
from ddm.http.representation import Representation
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.http.url import Origin
from ddm.lesson import Lesson
from ddm.limits import RECEIVE_BUFFER_ALONE_BYTES, RECEIVE_BUFFER_SHARED_BYTES
from ddm.record import PartIdentity, Receipt, State
from ddm.spec import Checksum, Route


class OfferJobs(Struct, frozen=True):
    """There is room for `room` more jobs. Answered by up to that many JobOffered."""

    room: int


class LookUp(Struct, frozen=True):
    """Ask for the addresses of a host. Answered by LookedUp."""

    host: str


class StartTransfer(Struct, frozen=True):
    """Send a request. Answered by HeadArrived (if it asks), BytesWritten and one TransferEnded.

    alone: only one job is in work, so a turn may read more at once. shared: it may speak HTTP/2, on one connection
    with others of its origin; else it speaks HTTP/1.1, on a connection that it has to itself. addresses: where the
    names lead that are needed on the way (`http.proxy.names_of`), addresses themselves among them.
    """

    transfer_id: int
    job_id: int
    request: Request
    expectation: Expectation
    alone: bool
    route: Route = Route()
    shared: bool = False
    addresses: tuple[Addresses, ...] = ()

    @property
    def receive_buffer_bytes(self) -> int:
        """How much of it one read may take."""
        return RECEIVE_BUFFER_ALONE_BYTES if self.alone else RECEIVE_BUFFER_SHARED_BYTES


class ContinueTransfer(Struct, frozen=True):
    """Take the body that HeadArrived offered, into the job's part file. stop None means to the end of the stream."""

    transfer_id: int
    job_id: int
    start: int
    stop: int | None


class CancelTransfer(Struct, frozen=True):
    """Give a transfer up now; what it collected is written first. Answered by TransferEnded(CANCELLED)."""

    transfer_id: int


class ShortenTransfer(Struct, frozen=True):
    """Let a transfer end at `stop` already, without failure: somebody else fetches what is beyond.

    Answered at once by TransferShortened; by nothing if it is over, or not sent yet: then it ends as it would have.
    """

    transfer_id: int
    stop: int


class SetRate(Struct, frozen=True):
    """Let a job, or with None all together, bring no more bytes per second than this; 0 is no limit."""

    job_id: int | None
    max_bytes_per_sec: int


class OpenPart(Struct, frozen=True):
    """Create, or find again, NAME.part: locked, space set aside. Answered by PartOpened or PartFailed.

    name: the safe name chosen. exact: the user asked for this very name, so no " (1)".
    size_bytes: None while unknown. resume: the file whose claims we hold, None to begin an empty
    one. replace: a file of that name is to be replaced in the end.
    """

    job_id: int
    directory: str
    name: str
    exact: bool
    size_bytes: int | None
    resume: PartIdentity | None
    replace: bool = False


class ResetPart(Struct, frozen=True):
    """Start over in a new inode: the open part file goes. Answered by PartOpened or PartFailed."""

    job_id: int
    directory: str
    name: str
    exact: bool
    size_bytes: int | None
    replace: bool = False


class ClosePart(Struct, frozen=True):
    """Sync and close the part file and keep it. Answered by PartClosed."""

    job_id: int


class CheckRoom(Struct, frozen=True):
    """See whether the file system has room for the rest of the part file. Answered by RoomChecked.

    size_bytes: how long the file will be; None while unknown.
    """

    job_id: int
    directory: str
    name: str
    size_bytes: int | None


class SyncFile(Struct, frozen=True):
    """fdatasync the part file; bytes go on coming meanwhile. Answered by FileSynced or SyncFailed.

    An answer that comes after the part file was closed or begun again is dropped.
    size_bytes: the length that it gets before, None to leave it as it is.
    """

    job_id: int
    size_bytes: int | None


class DigestFile(Struct, frozen=True):
    """Read the whole part file, of `size_bytes`, slice by slice. Answered by FileDigested or PartFailed."""

    job_id: int
    algorithms: tuple[str, ...]
    size_bytes: int


class PublishFile(Struct, frozen=True):
    """Rename the part file and sync the directory. Answered by FilePublished or PartFailed.

    Never over another file, unless `replace` says so.
    """

    job_id: int
    exact: bool
    replace: bool = False


class RecordState(Struct, frozen=True):
    """Store a job's state, and why it failed."""

    job_id: int
    state: State
    failure: Failure | None = None


class RecordPart(Struct, frozen=True):
    """Store what the file is and where it goes: from now on claims are about this part file.

    vouched: the digests that the server named.
    """

    job_id: int
    name: str
    representation: Representation
    identity: PartIdentity
    incarnation: int
    vouched: tuple[Checksum, ...] = ()


class RecordReceipt(Struct, frozen=True):
    """Store how a file was fetched."""

    job_id: int
    receipt: Receipt


class RecordProgress(Struct, frozen=True):
    """Store a job's claims. A claim that shrinks is committed durably before anything is written under the new one."""

    job_id: int
    written: RangeSet
    synced: RangeSet
    shrinks: bool = False


class RecordLesson(Struct, frozen=True):
    """Store what an origin has taught, in place of what was stored. Times are on the engine's clock."""

    origin: Origin
    lesson: Lesson


Command = (
    OfferJobs
    | LookUp
    | StartTransfer
    | ContinueTransfer
    | CancelTransfer
    | SetRate
    | ShortenTransfer
    | OpenPart
    | ResetPart
    | ClosePart
    | CheckRoom
    | SyncFile
    | DigestFile
    | PublishFile
    | RecordState
    | RecordPart
    | RecordProgress
    | RecordReceipt
    | RecordLesson
)
