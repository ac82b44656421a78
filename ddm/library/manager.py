"""The one public object: a queue that is worked on in whatever loop there is.

    with ddm.Manager.open(None) as manager:
        job = manager.add("https://example.org/image.iso", "downloads/")
        manager.wait(job)
        print(job.result())

Nothing here waits, but for `open` and `wait`. All calls are for the thread that turns it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Self, Unpack

from ddm.core.causes import Explanation, Told
from ddm.core.view import JobView, QueueView, recorded
from ddm.errors import ClosedError, UsageError
from ddm.library import forks
from ddm.library.desk import Adding, Deed, Desk, Wishing
from ddm.library.gate import Gate
from ddm.library.household import Household
from ddm.library.job import Job
from ddm.library.probe import Probe, Probes
from ddm.library.roll import Roll
from ddm.library.scope import Scope
from ddm.library.stream import Stream
from ddm.library.teller import Teller
from ddm.library.views import views_of
from ddm.library.waiting import Host, Pending, Room
from ddm.limits import Limits
from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.specs import Options, check, spec_of
from ddm.turns import TurnFigures

_LIMITS = Limits()


class Manager:
    """Works on the queue of a state directory. `open` makes it; it is a context manager.

    notices: sentences for the user about what was found when it was opened.
    """

    def __init__(self, house: Household, *, turn_budget_s: float | None = None) -> None:
        """Take over a house that was opened."""
        self._house = house
        self._budget_given = turn_budget_s is not None
        if turn_budget_s is not None:
            house.share(turn_budget_s)
        self._desk = Desk(house)
        self._room = Room()
        self._gate = Gate(house, self._room)
        self._teller = Teller(house, self._room, lambda: self._gate.wait_a_turn(self.turn))
        self._jobs = Roll(house, self._teller).jobs
        self._probes = Probes(house, self._room)
        self._closed = False
        self._quiet = self._room.when(lambda: self.idle)
        self.notices: tuple[str, ...] = house.notices
        house.work_on(None)
        house.reactor.join(self._room)

    @classmethod
    def open(
        cls,
        state_dir: str | os.PathLike[str] | None,
        limits: Limits = _LIMITS,
        *,
        turn_budget_s: float | None = None,
    ) -> Self:
        """Begin with the queue of a state directory, made if need be; None keeps the jobs in memory.

        turn_budget_s: what a turn should take at most, for the loop of somebody else. Raises HeldError if another
        process, or another manager of this one, works on that queue; StateError.
        """
        from ddm.house import House  # noqa: PLC0415 - libcurl, which a rehearsal does without

        directory = None if state_dir is None else Path(state_dir).absolute()
        forks.check(directory)
        manager = cls(House.open(directory, limits), turn_budget_s=turn_budget_s)
        forks.watch(manager, directory)
        return manager

    def close(self) -> None:
        """Drop what is under way and leave, at once; again is no error.

        Every job keeps what it has, and goes on when the queue is opened again, but for one in memory. Who waits gets
        ClosedError. Raises BusyError if jobs that were added since the last turn could not be written.
        """
        try:
            if not self._closed:
                self._closed = True
                self._room.end(ClosedError("the manager was closed; its jobs keep what they have"))
                if self._room.host is not None:
                    self._room.host.detach()
                if not self._gate.broken:
                    self._desk.clear()
        finally:
            self._probes.close()
            self._house.close()
            self._jobs.clear()
            forks.forget(self)

    def left_behind(self, error: UsageError) -> None:
        """See forks.Owned."""
        self._closed, self._room.error = True, error
        self._house.let_go()
        self._house = forks.gone(self._house, error)
        self._probes = forks.gone(self._probes, error)
        self._gate = Gate(self._house, self._room)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the queue ---------------------------------------------------------------------------------

    def add(
        self, url: str | JobSpec, dest: str | os.PathLike[str] = ".", **options: Unpack[Options]
    ) -> Job:
        """Queue a download; see `specs.spec_of` for `dest` and the options, which a JobSpec has in itself.

        It is on the disk a moment later. Raises UsageError for what makes no sense.
        """
        if isinstance(url, JobSpec):
            check((spec := url,))
        else:
            spec = spec_of(url, dest, **options)
        job = Job(self, self._room, spec, None)
        self._ask(Adding(job, self._jobs))
        return job

    def probe(self, url: str, **options: Unpack[Options]) -> Probe:
        """Ask what a file is: its name, size, validators, digests. No job is made, no file, and nothing is fetched.

        Its connections are not counted with those of jobs. Raises UsageError for what makes no sense.
        """
        return self._probes.ask(url, **options)

    def scope(self) -> Scope:
        """An `async with` block, or a plain one without a loop, whose jobs are over when it is; see `Scope`."""
        return Scope(self, self._room)

    def job(self, job_id: int) -> Job:
        """A job of the queue, by its number. Raises UsageError if there is none."""
        self._room.check()
        known = self._jobs.get(job_id)
        if known is not None:
            return known
        record = self._house.store.get(job_id)
        if record is None:
            raise UsageError(f"there is no job {job_id}")
        job = self._jobs[job_id] = Job(self, self._room, record.spec, job_id)
        if record.state in (State.DONE, State.FAILED):
            job.left(recorded(record))
        return job

    def pause(self, *jobs: Job | int) -> None:
        """Let jobs rest until they are resumed; what was fetched is kept."""
        self._ask(Wishing(self._handles(jobs), Wanted.PAUSE))

    def resume(self, *jobs: Job | int) -> None:
        """Let paused and failed jobs go on."""
        handles = self._handles(jobs)
        for job in handles:
            job.goes_on()
        self._ask(Wishing(handles, Wanted.RUN))

    def remove(self, *jobs: Job | int, delete_files: bool = False) -> None:
        """Take jobs out of the queue; with delete_files also what they fetched, finished files too."""
        self._ask(Wishing(self._handles(jobs), Wanted.REMOVE, delete_files=delete_files))

    def _ask(self, deed: Deed) -> None:
        self._room.check()
        self._desk.ask(deed)

    def _handles(self, jobs: Iterable[Job | int]) -> tuple[Job, ...]:
        return tuple(self.job(each) if isinstance(each, int) else each for each in jobs)

    # -- what there is to see ----------------------------------------------------------------------

    def view(self) -> QueueView:
        """The jobs in work as they stand, and what they share."""
        return self._house.view()

    def views(self) -> tuple[JobView, ...]:
        """Every job there is: those that are over, the oldest first, then the queue in its order.

        10,000 rows take an eighth of a second of CPU, so it is nothing for every turn. Raises StateError.
        """
        self._room.check()
        return views_of(self._house.store.listed(), self._house.view().jobs)

    def picture(self, job: Job) -> JobView | None:
        """A job as it stands; None while it has no row."""
        if job.id is None:
            return None
        found = self._house.picture(job.id)
        if found is not None or self._closed:
            return found
        record = self._house.store.get(job.id)
        return None if record is None else recorded(record)

    def explain(self, job: Job | int) -> Explanation | None:
        """Why a job in work is as fast as it is; None for any other."""
        job_id = job if isinstance(job, int) else job.id
        return None if job_id is None else self._house.explain(job_id)

    def story(self, job: Job | int) -> tuple[Told, ...]:
        """What happened to a job in work lately, the oldest first; nothing for any other."""
        job_id = job if isinstance(job, int) else job.id
        found = None if job_id is None else self._house.explain(job_id, story=True)
        return () if found is None else found.story

    def turns(self) -> TurnFigures:
        """What the turns took so far."""
        return self._house.turns()

    def events(self, *jobs: Job | int, progress_per_s: float = 4.0) -> Stream:
        """What happens to these jobs, or to all that there are and come; see `Stream`.

        progress_per_s: how often Progress is told of a job at most, up to 20; 0 is never. Raises UsageError.
        """
        return self._teller.open(self._handles(jobs), progress_per_s)

    # -- until something is over -------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do: every job is done, has failed, or rests."""
        return not self._desk and self._house.idle

    def quiet(self) -> Pending[None]:
        """To wait for: until nothing is left to do."""
        return self._quiet

    def stop(self) -> Pending[None]:
        """Begin nothing more, and let every job keep what it has and go back to the queue. To wait for: until it has.

        After that this manager does nothing any more but be closed.
        """
        self._house.stop()
        self._quiet.when_over(lambda _: self._room.end(ClosedError("the manager was stopped")))
        return self._quiet

    def wait(self, *pending: Pending[object], timeout_s: float | None = None) -> bool:
        """Turn until all of these are over, at most so long; whether they are. For who has no loop.

        Raises UsageError where it is embedded in a loop that has coroutines: await them there.
        """
        return self._gate.wait(pending, timeout_s, self.turn)

    # -- the loop ----------------------------------------------------------------------------------

    def fileno(self) -> int:
        """A descriptor that is readable when a turn has something to do. It stays the same until `close`."""
        return self._house.fileno()

    def deadline(self) -> float | None:
        """When a turn is due at the latest, in seconds of `time.monotonic`; None if `fileno` says it all.

        To be asked again after each turn: what is asked of the manager in between makes `fileno` readable.
        """
        return self._house.reactor.due()

    def turn(self, wait_s: float | None = 0.0) -> None:
        """Wait for something to do, at most so many seconds (None: as long as it takes), and do it.

        Raises StateError, after which it can only be closed: the database is gone, damaged, or its disk full. So it is
        after KeyboardInterrupt, if there was more to do than to wait. UsageError within a turn; what a callback of
        yours raises (`when_over`).
        """
        self._gate.turn(wait_s)

    def enter_loop(self, host: Host, turn_budget_s: float) -> None:
        """Be turned by this loop from now on; `ddm.embed` calls it. Raises UsageError if another one turns it.

        turn_budget_s: what a turn should take at most, where `open` was not told.
        """
        if self._room.host is not None:
            raise UsageError(f"{self._room.host.name} turns this manager already")
        self._room.host = host
        self._house.reactor.turns.lateness.hosted_by(host.name)
        if not self._budget_given:
            self._house.share(turn_budget_s)

    def leave_loop(self, error: BaseException | None = None) -> None:
        """Nobody turns it any more; error: why not, if it cannot be turned again."""
        self._room.host = None
        self._house.reactor.turns.lateness.hosted_by("")
        if error is not None:
            self._room.end(error)
