"""Who has how many connections, by the network's own count; never more than the limits say, at any instant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ddm.limits import Limits
from ddm.spec import JobSpec
from ddm.testing.reply import Sent
from ddm.testing.story import Story


def origin_of(url: str) -> str:
    """What shares a budget (RFC 6454)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Started:
    """One transfer that was started. beside: how many its job had already."""

    job: int
    origin: str
    beside: int


class Connections:
    """Fits `network.Onlooker`.

    started_now: since `end_turn`.
    """

    def __init__(
        self,
        limits: Limits,
        jobs: Mapping[int, JobSpec],
        job_of: Callable[[str], int],
        story: Story,
    ) -> None:
        self._limits = limits
        self._jobs = jobs
        self._job_of = job_of
        self._story = story
        self._live: dict[int, Started] = {}
        self._by_job: Counter[int] = Counter()
        self._by_origin: Counter[str] = Counter()
        self._had_one: set[int] = set()
        self.started_now: list[Started] = []
        self.most = 0

    def started(self, transfer_id: int, sent: Sent) -> None:  # noqa: D102 - as network.Onlooker has it
        job, origin = self._job_of(sent.url), origin_of(sent.url)
        self._live[transfer_id] = begun = Started(job, origin, self._by_job[job])
        self.started_now.append(begun)
        self._by_job[job] += 1
        self._by_origin[origin] += 1
        self._had_one.add(job)
        self.most = max(self.most, len(self._live))
        spec, limits = self._jobs[job], self._limits
        segments = min(spec.max_segments or limits.max_segments, limits.max_segments)
        self._bound(len(self._live), limits.max_total_connections, "in all")
        self._bound(self._by_origin[origin], self.ceiling(origin), f"to {origin}")
        self._bound(self._by_job[job], segments, f"for job {job}")

    def shortened(self, transfer_id: int, stop: int) -> None:
        """A transfer is one as long as it lasts."""

    def ended(self, transfer_id: int, now: float) -> None:  # noqa: ARG002
        """See `network.Onlooker`."""
        gone = self._live.pop(transfer_id)
        self._by_job[gone.job] -= 1
        self._by_origin[gone.origin] -= 1

    def end_turn(self) -> Sequence[Started]:
        """What was started in it."""
        started, self.started_now = self.started_now, []
        return started

    def of(self, job: int) -> int:
        """How many a job has."""
        return self._by_job[job]

    def at(self, origin: str) -> int:
        """How many there are to an origin."""
        return self._by_origin[origin]

    def ceiling(self, origin: str) -> int:
        """How many there may be."""
        parts = urlsplit(origin)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        own = self._limits.hosts.get(f"{parts.scheme}:{parts.hostname}:{port}")
        return self._limits.max_connections_per_host if own is None else own.max_connections

    def had_one(self, job: int) -> bool:
        """Whether a job ever had a connection."""
        return job in self._had_one

    def _bound(self, count: int, most: int, what: str) -> None:
        if count > most:
            raise self._story.violation(f"{count} connections {what}, {most} are allowed")
