"""What is remembered of a job between runs: the words that the core and the store share."""

from __future__ import annotations

import os
from enum import Enum

from msgspec import Struct

from ddm.byteranges import RangeSet
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.spec import Checksum, JobSpec


class State(Enum):
    """Where a job stands. Only the holder of the manager's lock writes it; `core/job.py` has the table."""

    QUEUED = "queued"
    RESOLVING = "resolving"
    PROBING = "probing"
    RUNNING = "running"
    WAITING = "waiting"
    VERIFYING = "verifying"
    FINISHING = "finishing"
    DONE = "done"
    FAILED = "failed"
    PAUSED = "paused"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self in (State.DONE, State.FAILED, State.PAUSED)


class Wanted(Enum):
    """What a user wishes for a job. Anybody writes it."""

    RUN = "run"
    PAUSE = "pause"
    REMOVE = "remove"


class PartIdentity(Struct, frozen=True):
    """Which file a claim is about, and its trust epoch: what was not synced is believed only in the same one.

    boot_id: the kernel's, or DDM_BOOT_ID. device, inode: the part file's. mount: the mount that it is on; a disk
    that was unplugged and plugged in again may have lost what it was not told to keep. "" where the kernel does
    not say.
    """

    boot_id: str
    device: int
    inode: int
    mount: str = ""

    def same_file(self, other: PartIdentity) -> bool:
        """Whether both are one file, whatever became of the machine between."""
        return (self.device, self.inode) == (other.device, other.inode)


class Mark(Struct, frozen=True):
    """What a transfer of a process that died had written of a part file: from `start` up to `position`."""

    job_id: int
    incarnation: int
    device: int
    inode: int
    start: int
    position: int


class StoredFailure(Struct, frozen=True):
    """A failure as a row keeps it: the word of its kind, its sentence, the exit status."""

    kind: str
    message: str
    code: int

    @classmethod
    def of(cls, failure: Failure) -> StoredFailure:
        """A failure as a row keeps it."""
        return cls(failure.kind.value, failure.message, failure.code)

    @property
    def failure(self) -> Failure:
        """What was kept. A word or a status that this ddm does not know came from a newer one."""
        kind = next((each for each in Kind if each.value == self.kind), Kind.INTERNAL)
        code = next((each for each in Exit if each == self.code), Exit.UNEXPECTED)
        return Failure(kind, self.message, code)


class Receipt(Struct, frozen=True):
    """How a file was fetched, for whom it may concern later.

    urls: the way to it, redacted: the one asked for, then each hop of its redirects. digests: those that the file was
    compared with, and who vouched: "user" or "server". seconds: from the first request to the name, of the last run.
    fetched_bytes, requests: of that run.
    """

    urls: tuple[str, ...]
    digests: tuple[tuple[Checksum, str], ...]
    seconds: float
    fetched_bytes: int
    requests: int


class JobRecord(Struct, frozen=True):
    """One row of the store.

    name: the final name once chosen, else None; the part file is `name` + ".part".
    size_bytes: complete length, None while unknown.
    etag, last_modified, content_coding: the representation that was begun, as the fields came; None
    where absent.
    written: believed while `part` is of this boot and inode; synced: what an fdatasync has covered,
    always believed for this inode.
    incarnation: counts how often the job started over with an empty file.
    vouched: the digests that the server named for this representation.
    checking: the file has its final name; the job only asks whether the server still has the same.
    receipt: how it was fetched, once it is DONE.
    place: among jobs of the same priority, the lower one goes first.
    delete_files: for a wish to remove the job: with what it fetched.
    created_s, updated_s: Unix time.
    """

    id: int
    spec: JobSpec
    wanted: Wanted
    state: State
    name: str | None = None
    size_bytes: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_coding: str | None = None
    part: PartIdentity | None = None
    written: RangeSet = RangeSet()
    synced: RangeSet = RangeSet()
    incarnation: int = 0
    vouched: tuple[Checksum, ...] = ()
    checking: bool = False
    delete_files: bool = False
    receipt: Receipt | None = None
    error: StoredFailure | None = None
    created_s: float = 0.0
    updated_s: float = 0.0
    place: float = 0.0

    @property
    def path(self) -> str | None:
        """Where its file is, or will be; None while it has no name."""
        return os.path.join(self.spec.directory, self.name) if self.name else None  # noqa: PTH118 - 10,000 times

    @property
    def whole(self) -> bool:
        """Whether its file is there under its name; somebody may be checking it just now."""
        return self.state is State.DONE or self.checking
