"""What the performer needs of the world: network, files, store, clock.

The real rooms and the simulated world both fit these shapes.

Everything is called from the turn, never from a callback of libcurl, and nothing here waits: what takes its time is an
errand, and what went wrong comes with its result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from ddm.byteranges import RangeSet
from ddm.entry import Entry
from ddm.errand import Errand
from ddm.failures import Failure
from ddm.http.name import Addresses
from ddm.http.request import Request
from ddm.http.response import Ask, Expectation
from ddm.lesson import Lesson
from ddm.record import JobRecord, PartIdentity, State, StoredFailure
from ddm.spec import Checksum, Route


class Clock(Protocol):
    """Time, so that it can be given."""

    def now(self) -> float:
        """Seconds on a clock that never jumps."""

    def wall(self) -> float:
        """Unix time in seconds, for dates in fields and rows."""


class Sink(Protocol):
    """Where a transfer's bytes go."""

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """Write the buffers one after the other from `offset`. Raises OSError; a part may be written then."""


class NetworkListener(Protocol):
    """Who hears from the network: between turns' actions, never inside a libcurl callback."""

    def on_head(self, transfer_id: int, offer: Ask, http_version: str) -> None:
        """An asking transfer has its head; its body is paused. See core.events.HeadArrived."""

    def on_end(
        self,
        transfer_id: int,
        position: int,
        failure: Failure | None,
        connect_s: float | None,
        http_version: str | None,
    ) -> None:
        """A transfer is over; see core.events.TransferEnded."""


class Network(Protocol):
    """Transfers, each one GET into one sink."""

    def listen(self, listener: NetworkListener) -> None:
        """Name the one who hears; once, before the first transfer."""

    def start(  # noqa: PLR0913  # all that is said of a transfer, by name
        self,
        transfer_id: int,
        request: Request,
        expectation: Expectation,
        sink: Sink | None,
        *,
        job_id: int,
        receive_buffer_bytes: int,
        route: Route,
        shared: bool,
        addresses: tuple[Addresses, ...],
    ) -> None:
        """Begin; the end is always told, also if it fails at once. `sink` is None for one that asks.

        shared, addresses: see core.commands.StartTransfer.
        """

    def proceed(self, transfer_id: int, sink: Sink, start: int, stop: int | None) -> None:
        """Take the body of an asking transfer. One that is over already is left alone."""

    def cancel(self, transfer_id: int) -> None:
        """Flush, drop, and tell the listener the end. One that is over already is left alone."""

    def shorten(self, transfer_id: int, stop: int) -> int | None:
        """Let a transfer end, without failure, at `stop` already; where it will: never before what it has collected.

        None if it is over, or unknown. What is there already ends in a later turn, not within the call.
        """

    def set_rate(self, job_id: int | None, max_bytes_per_sec: int) -> None:
        """Limit the bodies of a job, or of all together; 0 takes the limit off."""

    def flush(self) -> Iterator[tuple[int, int]]:
        """Write what transfers collected; yields (transfer_id, position) of those that moved since the last call."""


class Names(Protocol):
    """Who looks up the names of hosts."""

    def look_up(self, host: str) -> Errand[tuple[str, ...]]:
        """The addresses of a host, those first that are to be tried first; at least one.

        The errand raises failures.FailureError, UNRESOLVED with the reason.
        """


class Part(Protocol):
    """One part file, open and locked. Its `write_at` is the sink of the job's transfers."""

    @property
    def name(self) -> str:
        """The final name that it will get."""

    @property
    def identity(self) -> PartIdentity:
        """Which file this is."""

    @property
    def kept(self) -> bool:
        """Whether it is the file that was asked for with `resume`; else it is new and empty."""

    @property
    def kept_bytes(self) -> int:
        """How long a kept file was found; 0 for a new one."""

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """As Sink.write_at."""

    def sync(self, size_bytes: int | None = None) -> Errand[None]:
        """Cut to the size if given, then fdatasync what was written so far. Raises OSError."""

    def digest(self, algorithms: Sequence[str], size_bytes: int) -> Errand[tuple[Checksum, ...]]:
        """The digests of so much of the file. Raises OSError."""

    def publish(self, *, exact: bool, replace: bool = False) -> str:
        """Rename to the final name, never over another file; the name it got. Raises OSError.

        exact: fail with EEXIST if the name was taken meanwhile, instead of taking the next free
        one.
        """

    def settle(self) -> Errand[None]:
        """Put the final name on the disk, and close. Raises OSError; then it is open and has its part name again.

        Files that were renamed before it in the same directory share the sync.
        """

    def close(self) -> None:
        """Unlock and close; the file stays. Syncs that are under way have to be over, digests have not."""

    def discard(self) -> None:
        """Unlink and close."""


class MarkedSink(Protocol):
    """A part file as one transfer writes to it: where the transfer stands survives the death of the process."""

    def write_at(self, buffers: Sequence[bytes], offset: int) -> None:
        """As Sink.write_at; then `offset` plus the buffers is marked as reached."""

    def end(self) -> None:
        """The transfer is over; its mark stays until `Marks.recorded` finds it recorded."""


class Marks(Protocol):
    """Where each running transfer stands, in memory that outlives a kill -9. A mark may be missing, never wrong."""

    def sink(self, part: Part, job_id: int, incarnation: int) -> MarkedSink:
        """A sink for one transfer; its mark begins at the offset of its first write."""

    def recorded(self, job_id: int, written: RangeSet) -> None:
        """The store holds this claim: marks of transfers that are over and lie within it are free again."""

    def forget(self, job_id: int) -> None:
        """Nothing marked for the job so far is to be believed; transfers that go on are marked anew."""


class Disk(Protocol):
    """Where part files come from."""

    def open_part(
        self,
        directory: str,
        name: str,
        *,
        exact: bool,
        size_bytes: int | None,
        resume: PartIdentity | None,
        replace: bool = False,
    ) -> Errand[Part]:
        """See core.commands.OpenPart. Raises OSError with its filename, or failures.FailureError."""

    def lacking_bytes(self, directory: str, name: str, size_bytes: int | None) -> int:
        """How much more room the part file of `name` needs there than there is; 0 or less is enough. Never raises."""

    def is_published(
        self, directory: str, name: str, identity: PartIdentity, *, settle: bool = True
    ) -> bool:
        """Whether the file has its final name already. Never raises. settle: also see to it that it is on the disk."""

    def remove_files(self, directory: str, name: str, identity: PartIdentity) -> Errand[bool]:
        """Unlink that file, under its part name or its final one, durably; whether it was there.

        Raises OSError with the path, or failures.FailureError.
        """


class Store(Protocol):
    """The truth that processes share. Writes of one turn go into one transaction.

    Writing raises errors.BusyError where another process is in the middle of it: then nothing was written.
    """

    def transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """Everything written inside is committed together; durable means on the disk when it is over."""

    def sync(self) -> Errand[None]:
        """Put on the disk all that is committed by now. Its result raises errors.StateError."""

    def line(self, limit: int, *, among: Iterable[int] | None) -> list[int]:
        """The first of the jobs that are QUEUED and wanted to run, in their order; `among` limits them to these ids."""

    def queued(self, ids: Sequence[int]) -> list[JobRecord]:
        """Those of these jobs that are QUEUED and wanted to run, in the order given."""

    def set_state(self, job_id: int, state: State, error: StoredFailure | None) -> None:
        """Store a state."""

    def write(self, job_id: int, entry: Entry) -> None:
        """Store what is new of a job."""

    def get(self, job_id: int) -> JobRecord | None:
        """One job."""

    def in_state(self, state: State) -> list[JobRecord]:
        """The jobs in one state, the oldest first."""

    def wishes(self, after: int = 0, limit: int = -1) -> list[JobRecord]:
        """The jobs whose `wanted` is not in force: to be paused and not PAUSED, to run and PAUSED, to be removed.

        The oldest first, of those that came after the job `after`; `limit` at most, if it is not negative.
        """

    def asked_of(self, ids: Iterable[int]) -> dict[int, tuple[int, float, int]]:
        """What may change of jobs in work: priority, place and max_bytes_per_sec of those that there are."""

    def asked_rate(self) -> int | None:
        """The limit of all jobs together, in bytes per second, that users ask for now; None where they do not."""

    def drop_wish(self, job_id: int) -> None:
        """A wish that came too late: `wanted` is to run again."""

    def remove(self, job_id: int) -> None:
        """Take the row away."""

    def recover(self) -> list[int]:
        """Queue again what a dead process left in work; their ids. FINISHING stays as it is."""

    def set_progress(self, job_id: int, written: RangeSet, synced: RangeSet) -> None:
        """Store the claims."""

    def lessons(self) -> dict[str, Lesson]:
        """What origins have taught, by `Origin.key`; a bounded number, the newest."""

    def learn(self, origin_key: str, lesson: Lesson) -> None:
        """Store what an origin has taught."""
