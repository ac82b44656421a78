"""The transfers under way: begun, continued, shortened, given up; what becomes of each is an event."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ddm.core.commands import (
    CancelTransfer,
    ContinueTransfer,
    SetRate,
    ShortenTransfer,
    StartTransfer,
)
from ddm.core.events import BytesWritten, Event, HeadArrived, TransferEnded, TransferShortened
from ddm.failures import CANCELLED, Failure, Kind
from ddm.http.response import Ask
from ddm.log import Log
from ddm.parts import Parts
from ddm.ports import Network


class Transfers:
    """Commands about transfers on a network, whose listener this is. tell: who hears what happens."""

    def __init__(
        self, network: Network, parts: Parts, log: Log, tell: Callable[[Event], None]
    ) -> None:
        self._network = network
        self._parts = parts
        self._log = log
        self._tell = tell
        self._jobs: dict[int, int] = {}  # of each transfer
        network.listen(self)

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def flush(self) -> Iterator[BytesWritten]:
        """Write what came; how far those are that moved."""
        return (BytesWritten(transfer, position) for transfer, position in self._network.flush())

    def start(self, command: StartTransfer) -> None:
        """Send a request."""
        transfer_id, asks = command.transfer_id, command.expectation.ask
        self._jobs[transfer_id] = command.job_id
        self._network.start(
            transfer_id,
            command.request,
            command.expectation,
            None if asks else self._parts.sink(transfer_id, command.job_id),
            job_id=command.job_id,
            receive_buffer_bytes=command.receive_buffer_bytes,
            route=command.route,
            shared=command.shared,
            addresses=command.addresses,
        )

    def proceed(self, command: ContinueTransfer) -> None:
        """Take the body that was offered."""
        sink = self._parts.sink(command.transfer_id, command.job_id)
        self._network.proceed(command.transfer_id, sink, command.start, command.stop)

    def adjust(self, command: ShortenTransfer | SetRate) -> None:
        """Let one end earlier, or the transfers of a job be slower."""
        if isinstance(command, SetRate):
            self._network.set_rate(command.job_id, command.max_bytes_per_sec)
        elif (end := self._network.shorten(command.transfer_id, command.stop)) is not None:
            self._tell(TransferShortened(command.transfer_id, end))

    def cancel(self, command: CancelTransfer) -> None:
        """Give one up; what it collected is written first."""
        self._network.cancel(command.transfer_id)

    def drop(self, command: StartTransfer) -> None:
        """Let one end that was never begun."""
        wanted = command.expectation.range
        start = wanted.start if wanted else 0
        self.on_end(command.transfer_id, start, CANCELLED, None, None)

    # -- ports.NetworkListener ---------------------------------------------------------------------

    def on_head(self, transfer_id: int, offer: Ask, http_version: str) -> None:
        """See ports.NetworkListener."""
        self._tell(HeadArrived(transfer_id, offer, http_version))

    def on_end(
        self,
        transfer_id: int,
        position: int,
        failure: Failure | None,
        connect_s: float | None,
        http_version: str | None,
    ) -> None:
        """See ports.NetworkListener."""
        self._parts.transfer_ended(transfer_id)
        job_id = self._jobs.pop(transfer_id, None)
        if failure is not None and failure.kind is not Kind.CANCELLED:
            self._log.write("transfer", job=job_id, kind=failure.kind.value, why=failure.message)
        self._tell(TransferEnded(transfer_id, position, failure, connect_s, http_version))
