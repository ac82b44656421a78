"""What the performer needs of the world: network, files, store, clock.

The real rooms and the simulated world both fit these shapes.

Everything is called from the turn, never from a callback of libcurl, and nothing here waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from ddm.byteranges import RangeSet
from ddm.failures import Failure
from ddm.http.representation import Representation
from ddm.http.request import Request
from ddm.http.response import Ask, Expectation
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

    def on_head(self, transfer_id: int, offer: Ask) -> None:
        """An asking transfer has its head; its body is paused."""

    def on_end(
        self, transfer_id: int, position: int, failure: Failure | None, connect_s: float | None
    ) -> None:
        """A transfer is over; see core.events.TransferEnded."""


class Network(Protocol):
    """Transfers, each one GET into one sink."""

    def listen(self, listener: NetworkListener) -> None:
        """Name the one who hears; once, before the first transfer."""

    def start(
        self,
        transfer_id: int,
        request: Request,
        expectation: Expectation,
        sink: Sink | None,
        *,
        receive_buffer_bytes: int,
        route: Route,
    ) -> None:
        """Begin; the end is always told, also if it fails at once. `sink` is None for one that asks."""

    def proceed(self, transfer_id: int, sink: Sink, start: int, stop: int | None) -> None:
        """Take the body of an asking transfer. One that is over already is left alone."""

    def cancel(self, transfer_id: int) -> None:
        """Flush, drop, and tell the listener the end. One that is over already is left alone."""

    def flush(self) -> Iterator[tuple[int, int]]:
        """Write what transfers collected; yields (transfer_id, position) of those that moved since the last call."""


class Digester(Protocol):
    """The digests of a file on their way."""

    def step(self, slice_bytes: int) -> bool:
        """Read so many bytes more; whether that was the last of them. Raises OSError."""

    def found(self) -> tuple[Checksum, ...]:
        """The digests, after the last step."""


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

    def sync(self, size_bytes: int | None = None) -> None:
        """Cut to the size if given, then fdatasync. Raises OSError."""

    def digester(self, algorithms: Sequence[str], size_bytes: int) -> Digester:
        """Something that reads the file from its start, slice by slice."""

    def publish(self, *, exact: bool, replace: bool = False) -> str:
        """Rename to the final name, never over another file; the name it got. Raises OSError.

        Syncs the directory and closes.

        exact: fail with EEXIST if the name was taken meanwhile, instead of taking the next free
        one.
        """

    def close(self) -> None:
        """Unlock and close; the file stays."""

    def discard(self) -> None:
        """Unlink and close."""


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
    ) -> Part:
        """See core.commands.OpenPart. Raises OSError with its filename, or failures.FailureError."""


class Store(Protocol):
    """The truth that processes share. Writes of one turn go into one transaction."""

    def transaction(self, *, durable: bool = False) -> AbstractContextManager[None]:
        """Everything written inside is committed together; durable means synchronous=FULL."""

    def queued(self, limit: int, *, among: Iterable[int] | None) -> list[JobRecord]:
        """The oldest jobs that are QUEUED and wanted to run; `among` limits them to these ids."""

    def set_state(self, job_id: int, state: State, error: StoredFailure | None) -> None:
        """Store a state."""

    def set_part(
        self,
        job_id: int,
        name: str,
        representation: Representation,
        identity: PartIdentity,
        incarnation: int,
    ) -> None:
        """Store which file the claims are about."""

    def set_progress(self, job_id: int, written: RangeSet, synced: RangeSet) -> None:
        """Store the claims."""
