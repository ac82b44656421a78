"""What happens, to be taken one after the other: a queue with a bound, for one consumer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from types import TracebackType
from typing import Self

from ddm.errors import ClosedError
from ddm.library.happenings import Happening, HostLate, Missed, OfJob, Progress, Started, Waiting
from ddm.library.job import Job
from ddm.library.pace import Pace
from ddm.library.waiting import Room, Waiter
from ddm.limits import STREAM_MAX


class Stream:
    """What happens to jobs; `Manager.events` makes it.

        async for happening in manager.events(job):
            match happening:
                case ddm.Progress(view):
                    print(view.done_bytes, view.size_bytes)
                case ddm.Waiting(view):
                    print("waits:", view.reason)

    Where no loop turns the manager a plain `for` does the same, and turns it.

    It begins with how things stand: Started for each job in work, and of jobs that were named also what they ended
    with, if they are over, or Paused. It ends when all of the named jobs are over, and any stream when its manager is
    closed.

    Nobody is slowed by who takes nothing: a Progress or Waiting that was not taken gives way to a newer one of the same
    job, and of all together `limits.STREAM_MAX` are kept; then the oldest goes, and Missed says how many did. A stream
    that nobody holds any more is closed.

    pace: how often progress is told.
    """

    def __init__(
        self, room: Room, jobs: tuple[Job, ...], pace: Pace, turn: Callable[[], object]
    ) -> None:
        """Jobs: whose it is; all that there are if none is named. turn: the manager, where no loop does."""
        self.pace = pace
        self._turn = turn
        self._room = room
        self._jobs = jobs
        self._open = list(jobs)  # of these the last may be over, see `over`
        self._unnumbered = list(jobs)
        self._ids: set[int] = set()
        self._some: OrderedDict[object, Happening] = OrderedDict()
        self._missed = self._count = 0
        self._waiters: set[Waiter] = set()
        self._callback: Callable[[Stream], object] | None = None
        self._calling = False
        self._closed = False

    # -- for who takes -----------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        """Itself: what one loop has taken is not there for another."""
        return self

    async def __anext__(self) -> Happening:
        """The next one. Raises StopAsyncIteration at the end; StateError if the queue broke."""
        while not self._some:
            if self.over:
                self._check()
                raise StopAsyncIteration
            with self._room.waiter(self._waiters) as waiter:
                await waiter
        return self._next()

    def __iter__(self) -> Self:
        """Itself, as `__aiter__`."""
        return self

    def __next__(self) -> Happening:
        """The next one, turning the manager. Raises StopIteration at the end; StateError if the queue broke.

        UsageError where a loop turns it: `async for` is for that, or `take`.
        """
        while not self._some:
            if self.over:
                self._check()
                raise StopIteration
            self._turn()
        return self._next()

    def take(self) -> list[Happening]:
        """All that was not taken yet, the oldest first. Never waits."""
        missed, some = self._take_missed(), list(self._some.values())
        self._some.clear()
        return some if missed is None else [missed, *some]

    def when_some(self, callback: Callable[[Stream], object]) -> None:
        """Call this with it, in the loop, after each turn that brought something to take; instead of an earlier one.

        The stream need not be kept then; `close` ends it.
        """
        self._callback = callback
        self._room.called.add(self)
        if self._some:
            self._call_soon()

    @property
    def over(self) -> bool:
        """Whether nothing more will happen. There may still be something to take."""
        if self._closed or self._room.error is not None:
            return True
        while self._open and self._open[-1].over:
            self._open.pop()
        if not self._open:  # one that had failed may go on again
            self._open = [job for job in self._jobs if not job.over]
        return bool(self._jobs) and not self._open

    def close(self) -> None:
        """Drop what was not taken, and hear of nothing more; again is no error."""
        self._closed = True
        self._room.called.discard(self)
        self._some.clear()
        self._wake()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- for who tells -----------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    def number(self) -> None:
        """Jobs may have got their numbers."""
        if self._unnumbered:
            self._ids.update(job.id for job in self._unnumbered if job.id is not None)
            self._unnumbered = [job for job in self._unnumbered if job.id is None]

    def wants(self, job_id: int) -> bool:
        """Whether a job is one of this stream's."""
        return not self._jobs or job_id in self._ids

    def offer(self, happening: OfJob) -> None:
        """Something happened to a job, maybe one of this stream's."""
        job_id = happening.job_id
        if not self.wants(job_id):
            return
        match happening:
            case Progress() | Waiting():
                self._keep((type(happening), job_id), happening)
                return
            case Started(view):
                self.pace.begin(view)
            case _:
                self.pace.end(job_id)
        self._count += 1
        self._keep(self._count, happening)

    def late(self, late_s: float) -> None:
        """The loop that turns the manager was late."""
        before = self._some.get(HostLate)
        worst_s = max(before.late_s, late_s) if isinstance(before, HostLate) else late_s
        self._keep(HostLate, HostLate(worst_s))

    # -- inside ------------------------------------------------------------------------------------

    def _keep(self, key: object, happening: Happening) -> None:
        """Keep it as the newest, in the place of what has the same key."""
        if self._closed:
            return
        self._some[key] = happening
        self._some.move_to_end(key)
        if len(self._some) > STREAM_MAX:
            self._some.popitem(last=False)
            self._missed += 1
        self._wake()

    def _next(self) -> Happening:
        return self._take_missed() or self._some.popitem(last=False)[1]

    def _take_missed(self) -> Missed | None:
        count, self._missed = self._missed, 0
        return Missed(count) if count else None

    def _wake(self) -> None:
        for waiter in tuple(self._waiters):
            waiter.wake()
        if self._callback is not None and not self._calling:
            self._call_soon()

    def _call_soon(self) -> None:
        self._calling = True
        self._room.call_soon(self._call)

    def _call(self) -> None:
        """Let the callback take what there is."""
        self._calling = False
        if self.over:
            self._room.called.discard(self)
        if self._callback is not None and not self._closed:
            self._callback(self)

    def _check(self) -> None:
        """Raises what went wrong, where that is why nothing more will be there to take."""
        error = self._room.error
        if not (error is None or self._closed or isinstance(error, ClosedError)):
            raise error
