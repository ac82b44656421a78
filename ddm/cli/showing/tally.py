"""How far this command is: the jobs that have ended, those in work, and their sums."""

from __future__ import annotations

from collections.abc import Callable, Collection

from msgspec import Struct

from ddm.cli.showing import human
from ddm.cli.showing.outcome import Outcome
from ddm.core.view import JobView, QueueView


class Picture(Struct, frozen=True):
    """Everything that a face may draw, at one moment.

    jobs: those in work. done, failed: how many are over; total: how many there are.
    size_bytes: of all jobs together, None while one of them is unknown.
    """

    jobs: tuple[JobView, ...]
    done: int
    failed: int
    total: int
    done_bytes: int
    size_bytes: int | None
    speed_bps: float
    connections: int

    @property
    def eta_s(self) -> float | None:
        """Seconds left for all of it, None if they cannot be said."""
        if self.size_bytes is None or self.speed_bps <= 0:
            return None
        return max(self.size_bytes - self.done_bytes, 0) / self.speed_bps

    @property
    def words(self) -> tuple[str, ...]:
        """The sums: "3 of 24 done", "120 of 512 MiB (23 %)", "88.1 MiB/s", "4 s left"."""
        amount = human.amount(self.done_bytes, self.size_bytes)
        if self.size_bytes is not None:
            amount += f" ({human.percent(self.done_bytes, self.size_bytes)})"
        words = [f"{self.done} of {self.total} done"]
        if self.failed:
            words.append(f"{self.failed} failed")
        words += [amount, human.speed(self.speed_bps)]
        if self.eta_s is not None:
            words.append(f"{human.duration(self.eta_s)} left")
        return tuple(words)


class Tally:
    """Counts the jobs of one command.

    outcomes: of the jobs that are over, by id, in the order in which they ended.
    left: asked for how many are not over yet, those in work included.
    checking: jobs whose file was there before; they only ask whether it still is the server's.
    """

    def __init__(self) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self.checking: set[int] = set()
        self.left: Callable[[], int] = lambda: 0

    def expect(self, ids: Collection[int]) -> None:
        """These jobs are all there is."""
        self.left = lambda: sum(job_id not in self.outcomes for job_id in ids)

    def picture(self, queue: QueueView) -> Picture:
        """The picture of now. A job that was paused, or that failed, may be in work again."""
        jobs = tuple(job for job in queue.jobs if not self._done(job.id))
        again = {job.id for job in jobs}
        ended = [outcome for job_id, outcome in self.outcomes.items() if job_id not in again]
        left = max(self.left(), len(jobs))
        done = sum(outcome.path is not None for outcome in ended)
        ended_bytes = sum(outcome.done_bytes for outcome in ended)
        sizes = [job.size_bytes for job in jobs if job.size_bytes is not None]
        return Picture(
            jobs=jobs,
            done=done,
            failed=len(ended) - done,
            total=len(ended) + left,
            done_bytes=ended_bytes + sum(job.done_bytes for job in jobs),
            size_bytes=ended_bytes + sum(sizes) if len(sizes) == left else None,
            speed_bps=queue.speed_bps,
            connections=queue.connections,
        )

    def _done(self, job_id: int) -> bool:
        outcome = self.outcomes.get(job_id)
        return outcome is not None and outcome.path is not None
