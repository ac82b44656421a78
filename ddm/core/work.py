"""What every step of the engine needs: the moment, the limits, the budget, the commands so far."""

from __future__ import annotations

import random

from msgspec import Struct, field

from ddm.byteranges import ByteRange
from ddm.core.addresses import AddressBook, Way
from ddm.core.agenda import Agenda
from ddm.core.budget import Budget
from ddm.core.circumstances import Ending
from ddm.core.commands import (
    CancelTransfer,
    ClosePart,
    Command,
    RecordPart,
    RecordProgress,
    RecordState,
    SetRate,
    StartTransfer,
)
from ddm.core.job import Job
from ddm.core.journal import Journal
from ddm.core.segment import Segment
from ddm.core.sharing import Sharing
from ddm.core.states import NEXT
from ddm.core.view import JobView, picture
from ddm.failures import Failure
from ddm.http import request
from ddm.http.response import Expectation
from ddm.limits import Limits
from ddm.record import State
from ddm.spec import Route

# What is left to do needs no connection.
_WHOLE = frozenset({State.VERIFYING, State.FINISHING})


class InvariantError(AssertionError):
    """A bug of DDM's; carries the job's story."""


class Work(Struct):
    """The engine's desk. `now` and `out` belong to the event at hand, the rest lasts.

    may_be_more: rows may be waiting to be admitted. more_left: as many came as were asked for; offers_due: so many
    may still come. whole: how many jobs have every byte, and wait for the disk alone. stopping: the manager is leaving.
    describe, window_bytes: as `Engine` has them.
    """

    limits: Limits
    chance: random.Random
    user_agent: str
    budget: Budget
    addresses: AddressBook
    describe: bool = False
    window_bytes: int | None = None
    jobs: dict[int, Job] = field(default_factory=dict)
    transfers: dict[int, tuple[Job, Segment]] = field(default_factory=dict)
    journal: Journal = field(default_factory=Journal)
    sharing: Sharing = field(default_factory=Sharing)
    agenda: Agenda = field(default_factory=Agenda)
    now: float = 0.0
    out: list[Command] = field(default_factory=list)
    left: list[JobView] = field(default_factory=list)
    next_transfer_id: int = 1
    may_be_more: bool = False
    more_left: bool = False
    offers_due: int = 0
    whole: int = 0
    stopping: bool = False

    def job(self, job_id: int) -> Job:
        """An admitted job."""
        if job_id not in self.jobs:
            raise InvariantError(f"job {job_id} is not admitted")
        return self.jobs[job_id]

    def way(self, job: Job) -> Way:
        """How the place is reached that a job asks now."""
        return self.addresses.way(job.target, job.spec.route.proxy)

    def tell(self, job: Job, command: Command) -> None:
        """Ask for something on behalf of a job."""
        self.journal.note(job.id, self.now, command)
        self.agenda.touch(job)
        self.out.append(command)

    def move(self, job: Job, state: State, failure: Failure | None = None) -> None:
        """Change a job's state and record it; a change that the table does not have is a bug."""
        if state is job.state and state is not State.QUEUED:
            return
        if state not in NEXT.get(job.state, ()):
            story = "\n".join(self.journal.story(job.id))
            raise InvariantError(f"job {job.id} cannot go from {job.state} to {state}\n{story}")
        self.whole += (state in _WHOLE) - (job.state in _WHOLE)
        job.state = state
        self.tell(job, RecordState(job.id, state, failure))

    def start(self, job: Job, segment: Segment) -> None:
        """Send the segment's request. The caller has asked the budget."""
        origin = job.target.origin
        wanted = ByteRange(segment.position, segment.stop) if segment.stop is not None else None
        # Where nothing is claimed, the file may be another one by now.
        known = job.representation if job.claimed or not segment.asks else None
        if segment.asks and job.spec.mirrors:
            known = None  # another place may ask for another comparison: see `mirrors.compare`
        unless = job.representation if job.checking else None
        segment.sent_if_range = not segment.asks and self.budget.policy(origin).if_range
        if_range = known.if_range if known and segment.sent_if_range else None
        segment.sent_if_range = if_range is not None
        transfer_id = self.next_transfer_id
        self.next_transfer_id += 1
        segment.begin(transfer_id, job.target, self.now)
        segment.trial = self.budget.policy(origin).tries_one_more(self.budget.running_at(origin))
        self.transfers[transfer_id] = (job, segment)
        may_share = segment.asks and segment.ranged and not segment.apart
        policy = self.budget.policy(origin)
        segment.shared = may_share and self.sharing.begin(transfer_id, origin, policy)
        self.budget.reserve(origin, shared=segment.shared)
        policy.began(self.now, trial=segment.trial)
        job.meter.begin(self.now)
        job.requests += 1
        if job.begun_s is None:
            job.begun_s = self.now
        sent = request.build(
            job.target,
            original=job.url,
            headers=job.spec.headers,
            range=wanted if segment.ranged else None,
            if_range=if_range,
            user_agent=self.user_agent,
            want_digest=segment.asks and not job.checking,
            unless=unless,
        )
        expectation = Expectation(
            wanted if segment.ranged else None, known, ask=segment.asks, unless=unless
        )
        way = self.way(job)
        route = Route(way.proxy, job.spec.route.ca_file, job.spec.route.insecure)
        how = (len(self.jobs) == 1, route, segment.shared, self.addresses.found(way))
        self.tell(job, StartTransfer(transfer_id, job.id, sent, expectation, *how))

    def keep(self, job: Job, segment: Segment, position: int) -> None:
        """What a segment brought is in the file."""
        gained = job.keep(segment, position, self.now)
        if gained and segment.target is not None:
            origin = segment.target.origin
            connections = self.budget.running_at(origin)
            self.budget.policy(origin).yields.brought(gained, connections, self.now)

    def give_up(self, segment: Segment, failure: Failure) -> None:
        """Cancel a segment's transfer because of `failure`; its end brings the rest back."""
        if segment.transfer_id is None:
            return
        segment.given_up = failure
        job, _ = self.transfers[segment.transfer_id]
        self.tell(job, CancelTransfer(segment.transfer_id))

    def end(self, job: Job, ending: Ending) -> None:
        """Let a job leave: now if nothing is under way, else when its last transfer has ended."""
        if job.ending is not None:
            return
        job.ending = ending
        job.restarting = job.room = job.offer = None
        for segment in list(job.segments):
            if segment.live:
                self.tell(job, CancelTransfer(self._id_of(segment)))
            else:
                job.segments.remove(segment)
        self.end_if_quiet(job)

    def fail(self, job: Job, failure: Failure) -> None:
        """Let a job leave as FAILED; one that only asks about a whole file as DONE, and why it could not ask."""
        self.end(job, Ending(State.DONE if job.checking else State.FAILED, failure))

    def end_if_quiet(self, job: Job) -> None:
        """The second half of `end`, once no transfer is under way: close the part, then record the state."""
        if job.ending is None or job.segments or job.opening:
            return
        if job.part_open:
            job.part_open = False
            self.tell(job, ClosePart(job.id))
            return
        self.leave(job, job.ending)

    def leave(self, job: Job, ending: Ending) -> None:
        """The job is over for this run."""
        self.move(job, ending.state, None if ending.state is State.DONE else ending.failure)
        self.left.append(picture(job, self.now, ending.failure, removed=ending.remove))
        self.may_be_more = True
        if job.spec.max_bytes_per_sec:
            self.tell(job, SetRate(job.id, 0))
        del self.jobs[job.id]
        self.agenda.want(job, None)
        self.journal.forget(job.id)

    def record_part(self, job: Job) -> None:
        """Store what the file is and where its bytes are."""
        if job.part is None or job.name is None or job.representation is None:
            raise InvariantError("nothing is known of the file that is to be recorded")
        part = (job.name, job.representation, job.part, job.incarnation, job.vouched)
        self.tell(job, RecordPart(job.id, *part))

    def record(self, job: Job, *, shrinks: bool = False) -> None:
        """Store a job's claims."""
        job.unrecorded = False
        job.recorded_s = self.now
        self.tell(job, RecordProgress(job.id, job.done, job.synced, shrinks))

    @staticmethod
    def _id_of(segment: Segment) -> int:
        if segment.transfer_id is None:
            raise InvariantError("a live segment has no transfer")
        return segment.transfer_id
