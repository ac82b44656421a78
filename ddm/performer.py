"""Commands become deeds: the one place where what DDM decides meets what it touches.

Each turn ends with `pump`: what the network wrote is flushed and told to the engine, each of its commands is performed,
and the answers are handled before the next event. Records are collected (`ledger`) and committed together at the end of
the turn. What must find them on the disk, a rename (`publishing`), a new inode under smaller claims (`held`), waits for
a later turn: until no other process holds the database, and the disk has them. The rest goes on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from ddm.awaited import Awaited
from ddm.core.commands import (
    CancelTransfer,
    Command,
    ContinueTransfer,
    LookUp,
    OfferJobs,
    PublishFile,
    RecordLesson,
    RecordPart,
    RecordProgress,
    RecordReceipt,
    RecordState,
    SetRate,
    ShortenTransfer,
    StartTransfer,
)
from ddm.core.engine import Engine
from ddm.core.events import (
    Event,
    JobOffered,
    QueueChanged,
    TimePassed,
)
from ddm.core.view import JobView
from ddm.errors import BusyError
from ddm.learned import Learned
from ddm.ledger import Ledger, Record
from ddm.limits import BUSY_RETRY_S
from ddm.listeners import Listeners
from ddm.log import Log, open_log
from ddm.lookups import LookUps
from ddm.offers import Offers
from ddm.parts import Parts
from ddm.ports import Clock, Disk, Marks, Names, Network, Store
from ddm.steering import Steering
from ddm.transfers import Transfers
from ddm.turns import Lap, Part, no_lap


class Performer:
    """Performs the engine's commands on a network, a disk and a store, and brings back what happens."""

    def __init__(
        self,
        engine: Engine,
        *,
        network: Network,
        disk: Disk,
        store: Store,
        marks: Marks,
        names: Names,
        clock: Clock,
        log: Log | None = None,
    ) -> None:
        self.lap: Lap = no_lap  # told what a stretch of the turn was
        self.spent: Callable[[], bool] = lambda: False  # whether the rest is for the next turn
        self._engine = engine
        self._store = store
        self._parts = Parts(disk, marks)
        self._lookups = LookUps(names)
        self._learned = Learned(store, clock)
        self._ledger = Ledger(store, marks, self._learned)
        self._log = log or open_log(None)
        self._inbox: list[Event] = []
        self._later: deque[Event] = deque()  # what the last turn had no time for
        self._transfers = Transfers(network, self._parts, self._log, self.submit)
        self._awaited = Awaited(self._parts, self._ledger)
        self._steering = Steering(store, disk)
        self._offers = Offers(store)
        self._left: list[JobView] = []  # which is not committed yet
        self._reorder = False  # whether jobs in work may stand elsewhere, or limits be others
        self._retry_s: float | None = None
        self.listeners = Listeners()

    def work_on(self, ids: Iterable[int] | None) -> None:
        """Limit what is admitted to these jobs; None means the whole queue."""
        self._offers.limit_to(ids)

    def submit(self, event: Event) -> None:
        """Something happened outside; it is handled in the next `pump`."""
        self._inbox.append(event)

    def queue_changed(self) -> None:
        """Another process wrote to the store: there may be jobs to admit, wishes to heed, and lessons to hear."""
        self._reorder = True
        self._steering.look()
        self._learned.look_again()
        self.submit(QueueChanged())

    def be_durable(self) -> None:
        """Somebody else committed what has to be on the disk."""
        self._ledger.committed.to_disk()

    def deadline(self) -> float | None:
        """When `pump` should be called at the latest: 0 if there is something to tell already."""
        more = self._steering.more and self._retry_s is None
        ready = self._lookups.ready or self._ledger.committed.ready
        if self._inbox or self._later or self._parts.goes_on or ready or more:
            return 0.0
        times = (self._engine.deadline(), self._retry_s)
        return min((due for due in times if due is not None), default=None)

    @property
    def idle(self) -> bool:
        """Whether nothing is in work, nothing left to admit, and everything recorded, and on the disk if need be."""
        recorded = not (self._ledger.pending or self._ledger.committed.owing)
        steered = not (self._steering.pending or self._steering.looking)
        owing = self._awaited or self._offers.pending or not (recorded and steered)
        return self._engine.idle and not (self._inbox or self._later or owing)

    @property
    def stuck(self) -> bool:
        """Whether all that is left waits for room on a full disk."""
        return self._engine.stuck and not (self._inbox or self._later or self._offers.pending)

    def pump(self, now: float) -> None:
        """The end of a turn: gather, decide, perform, until it is quiet or the turn is `spent`; then commit."""
        with self._log.together():
            self._pump(now)

    def _pump(self, now: float) -> None:
        moved = list(self._transfers.flush())
        if self._ledger.committed.ready or (self._retry_s is not None and self._retry_s <= now):
            self._do_together(now)
        if not self._ledger.pending and (news := self._learned.news()) is not None:
            self._inbox.insert(0, news)  # before the first offer
        # What was done elsewhere first: after a stop nobody would be there to hear of it.
        elsewhere = (*self._lookups.answers(), *self._parts.go_on())
        pending, self._later = self._later, deque()
        pending.extend((*moved, *elsewhere, *self._inbox))
        self._inbox.clear()
        due = self._engine.deadline()
        if due is not None and due <= now:
            pending.append(TimePassed())
        while pending:
            self._handle(pending.popleft(), now)
            if not pending and not self._inbox:
                self._do_together(now)
            # Answers come before what happened after them.
            pending.extendleft(reversed(self._inbox))
            self._inbox.clear()
            if self.spent():
                break
        # What time does is asked for anew.
        self._later.extend(event for event in pending if not isinstance(event, TimePassed))
        self._close_turn(now)

    def _handle(self, event: Event, now: float) -> None:
        if isinstance(event, QueueChanged):
            self._offers.queue_changed()
        commands = self._engine.handle(event, now)
        if isinstance(event, JobOffered):
            self._offers.taken(event.record.id)
        for command in commands:
            self._perform(command)

    def _do_together(self, now: float) -> None:
        """What is done once for all jobs that ask for it in a turn: names, then offers for the room left."""
        self._inbox += self._lookups.answers()
        if not self._inbox:
            self.lap(Part.DECIDING)
            commands = self._awaited.settle(now, more=bool(self._transfers))
            self.lap(Part.FILES)
            for command in commands:
                self._perform(command)
        self._inbox += self._parts.answers()
        if not self._inbox and self._offers.pending:
            self._inbox += map(JobOffered, self._offers.take())

    def _close_turn(self, now: float) -> None:
        """Commit what was recorded, heed what is wished, and tell who has left."""
        left = self._engine.take_left()
        self._left += left
        self.lap(Part.DECIDING)
        committed = self._ledger.commit()
        self._ledger.committed.begin()
        if not self._awaited:
            self._ledger.committed.look()
        if committed and self._left:
            self._offers.left(view.id for view in self._left)
            self._left.clear()
        if left:
            self._steering.look()
        owing = not committed or self._awaited.uncommitted or self._offers.pending
        if not owing and (not self._steering.looking or self._heed_wishes()):
            self._retry_s = None
        elif self._retry_s is None or self._retry_s <= now:
            self._retry_s = now + BUSY_RETRY_S
        self.lap(Part.RECORDING)
        for view in left:
            if self.listeners.on_ended is not None:
                self.listeners.on_ended(view)
                self.lap(Part.SHOWING)

    def discard(self) -> None:
        """Remove the part files that are open, before `close`."""
        self._parts.discard()

    def close(self) -> None:
        """Close what is still open. Part files stay."""
        self._parts.close()

    # -- commands ----------------------------------------------------------------------------------

    def _perform(self, command: Command) -> None:
        match command:
            case RecordState() | RecordPart() | RecordProgress() | RecordReceipt() | RecordLesson():
                self._record(command)
            case OfferJobs(room):
                self._offers.ask(room)
            case CancelTransfer():
                self._cancel(command)
            case ShortenTransfer() | SetRate():
                self._transfers.adjust(command)
            case LookUp():
                self._lookups.begin(command)
            case _ if command.job_id in self._awaited.held:
                self._awaited.held.add(command.job_id, command)
            case StartTransfer():
                self._transfers.start(command)
            case ContinueTransfer():
                self._transfers.proceed(command)
            case PublishFile():
                self._awaited.publishing.add(command)
            case _:
                self.lap(Part.DECIDING)
                if (answer := self._parts.do(command)) is not None:
                    self._inbox.append(answer)
                self.lap(Part.FILES)

    def _cancel(self, command: CancelTransfer) -> None:
        held = self._awaited.held.take_back(command.transfer_id)
        if isinstance(held, StartTransfer):
            self._transfers.drop(held)
        else:
            self._transfers.cancel(command)

    # -- store -------------------------------------------------------------------------------------

    def _record(self, command: Record) -> None:
        self._ledger.record(command)
        match command:
            case RecordState(job_id, state, failure):
                why = failure.message if failure else None
                self._log.write("job", job=job_id, state=state.value, why=why)
                if self.listeners.on_state is not None:
                    self.listeners.on_state(job_id, state)
                if not self._engine.admitted:
                    # The commit of the last job that leaves takes all before it to the disk.
                    self._ledger.be_durable()
            case RecordPart(job_id=job_id, incarnation=incarnation):
                self._parts.lives_as(job_id, incarnation)
            case RecordProgress(job_id=job_id, shrinks=True):
                self._awaited.held.hold(job_id)

    def _heed_wishes(self) -> bool:
        """Tell the engine what users wish for its jobs, put the other wishes into force; False if that has to wait."""
        try:
            self._inbox += self._steering.heed(self._in_work)
            if self._reorder:
                held, rate = self._engine.asked(), self._engine.max_bytes_per_sec
                self._inbox += self._steering.changed(held, rate)
        except BusyError:
            return False
        self._reorder = False
        for record in self._steering.take_settled():
            if self.listeners.on_settled is not None:
                self.listeners.on_settled(record)
        return True

    def _in_work(self, job_id: int) -> bool:
        return self._engine.holds(job_id) or self._offers.on_the_way(job_id)
