"""An admitted job: everything that the core knows of it. `states.py` has its table.

A job leaves only through `ending`: its transfers end first, then its part file closes, then its state
is recorded.
"""

from __future__ import annotations

from msgspec import Struct, field

from ddm.byteranges import ByteRange, RangeSet
from ddm.core.circumstances import Ending, Found, Room
from ddm.core.meter import Meter
from ddm.core.segment import Phase, Segment
from ddm.failures import Failure
from ddm.http.representation import Representation
from ddm.http.response import Ask
from ddm.http.url import URL, Origin
from ddm.limits import FRUITLESS_REQUESTS_MAX, RECORD_INTERVAL_S, SYNC_INTERVAL_S, Limits
from ddm.record import PartIdentity, State
from ddm.spec import Checksum, JobSpec

# States in which bytes are still to come.
_BRINGING = frozenset({State.RESOLVING, State.PROBING, State.RUNNING, State.WAITING})

# Whose connection comes first: those that have none, then by priority, then who has fewest, then the queue's order.
Rank = tuple[bool, int, int, float, int]


class Job(Struct):
    """An admitted job.

    source: the URL or the mirror that is asked; mirrors: those that are left. most_segments: what
    `max_segments` begins with at each. target: where requests go now: the source, or what it redirects to;
    way: the redirects that led there. elsewhere: the next beginning is at another source. hops: how many redirects led
    there since bytes last came.
    done: exactly what is in the file; synced: what of it a sync has covered; syncing: what the sync
    under way will have covered. final_sync: that one is the last before the rename. poisoned: a sync
    failed, so nothing that came since the last good one counts. missing: neither done nor any
    segment's. seal: the last missing byte, kept for the last request.
    max_segments: requests in flight at most; falls when the server cannot do ranges. stream: one plain GET, no ranges.
    rtt_s: the quickest connection that was made.
    degradations, degraded: how often something was given up for it, and what, in words; degraded_since: the first
    transfer after the last time, so that one cause counts once. restarts: how often a stream had to begin again.
    opening: the part file is being opened; part_fresh: it is open and nothing was written to it yet.
    fruitless: requests that brought next to nothing, less those that were worth it. alone: a refused
    piece that is asked for while nothing else of the job is (`refusing.py`).
    keeps: whether what was fetched counts until the new beginning is answered. resumed: bytes of an
    earlier run count. other_etags: those that came where only the ETag was another; disagreement: the
    first such failure; disagreed_since: the first transfer after it.
    vouched: the digests that the server named; mismatches: how often the whole file had others.
    checking: the file is whole under its name; the server is only asked whether it still is the same.
    room: what it waits for whose disk is full; room_tries: how often in a row, as of room_done_bytes.
    begun_s: when its first request went out. requests: how many there were; gained_bytes: what they brought.
    lacks: the host that it waits for to be looked up.
    found: what a description was asked for. drained: up to where what was fetched has been passed on.
    looked_s: when its connections were last compared. closed_slow: how many were closed because they were slow.
    place: its place in the queue. due_s: its next moment. hungry_at: the origin to which it wants one more
    connection; rank_there: how it stands in line there.
    offer: the head that waits for the part file. restarting: why everything begins again, until the transfers ended.
    """

    id: int
    spec: JobSpec
    url: URL
    source: URL
    target: URL
    max_segments: int
    meter: Meter
    mirrors: list[URL] = field(default_factory=list)
    way: list[URL] = field(default_factory=list)
    elsewhere: bool = False
    requests: int = 0
    gained_bytes: int = 0
    found: Found | None = None
    drained: int = 0
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
    syncing: RangeSet | None = None
    final_sync: bool = False
    synced_s: float = 0.0
    poisoned: bool = False
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
    checking: bool = False
    room: Room | None = None
    lacks: str | None = None
    room_tries: int = 0
    room_done_bytes: int = 0
    begun_s: float | None = None
    recorded_s: float = 0.0
    unrecorded: bool = False
    looked_s: float = 0.0
    closed_slow: int = 0
    place: float = 0.0
    due_s: float | None = None
    hungry_at: Origin | None = None
    rank_there: Rank | None = None

    def rank(self) -> Rank:
        """Its rank among those that want a connection; the lowest goes first."""
        live = self.live
        return live > 0, -self.spec.priority, live, self.place, self.id

    @property
    def order(self) -> tuple[int, float, int]:
        """By which the queue is sorted."""
        return -self.spec.priority, self.place, self.id

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
    def leaving(self) -> bool:
        """Whether transfers that end now end for good."""
        return self.ending is not None or self.restarting is not None

    @property
    def record_due_s(self) -> float | None:
        """When its claims should be recorded, None if they are or if its end will do it."""
        due = self.unrecorded and self.part_open and not self.leaving
        return self.recorded_s + RECORD_INTERVAL_S if due else None

    @property
    def sync_due_s(self) -> float | None:
        """When what came since the last sync should be synced, None if nothing did or if its end will do it."""
        open_ = self.part_open and not self.leaving and self.syncing is None
        if not open_ or not self.bringing or self.done == self.synced:
            return None
        return self.synced_s + SYNC_INTERVAL_S

    @property
    def bringing(self) -> bool:
        """Whether bytes are still to come."""
        return self.state in _BRINGING

    def overdue_s(self, timeout_s: float) -> float | None:
        """When a job that is still bringing bytes has had its time; None for no limit (0)."""
        if not timeout_s or self.begun_s is None or not self.bringing or self.leaving:
            return None
        return self.begun_s + timeout_s

    def waiting_segment(self) -> Segment | None:
        """Of the segments that wait, the one that may go first."""
        if self.alone is not None:
            return None if self.alone.live else self.alone
        waiting = (s for s in self.segments if s.phase is Phase.WAITING)
        return min(waiting, key=lambda s: s.not_before_s, default=None)

    def keep(self, segment: Segment, position: int, now: float) -> int:
        """What a segment brought is in the file; how many bytes that are."""
        before = segment.position
        gained = segment.advance(position, now)
        if gained:
            if not self.poisoned:
                self.done = self.done.add(ByteRange(before, position))
            self.gained_bytes += gained
            self.meter.add(gained, now)
            self.unrecorded = True
            self.part_fresh = False
        return gained

    def forget_claims(self) -> None:
        """Nothing of an earlier run or of this one counts; the head at hand begins the file anew."""
        self.disclaim()
        self.recorded_written = self.recorded_synced = RangeSet()
        self.representation, self.vouched = None, ()

    def disclaim(self, ranges: RangeSet | None = None) -> None:
        """Nothing, or nothing of these, is claimed any more."""
        gone = self.done.union(self.synced) if ranges is None else ranges
        self.done, self.synced = self.done.minus(gone), self.synced.minus(gone)
        if self.syncing is not None:
            self.syncing = self.syncing.minus(gone)

    def count(self, segment: Segment, *, well: bool) -> None:
        """Count a request that is over: one that was worth it makes up for one that was not."""
        worth = well or segment.fruitful
        self.fruitless = max(0, self.fruitless - 1) if worth else self.fruitless + 1

    def begin_at(self, source: URL, limits: Limits) -> None:
        """Ask another place for the file: what was learned about the last one does not hold there."""
        self.source = self.target = source
        self.max_segments = most_segments(self.spec, limits)
        self.stream, self.restarts, self.degradations, self.fruitless = False, 0, 0, 0
        self.other_etags, self.disagreement, self.alone, self.mismatches = [], None, None, 0
        self.hops, self.way = 0, []
        self.seen_urls.clear()

    def takeable(self, window_bytes: int | None) -> RangeSet:
        """What is missing and may be asked for now: within a window, where what was fetched is passed on in order."""
        return (
            self.missing
            if window_bytes is None
            else self.missing.within(self.drained + window_bytes)
        )

    def takes_seal(self, window_bytes: int | None) -> bool:
        """Whether the last byte may be asked for, if one was kept."""
        if self.seal is None or window_bytes is None:
            return True
        return self.seal.stop <= self.drained + window_bytes

    def give_back(self, segment: Segment) -> None:
        """The rest of a piece is missing again."""
        if self.alone is segment:
            self.alone = None
        self.segments.remove(segment)
        if segment.stop is not None and segment.stop > segment.position:
            rest = RangeSet.of(segment.position, segment.stop).minus(self.done)
            for other in self.segments:
                if other.stop is not None and other.stop > other.position:
                    rest = rest.minus(RangeSet.of(other.position, other.stop))
            self.missing = self.missing.union(rest)

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


def most_segments(spec: JobSpec, limits: Limits) -> int:
    """How many requests a job may have in flight before anything is known of its server."""
    return min(spec.max_segments or limits.max_segments, limits.max_segments)
