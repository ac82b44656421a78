"""The table of one job.

    QUEUED     admitted, or about to be: it has no connection yet
    PROBING    its first request is on the way, or its part file is being opened
    RUNNING    the file is known and open; segments bring bytes
    WAITING    nothing is under way until a time: a retry, a Retry-After
    VERIFYING  every byte is there, and somebody vouched for a digest: it is computed
    FINISHING  the bytes are right: sync, rename, sync the directory
    DONE       the file is whole under its name
    FAILED     it ended with a failure, which is stored
    PAUSED     a user wants it to rest

RESOLVING is a word of the store that nothing enters before names are looked after here. A job
leaves only through `ending`: its transfers end first, then its part file
closes, then its state is recorded.
"""

from __future__ import annotations

from msgspec import Struct, field

from ddm.byteranges import ByteRange, RangeSet
from ddm.core.meter import Meter
from ddm.core.segment import Phase, Segment
from ddm.failures import Failure
from ddm.http.representation import Representation
from ddm.http.response import Ask
from ddm.http.url import URL
from ddm.limits import FRUITLESS_REQUESTS_MAX, RECORD_INTERVAL_S
from ddm.record import JobRecord, PartIdentity, State
from ddm.spec import Checksum, JobSpec

NEXT: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.PROBING, State.FAILED, State.QUEUED}),
    State.PROBING: frozenset(
        {
            State.RUNNING,
            State.WAITING,
            State.VERIFYING,
            State.FINISHING,
            State.FAILED,
            State.QUEUED,
        }
    ),
    State.RUNNING: frozenset(
        {
            State.PROBING,
            State.WAITING,
            State.VERIFYING,
            State.FINISHING,
            State.FAILED,
            State.QUEUED,
        }
    ),
    State.WAITING: frozenset({State.PROBING, State.RUNNING, State.FAILED, State.QUEUED}),
    State.VERIFYING: frozenset({State.FINISHING, State.PROBING, State.FAILED, State.QUEUED}),
    State.FINISHING: frozenset({State.DONE, State.FAILED}),
}


class Ending(Struct, frozen=True):
    """How a job is about to leave: the state it gets, and why."""

    state: State
    failure: Failure | None = None


class Job(Struct):
    """An admitted job.

    target: where requests go now: the URL, or what it redirects to. hops: how many redirects led
    there since bytes last came.
    done: exactly what is in the file; synced: what of it a sync has covered. missing: neither done
    nor any segment's. seal: the last missing byte, kept for the last request.
    max_segments: requests in flight at most; falls when the server cannot do ranges. stream: one
    plain GET, no ranges.
    rtt_s: the quickest connection that was made.
    degradations, degraded: how often something was given up for it, and what, in words;
    degraded_since: the first transfer
        after the last time, so that one cause counts once. restarts: how often a stream had to
        begin again.
    opening: the part file is being opened; part_fresh: it is open and nothing was written to it
    yet.
    fruitless: requests that brought next to nothing, less those that were worth it. alone: a refused
    piece that is asked for while nothing else of the job is (`refusing.py`).
    keeps: whether what was fetched counts until the new beginning is answered. resumed: bytes of an
    earlier run count. other_etags: those that came where only the ETag was another; disagreement: the
    first such failure; disagreed_since: the first transfer after it.
    vouched: the digests that the server named; mismatches: how often the whole file had others.
    begun_s: when its first request went out.
    offer: the head that waits for the part file. restarting: why everything begins again, until the
    transfers have ended.
    """

    id: int
    spec: JobSpec
    url: URL
    target: URL
    max_segments: int
    meter: Meter
    state: State = State.QUEUED
    name: str | None = None
    representation: Representation | None = None
    recorded_part: PartIdentity | None = None
    part: PartIdentity | None = None
    opening: bool = False
    part_open: bool = False
    part_fresh: bool = False
    incarnation: int = 0
    recorded_written: RangeSet = RangeSet()
    recorded_synced: RangeSet = RangeSet()
    done: RangeSet = RangeSet()
    synced: RangeSet = RangeSet()
    missing: RangeSet = RangeSet()
    seal: ByteRange | None = None
    segments: list[Segment] = field(default_factory=list)
    connections_planned: int = 1
    pieces_done: int = 0
    least_piece_bytes: int = 0
    rtt_s: float | None = None
    stream: bool = False
    restarts: int = 0
    degradations: int = 0
    degraded: str | None = None
    degraded_since: int = 0
    hops: int = 0
    seen_urls: set[str] = field(default_factory=set)
    offer: Ask | None = None
    ending: Ending | None = None
    restarting: Failure | None = None
    keeps: bool = False
    resumed: bool = False
    other_etags: list[str] = field(default_factory=list)
    disagreed_since: int = 0
    disagreement: Failure | None = None
    fruitless: int = 0
    alone: Segment | None = None
    vouched: tuple[Checksum, ...] = ()
    mismatches: int = 0
    begun_s: float | None = None
    recorded_s: float = 0.0
    unrecorded: bool = False

    @property
    def live(self) -> int:
        """Transfers under way."""
        return sum(1 for segment in self.segments if segment.live)

    @property
    def size_bytes(self) -> int | None:
        """The complete length, None while unknown."""
        return self.representation.size_bytes if self.representation else None

    @property
    def whole(self) -> bool:
        """Whether every byte is in the file."""
        return self.size_bytes is not None and self.done == RangeSet.of(0, self.size_bytes)

    @property
    def claimed(self) -> bool:
        """Whether bytes of an earlier run or of this one count on the representation staying what it is."""
        return bool(self.done or self.recorded_written)

    @property
    def recordable(self) -> tuple[RangeSet, RangeSet]:
        """What the store may hold of `done` and `synced`.

        A server's digest is not stored. Of a whole file that it has still to be compared with, the last byte is
        left out: whoever goes on asks for that byte, and the answer brings the digest again.
        """
        size = self.size_bytes
        compared = self.state is State.FINISHING or not self.vouched
        if compared or not size or not self.whole:
            return self.done, self.synced
        return self.done.within(size - 1), self.synced.within(size - 1)

    @property
    def leaving(self) -> bool:
        """Whether transfers that end now end for good."""
        return self.ending is not None or self.restarting is not None

    @property
    def record_due_s(self) -> float | None:
        """When its claims should be recorded, None if they are or if its end will do it."""
        due = self.unrecorded and self.part_open and not self.leaving
        return self.recorded_s + RECORD_INTERVAL_S if due else None

    def overdue_s(self, timeout_s: float) -> float | None:
        """When a job that is still bringing bytes has had its time; None for no limit (0)."""
        bringing = self.state in (State.PROBING, State.RUNNING, State.WAITING) and not self.leaving
        if not timeout_s or self.begun_s is None or not bringing:
            return None
        return self.begun_s + timeout_s

    def waiting_segment(self) -> Segment | None:
        """Of the segments that wait, the one that may go first."""
        if self.alone is not None:
            return None if self.alone.live else self.alone
        waiting = (s for s in self.segments if s.phase is Phase.WAITING)
        return min(waiting, key=lambda s: s.not_before_s, default=None)

    def keep(self, segment: Segment, position: int, now: float) -> None:
        """What a segment brought is in the file."""
        before = segment.position
        gained = segment.advance(position, now)
        if gained:
            self.done = self.done.add(ByteRange(before, position))
            self.meter.add(gained, now)
            self.unrecorded = True
            self.part_fresh = False

    def count(self, segment: Segment, *, well: bool) -> None:
        """Count a request that is over: one that was worth it makes up for one that was not."""
        worth = well or segment.fruitful
        self.fruitless = max(0, self.fruitless - 1) if worth else self.fruitless + 1

    def set_seal_aside(self) -> None:
        """Leave the last missing byte for a request of its own, after all others have ended.

        A server that sends a file which is being written over in place goes on under the old ETag; only the head
        of a later answer shows it. Where a digest is known, it decides.
        """
        digest_known = self.vouched or self.spec.checksums
        recognisable = self.representation is not None and self.representation.resumable
        self.seal = None
        if self.missing and recognisable and not digest_known:
            stop = list(self.missing)[-1].stop
            self.seal = ByteRange(stop - 1, stop)
            self.missing = self.missing.minus(RangeSet((self.seal,)))

    def break_seal(self) -> None:
        """Everything else is there: now for the last byte."""
        if self.seal is not None:
            self.missing, self.seal = self.missing.add(self.seal), None

    @property
    def in_vain(self) -> bool:
        """Whether it has sent so many requests for so little that it is given up."""
        return self.fruitless >= FRUITLESS_REQUESTS_MAX

    def speed_guess_bps(self) -> float | None:
        """What a new connection may bring: the median of those that run."""
        speeds = sorted(s.speed_bps for s in self.segments if s.speed_bps is not None)
        return speeds[len(speeds) // 2] if speeds else None


def admit(record: JobRecord, url: URL, max_segments: int, meter: Meter) -> Job:
    """A job out of its row. Claims of a representation that cannot be recognised again are not believed."""
    job = Job(record.id, record.spec, url, url, max_segments, meter)
    job.name = record.name
    job.incarnation = record.incarnation
    job.recorded_part = record.part
    if record.part is not None:
        begun = Representation(
            record.size_bytes, record.etag, record.last_modified, record.content_coding
        )
        if begun.resumable:
            job.representation = begun
            job.recorded_written, job.recorded_synced = record.written, record.synced
    return job
