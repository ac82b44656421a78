"""Who may take bytes now, and who waits for the next tick: fair between jobs, whatever connections each has.

One bucket is for all bodies together, and each job has a share of it; a job with a limit of its own has a
bucket of its own besides. A block is taken from all of them. Each tick what has come is divided between the
jobs; one that does not wait keeps no more than a tick's share, and what it leaves goes to the others. The
transfers of a job take turns.

Where there is no limit, nothing of this is asked: `Share.limited`.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from ddm.multi.rate import TICK_S, TokenBucket, divide

Waiter = TypeVar("Waiter")

# Below this reading costs more than smoothness is worth; libcurl takes no less than 1 KiB.
_READ_LEAST_BYTES = 4096


class Share(Generic[Waiter]):
    """One job's. tokens: of the bucket of all. own: of its own limit. waiting: the longest waiting first.

    queued: whether the throttle knows that somebody waits.
    """

    __slots__ = ("_throttle", "job_id", "own", "queued", "tokens", "transfers", "waiting")

    def __init__(
        self, throttle: Throttle[Waiter], job_id: int, own: TokenBucket | None, tokens: float
    ) -> None:
        self._throttle = throttle
        self.job_id = job_id
        self.own = own
        self.tokens = tokens
        self.transfers = 0
        self.queued = False
        self.waiting: deque[Waiter] = deque()

    @property
    def limited(self) -> bool:
        """Whether there is a limit now, so that every block has to be taken."""
        return self.own is not None or self._throttle.limited

    @property
    def open(self) -> bool:
        """Whether something may be taken now."""
        if self.own is not None and self.own.tokens <= 0:
            return False
        total = self._throttle.total
        if total is not None and (self.tokens <= 0 or total.tokens <= 0):
            return False
        return not self._throttle.shut()

    def take(self, size_bytes: int) -> bool:
        """Take a block if it is open."""
        if not self.open:
            return False
        if self.own is not None:
            self.own.tokens -= size_bytes
        if self._throttle.total is not None:
            self._throttle.total.tokens -= size_bytes
            self.tokens -= size_bytes
        return True

    def wait(self, waiter: Waiter) -> None:
        """Let one wait until it is open again; `Throttle.pour` tells."""
        self.waiting.append(waiter)
        self._throttle.queue(self)


class Throttle(Generic[Waiter]):
    """The shares of all jobs that have transfers.

    shut: whether all have to wait whatever there is in the buckets: nobody has room for bytes.
    """

    def __init__(self, max_bytes_per_sec: int, now: float) -> None:
        self.total = TokenBucket(max_bytes_per_sec) if max_bytes_per_sec else None
        self.shut: Callable[[], bool] = _never
        self._own: dict[int, TokenBucket] = {}
        self._shares: dict[int, Share[Waiter]] = {}
        self._queue: deque[Share[Waiter]] = deque()  # the one that has waited the longest first
        self._filled_at = now
        self._due_s = now + TICK_S
        self._awaited = (
            False  # the next tick: somebody waits for it, or went on at the last and may wait again
        )

    @property
    def limited(self) -> bool:
        """Whether all jobs are limited now."""
        return self.total is not None or self.shut()

    @property
    def due_s(self) -> float | None:
        """When `pour` has to be called; None while nobody waits."""
        return self._due_s if self._queue or self._awaited else None

    def queue(self, share: Share[Waiter]) -> None:
        """Somebody waits for this share."""
        if not share.queued:
            share.queued = True
            self._queue.append(share)

    def join(self, job_id: int) -> Share[Waiter]:
        """One more transfer of a job; its share."""
        share = self._shares.get(job_id)
        if share is None:
            share = Share(self, job_id, self._own.get(job_id), 0.0)
            self._shares[job_id] = share
            if self.total is not None:
                share.tokens = max(0.0, min(self._spare(), self._kept()))
        share.transfers += 1
        return share

    def leave(self, share: Share[Waiter], waiter: Waiter) -> None:
        """A transfer of a job is over."""
        if waiter in share.waiting:
            share.waiting.remove(waiter)
        share.transfers -= 1
        if share.transfers == 0:
            del self._shares[share.job_id]

    def set_rate(self, job_id: int | None, max_bytes_per_sec: int, now: float) -> None:
        """Limit one job, or all together; 0 takes a limit off."""
        bucket = TokenBucket(max_bytes_per_sec) if max_bytes_per_sec else None
        if job_id is None:
            self.total = bucket
            for share in self._shares.values():
                share.tokens = 0.0
        else:
            if bucket is None:
                self._own.pop(job_id, None)
            else:
                self._own[job_id] = bucket
            if job_id in self._shares:
                self._shares[job_id].own = bucket
        self._due_s = now

    def read_bytes(self, share: Share[Waiter]) -> float:
        """What a transfer of this job should read at once: no more than a tick brings, for smoothness."""
        rates = [share.own.bytes_per_s] if share.own else []
        if self.total is not None:
            rates.append(self.total.bytes_per_s // len(self._shares))
        return max(_READ_LEAST_BYTES, min(rates) * TICK_S) if rates else math.inf

    def pour(self, now: float) -> Iterator[Waiter]:
        """Fill the buckets if a tick is over; who may go on. Each is to take what it waited for, or wait again."""
        idle = self.due_s is None and self.total is None and not self._own
        if idle or now < self._due_s:
            return
        self._fill(now - self._filled_at)
        self._filled_at, self._due_s = now, now + TICK_S
        self._awaited = bool(self._queue)
        passed_over = []
        while self._queue:
            share = self._queue.popleft()
            share.queued = False
            if share.waiting and share.open:
                yield share.waiting.popleft()  # one of each job, then the next
            elif share.waiting:
                share.queued = True
                passed_over.append(share)
            if share.waiting:
                self.queue(share)
        self._queue.extendleft(reversed(passed_over))

    def _fill(self, elapsed_s: float) -> None:
        """Divide what has come. After a silence, when no tick was due, nobody has waited for all of it."""
        shut, shares = self.shut(), list(self._shares.values())
        for job_id, own in self._own.items():
            share = self._shares.get(job_id)
            waited = share is not None and bool(share.waiting) and own.tokens <= 0 and not shut
            own.fill(elapsed_s, waited=waited and self._awaited)
        if self.total is None:
            return
        wanting = {
            share.job_id
            for share in shares
            if share.waiting and not shut and (share.own is None or share.own.tokens > 0)
        }
        self.total.fill(elapsed_s, waited=bool(wanting) and self._awaited)
        rooms, kept = [], self._kept()
        for share in shares:
            if share.job_id in wanting:
                useful = math.inf if share.own is None else share.own.tokens
            else:
                useful = kept
                share.tokens = min(share.tokens, kept)
            rooms.append(useful - share.tokens)
        for share, part in zip(shares, divide(self._spare(), rooms), strict=True):
            share.tokens += part

    def _spare(self) -> float:
        """What no job's share holds; negative where jobs have left with a debt."""
        held = sum(share.tokens for share in self._shares.values())
        return 0.0 if self.total is None else self.total.tokens - held

    def _kept(self) -> float:
        """What a job that does not wait may keep."""
        if self.total is None:
            return 0.0
        return self.total.bytes_per_s * TICK_S / max(1, len(self._shares))


def _never() -> bool:
    return False
