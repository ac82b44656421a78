"""One job as a list shows it: what its row says, and what the manager does for it right now.

Everything that is text here is safe to show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from urllib.parse import unquote

from msgspec import Struct

from ddm import redact
from ddm.byteranges import RangeSet
from ddm.cli.showing import human
from ddm.core.causes import Explanation, Word
from ddm.core.view import JobView, SegmentView
from ddm.live import Live
from ddm.record import State, Wanted
from ddm.store.listing import ListedJob

# The order in which sums are told, and in which jobs stand when they are sorted by state.
STATES = (
    State.RUNNING,
    State.VERIFYING,
    State.FINISHING,
    State.PROBING,
    State.RESOLVING,
    State.WAITING,
    State.QUEUED,
    State.PAUSED,
    State.FAILED,
    State.DONE,
)

# With these a job is as fast as it can be.
_FREE = (Word.SLOW_ORIGIN, Word.NOTHING)


class Row(Struct, frozen=True):
    """A job.

    live: what the manager says of it, None while nobody works on it. position: where it stands among
    those that are still to be done, from 1; None for one that is over. why: what the manager says of its
    speed.
    """

    job: ListedJob
    live: JobView | None = None
    position: int | None = None
    why: Explanation | None = None

    @property
    def id(self) -> int:
        """Its number."""
        return self.job.id

    @property
    def order(self) -> tuple[bool, int]:
        """By which rows stand: what is over, the oldest first, then the queue in the order in which it goes."""
        return self.position is not None, self.position or self.id

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.job.state if self.live is None else self.live.state

    @property
    def moving(self) -> bool:
        """Whether bytes come, so that there is something to see in its numbers."""
        return self.live is not None and self.state is State.RUNNING

    @property
    def rests(self) -> bool:
        """Whether resuming it would change something."""
        if self.state in (State.PAUSED, State.FAILED):
            return True
        return self.job.wanted is Wanted.PAUSE and not self.state.ended

    @property
    def label(self) -> str:
        """The file's name, or what will probably be it: the end of the URL's path."""
        name = self.job.name or (self.live.name if self.live else self.job.asked_name)
        if not name:
            path = self.job.url.partition("#")[0].partition("?")[0].partition("://")[2]
            name = unquote(path.rpartition("/")[2]) if "/" in path else ""
        return redact.text(name or redact.url(self.job.url))

    @property
    def size_bytes(self) -> int | None:
        """The file's length, None while unknown."""
        known = self.live.size_bytes if self.live else None
        return self.job.size_bytes if known is None else known

    @property
    def done_bytes(self) -> int:
        """How much of it is there. Before the server has answered, the manager believes nothing of it yet."""
        return (self.live and self.live.done_bytes) or self.job.done_bytes

    @property
    def ranges(self) -> RangeSet:
        """Which ranges of it are there."""
        return (self.live and self.live.done) or self.job.written

    @property
    def segments(self) -> tuple[SegmentView, ...]:
        """Which ranges are on their way."""
        return self.live.segments if self.live else ()

    @property
    def speed_bps(self) -> float:
        """Bytes per second, lately."""
        return self.live.speed_bps if self.live else 0.0

    @property
    def eta_s(self) -> float | None:
        """Seconds left, None if they cannot be said."""
        return self.live.eta_s if self.live else None

    @property
    def connections(self) -> int:
        """Requests in flight."""
        return self.live.connections if self.live else 0

    @property
    def words(self) -> str:
        """The state, its countdown, and a wish not in force yet: "waiting 12 s", "running, to be paused"."""
        words = self.state.value
        if self.live is not None and self.live.waiting_s is not None:
            words += f" {human.duration(self.live.waiting_s)}"
        match self.job.wanted:
            case Wanted.PAUSE if not self.state.ended:
                return f"{words}, to be paused"
            case Wanted.REMOVE:
                return f"{words}, to be removed"
            case Wanted.RUN if self.state is State.PAUSED:
                return f"{words}, to go on"
        return words

    @property
    def reason(self) -> str:
        """Why it waits, how it was degraded, why it failed, its limit; empty where there is nothing to say."""
        error = None if self.live or self.job.error is None else self.job.error.message
        why = self.live.reason if self.live else error
        rate = 0 if self.state.ended else self.job.max_bytes_per_sec
        return "; ".join(filter(None, (redact.text(why or ""), human.limit(rate) if rate else "")))

    @property
    def held_back(self) -> str:
        """What of ours or of its server holds it back most; empty where only the network does."""
        cause = self.why.causes[0] if self.why else None
        return "" if cause is None or cause.word in _FREE else redact.text(cause.sentence)


class Totals(Struct, frozen=True):
    """The sums of all jobs. size_bytes: None while one is unknown. left_bytes: of those that are to be fetched."""

    counts: dict[State, int]
    done_bytes: int
    size_bytes: int | None
    left_bytes: int | None
    speed_bps: float
    connections: int

    @property
    def jobs(self) -> int:
        """How many jobs there are."""
        return sum(self.counts.values())

    @property
    def eta_s(self) -> float | None:
        """Seconds left for all that is to be fetched, None if they cannot be said."""
        if self.left_bytes is None or self.speed_bps <= 0:
            return None
        return self.left_bytes / self.speed_bps

    @property
    def counted(self) -> tuple[str, ...]:
        """How many jobs are in which state: "24 jobs: 3 running", "21 done"."""
        several = "" if self.jobs == 1 else "s"
        words = [f"{count} {state.value}" for state, count in self.counts.items()]
        words[:1] = [f"{self.jobs} job{several}: {words[0]}"] if words else ["no jobs"]
        return tuple(words)

    @property
    def amount(self) -> str:
        """How much is there: "120 of 512 MiB (23 %)"."""
        amount = human.amount(self.done_bytes, self.size_bytes)
        if self.size_bytes is None:
            return amount
        return f"{amount} ({human.percent(self.done_bytes, self.size_bytes)})"

    @property
    def speeds(self) -> tuple[str, ...]:
        """How fast it goes: "88.1 MiB/s", "4 s left"; nothing while nothing is under way."""
        if not self.connections:
            return ()
        left = () if self.eta_s is None else (f"{human.duration(self.eta_s)} left",)
        return (human.speed(self.speed_bps), *left)


def positions_of(jobs: Iterable[ListedJob]) -> dict[int, int]:
    """Where each of these jobs stands, of those that are still to be done; from 1."""
    queue = sorted(job.order for job in jobs if job.to_be_done)
    return {job_id: number for number, (_, _, job_id) in enumerate(queue, start=1)}


def rows_of(
    jobs: Iterable[ListedJob],
    live: Live | None,
    positions: Mapping[int, int] = MappingProxyType({}),
) -> list[Row]:
    """The rows with what the picture says of them.

    What is over is not in work, whatever an older picture says, nor is what the manager has only taken note of.
    """
    views, told = (live.queue.jobs, live.explained) if live else ((), ())
    at_work = {view.id: view for view in views if view.state is not State.QUEUED}
    why = {each.id: each for each in told}
    return [
        Row(job, position=positions.get(job.id))
        if job.state.ended
        else Row(job, at_work.get(job.id), positions.get(job.id), why.get(job.id))
        for job in jobs
    ]


def totals_of(rows: Iterable[Row]) -> Totals:
    """The sums of these rows."""
    counts: Counter[State] = Counter()
    done = size = left = unknown = unknown_left = connections = 0
    speed_bps = 0.0
    for row in rows:
        counts[row.state] += 1
        speed_bps += row.speed_bps
        connections += row.connections
        row_done, row_size = row.done_bytes, row.size_bytes
        done += row_done
        if row_size is None:
            unknown += 1
            unknown_left += not row.state.ended
            continue
        size += row_size
        if not row.state.ended:
            left += max(row_size - row_done, 0)
    return Totals(
        counts={state: counts[state] for state in STATES if counts[state]},
        done_bytes=done,
        size_bytes=None if unknown else size,
        left_bytes=None if unknown_left else left,
        speed_bps=speed_bps,
        connections=connections,
    )
