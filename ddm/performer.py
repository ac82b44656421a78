"""Commands become deeds: the one place where what DDM decides meets what it touches.

Each turn ends with `pump`: what the network wrote is flushed and told to the engine, each of its
commands is performed, and the answers are handled before the next event. Writes to the store are
collected and committed together: at the end of the turn, and before anything that must find them
committed (a rename, a new inode under smaller claims, an offer of jobs).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from ddm.core.commands import (
    CancelTransfer,
    ClosePart,
    Command,
    ContinueTransfer,
    DigestFile,
    OfferJobs,
    OpenPart,
    PublishFile,
    RecordPart,
    RecordProgress,
    RecordState,
    ResetPart,
    StartTransfer,
    SyncFile,
)
from ddm.core.engine import Engine
from ddm.core.events import (
    BytesWritten,
    Event,
    FileDigested,
    FilePublished,
    FileSynced,
    HeadArrived,
    JobOffered,
    PartClosed,
    PartFailed,
    PartOpened,
    TimePassed,
    TransferEnded,
)
from ddm.core.view import JobView
from ddm.failures import Failure, FailureError, Kind, from_os_error
from ddm.http.response import Ask
from ddm.limits import DIGEST_SLICE_BYTES, RECEIVE_BUFFER_ALONE_BYTES, RECEIVE_BUFFER_SHARED_BYTES
from ddm.log import Log, open_log
from ddm.ports import Digester, Disk, Network, Part, Store
from ddm.record import StoredFailure


class Performer:
    """Performs the engine's commands on a network, a disk and a store, and brings back what happens."""

    def __init__(
        self,
        engine: Engine,
        *,
        network: Network,
        disk: Disk,
        store: Store,
        log: Log | None = None,
    ) -> None:
        self._engine = engine
        self._network = network
        self._disk = disk
        self._store = store
        self._log = log or open_log(None)
        self._among: frozenset[int] | None = None
        self._parts: dict[int, Part] = {}
        self._digests: dict[int, Digester] = {}
        self._inbox: list[Event] = []
        self._writes: list[Callable[[], None]] = []
        self._durable = False
        self._on_offer: set[int] = set()
        self.on_ended: Callable[[JobView], None] | None = None
        network.listen(self)

    def work_on(self, ids: Iterable[int] | None) -> None:
        """Limit what is admitted to these jobs; None means the whole queue."""
        self._among = None if ids is None else frozenset(ids)

    def submit(self, event: Event) -> None:
        """Something happened outside; it is handled in the next `pump`."""
        self._inbox.append(event)

    def deadline(self) -> float | None:
        """When `pump` should be called at the latest: 0 if there is something to tell already."""
        return 0.0 if self._inbox or self._digests else self._engine.deadline()

    @property
    def idle(self) -> bool:
        """Whether nothing is in work and nothing left to admit."""
        return self._engine.idle and not self._inbox

    def pump(self, now: float) -> None:
        """The end of a turn: gather, decide, perform, until it is quiet; then commit."""
        moved = [BytesWritten(transfer, position) for transfer, position in self._network.flush()]
        # Digests first: after a stop nobody would be there to hear of them.
        pending: deque[Event] = deque((*moved, *self._digest_on(), *self._inbox))
        self._inbox.clear()
        due = self._engine.deadline()
        if due is not None and due <= now:
            pending.append(TimePassed())
        while pending:
            event = pending.popleft()
            commands = self._engine.handle(event, now)
            if isinstance(event, JobOffered):
                self._on_offer.discard(event.record.id)
            for command in commands:
                self._perform(command)
            # Answers come before what happened after them.
            pending.extendleft(reversed(self._inbox))
            self._inbox.clear()
        self._commit()
        for view in self._engine.take_left():
            if self.on_ended is not None:
                self.on_ended(view)

    def close(self) -> None:
        """Close what is still open. Part files stay."""
        for part in self._parts.values():
            part.close()
        self._parts.clear()

    # -- NetworkListener ---------------------------------------------------------------------------

    def on_head(self, transfer_id: int, offer: Ask) -> None:
        """See ports.NetworkListener."""
        self._inbox.append(HeadArrived(transfer_id, offer))

    def on_end(
        self, transfer_id: int, position: int, failure: Failure | None, connect_s: float | None
    ) -> None:
        """See ports.NetworkListener."""
        if failure is not None and failure.kind is not Kind.CANCELLED:
            self._log.write(
                "transfer", transfer=transfer_id, kind=failure.kind.value, why=failure.message
            )
        self._inbox.append(TransferEnded(transfer_id, position, failure, connect_s))

    # -- commands ----------------------------------------------------------------------------------

    def _perform(self, command: Command) -> None:
        match command:
            case StartTransfer():
                self._start(command)
            case ContinueTransfer():
                part = self._parts[command.job_id]
                self._network.proceed(command.transfer_id, part, command.start, command.stop)
            case CancelTransfer():
                self._network.cancel(command.transfer_id)
            case OpenPart() | ResetPart():
                self._on_file(command.job_id, lambda: self._open(command))
            case SyncFile():
                self._on_file(command.job_id, lambda: self._sync(command))
            case DigestFile(job_id, algorithms, size_bytes):
                self._digests[job_id] = self._parts[job_id].digester(algorithms, size_bytes)
            case PublishFile():
                self._on_file(command.job_id, lambda: self._publish(command))
            case ClosePart():
                self._close_part(command.job_id)
            case OfferJobs():
                self._offer(command.room)
            case RecordState() | RecordPart() | RecordProgress():
                self._record(command)

    def _start(self, command: StartTransfer) -> None:
        self._network.start(
            command.transfer_id,
            command.request,
            command.expectation,
            None if command.expectation.ask else self._parts[command.job_id],
            receive_buffer_bytes=RECEIVE_BUFFER_ALONE_BYTES
            if command.alone
            else RECEIVE_BUFFER_SHARED_BYTES,
            route=command.route,
        )

    def _offer(self, room: int) -> None:
        self._commit()
        # Rows of admitted jobs that have not begun yet are still QUEUED: look past them.
        passed_over = self._engine.admitted + len(self._on_offer)
        for record in self._store.queued(room + passed_over, among=self._among):
            if record.id in self._on_offer or self._engine.holds(record.id):
                continue
            if len(self._on_offer) < room:
                self._on_offer.add(record.id)
                self._inbox.append(JobOffered(record))

    # -- files -------------------------------------------------------------------------------------

    def _on_file(self, job_id: int, deed: Callable[[], Event]) -> None:
        """Do something to a job's file; its answer, or how it failed, is the next event."""
        try:
            self._inbox.append(deed())
        except FailureError as error:
            self._inbox.append(PartFailed(job_id, error.failure))
        except OSError as error:
            failure = from_os_error(error, str(error.filename or "the file"), "write")
            self._inbox.append(PartFailed(job_id, failure))

    def _open(self, command: OpenPart | ResetPart) -> Event:
        job_id, resume = command.job_id, None
        if isinstance(command, ResetPart):
            # Named, so that the file system does not hand the same inode out again.
            old = self._parts.pop(job_id)
            resume = old.identity
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
        self._parts[job_id] = part
        kept_bytes = part.kept_bytes if part.kept else None
        return PartOpened(job_id, part.name, part.identity, part.kept, kept_bytes)

    def _sync(self, command: SyncFile) -> Event:
        self._parts[command.job_id].sync(command.size_bytes)
        return FileSynced(command.job_id)

    def _digest_on(self) -> Iterator[Event]:
        """One slice of one file a turn: the digests of others wait, everything else goes on."""
        for job_id, digester in self._digests.items():
            try:
                if not digester.step(DIGEST_SLICE_BYTES):
                    return
                yield FileDigested(job_id, digester.found())
            except OSError as error:
                failure = from_os_error(error, str(error.filename or "the file"), "read")
                yield PartFailed(job_id, failure)
            del self._digests[job_id]
            return

    def _publish(self, command: PublishFile) -> Event:
        self._commit()
        name = self._parts[command.job_id].publish(exact=command.exact, replace=command.replace)
        del self._parts[command.job_id]
        return FilePublished(command.job_id, name)

    def _close_part(self, job_id: int) -> None:
        part = self._parts.pop(job_id)
        self._digests.pop(job_id, None)
        failure = None
        try:
            part.sync()
        except OSError as error:
            failure = from_os_error(error, str(error.filename or part.name), "sync")
        finally:
            part.close()
        self._inbox.append(PartClosed(job_id, failure))

    # -- store -------------------------------------------------------------------------------------

    def _record(self, command: RecordState | RecordPart | RecordProgress) -> None:
        store = self._store
        match command:
            case RecordState(job_id, state, failure):
                why = failure.message if failure else None
                self._log.write("job", job=job_id, state=state.value, why=why)
                error = None if failure is None else _stored(failure)
                # The commit of the last job that leaves takes all before it to the disk.
                self._durable = self._durable or not self._engine.admitted
                self._writes.append(partial(store.set_state, job_id, state, error))
            case RecordPart(job_id, name, representation, identity, incarnation):
                part = (name, representation, identity, incarnation)
                self._writes.append(partial(store.set_part, job_id, *part))
            case RecordProgress(job_id, written, synced, shrinks):
                self._writes.append(partial(store.set_progress, job_id, written, synced))
                if shrinks:
                    self._durable = True
                    self._commit()

    def _commit(self) -> None:
        """Write what was recorded, in one transaction."""
        writes, self._writes = self._writes, []
        if writes:
            with self._store.transaction(durable=self._durable):
                for write in writes:
                    write()
        self._durable = False


def _stored(failure: Failure) -> StoredFailure:
    return StoredFailure(failure.kind.value, failure.message, failure.code)
