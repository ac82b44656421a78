"""What is new of a job, for its row: all that one commit says of it, in one stroke."""

from __future__ import annotations

from msgspec import Struct

from ddm.byteranges import RangeSet
from ddm.http.representation import Representation
from ddm.record import PartIdentity, Receipt, State, StoredFailure
from ddm.spec import Checksum


class File(Struct, frozen=True):
    """Which file claims are about from now on: its name, what it is, and what its server vouched for."""

    name: str
    representation: Representation
    identity: PartIdentity
    incarnation: int
    vouched: tuple[Checksum, ...] = ()


class Claims(Struct, frozen=True):
    """What is claimed of the file; see `record.JobRecord`."""

    written: RangeSet
    synced: RangeSet


class NewState(Struct, frozen=True):
    """Where the job stands, and why; None clears what was there."""

    state: State
    error: StoredFailure | None = None


class Entry(Struct):
    """What is to be written of one job; None stays as it is. The claims are those of the file, if that is new, too."""

    file: File | None = None
    claims: Claims | None = None
    state: NewState | None = None
    receipt: Receipt | None = None
