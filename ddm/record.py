"""What is remembered of a job between runs: the words that the core and the store share."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from ddm.byteranges import RangeSet
from ddm.spec import JobSpec


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
    """Which file a claim is about, and in which life of the machine: its trust epoch.

    boot_id: the kernel's, or DDM_BOOT_ID. device, inode: the part file's.
    """

    boot_id: str
    device: int
    inode: int


class StoredFailure(Struct, frozen=True):
    """A failure as a row keeps it: the word of its kind, its sentence, the exit status."""

    kind: str
    message: str
    code: int


class JobRecord(Struct, frozen=True):
    """One row of the store.

    name: the final name once chosen, else None; the part file is `name` + ".part".
    size_bytes: complete length, None while unknown.
    etag, last_modified, content_coding: the representation that was begun, as the fields came; None
    where absent.
    written: believed while `part` is of this boot and inode; synced: what an fdatasync has covered,
    always believed for this inode.
    incarnation: counts how often the job started over with an empty file.
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
    error: StoredFailure | None = None
    created_s: float = 0.0
    updated_s: float = 0.0
