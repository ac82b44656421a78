"""What a watcher sees: the rows of the store and the manager's picture, looked at again and again, cheaply.

Of ten thousand rows only those that changed are read again. It also writes what the watcher wishes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from ddm.cli.watch.rows import Row, Totals, positions_of, rows_of, totals_of
from ddm.cli.working.opened import opened_database
from ddm.custody import Custody
from ddm.errors import HeldError
from ddm.live import Live, LiveReader
from ddm.record import Wanted
from ddm.store import poke
from ddm.store.database import Database
from ddm.store.jobs import JobStore
from ddm.store.listing import ListedJob, Listing

_TOUCH_EVERY_S = 1.0
# A transaction may be committed so long after its rows took the time.
_COMMIT_S = 2.0
# Clocks are set back, and then what was written seems to be old.
_ALL_EVERY_S = 30.0
# A key must not wait longer for another process that is writing.
_BUSY_S = 0.5
# A manager that was poked answers within a turn.
_ANSWER_S = 0.3
_ANSWER_POLL_S = 0.005


class Snapshot(Struct, frozen=True):
    """Everything at one moment. rows: in order of id. manager: who holds the queue, None if nobody does."""

    rows: Sequence[Row]
    live: Live | None
    manager: int | None
    time_s: float

    @property
    def totals(self) -> Totals:
        """The sums."""
        return totals_of(self.rows)


class Source:
    """Looks at one state directory; `watching` makes it."""

    def __init__(self, state_dir: Path, database: Database) -> None:
        database.wait_for_others(_BUSY_S)
        self._state_dir = state_dir
        self._listing = Listing(database)
        self._store = JobStore(database)
        self._reader = LiveReader(state_dir)
        self._jobs: dict[int, ListedJob] = {}
        self._positions: dict[int, int] = {}
        self._newest_s = 0.0
        self._stale = True
        self._all_due_s = self._touch_due_s = 0.0

    def look(self, now: float, ids: Sequence[int] = ()) -> Snapshot:
        """How it stands now. ids: only these jobs; none is all. now: on a clock that never jumps. Raises StateError."""
        if now >= self._touch_due_s:
            self._touch_due_s = now + _TOUCH_EVERY_S
            self._reader.touch()
        self._read(now)
        chosen = sorted(set(ids)) or self._jobs
        jobs = [self._jobs[job_id] for job_id in chosen if job_id in self._jobs]
        live = self._reader.look()
        return Snapshot(
            rows_of(jobs, live, self._positions), live, self._reader.manager(), time.time()
        )

    def await_manager(self, stories: Sequence[int] = ()) -> None:
        """Wait for the picture of a manager that is there, for a moment at most.

        stories: jobs in work whose stories are to be in it.
        """
        asked_s = time.time()
        self._reader.touch(stories)
        if self._reader.manager() is None:
            return
        poke.send(self._state_dir)
        until_s = time.monotonic() + _ANSWER_S
        while not self._is_answered(asked_s if stories else 0.0) and time.monotonic() < until_s:
            time.sleep(_ANSWER_POLL_S)

    def _is_answered(self, asked_s: float) -> bool:
        """Whether there is a picture that was drawn after that time: the question is answered by the next one."""
        live = self._reader.look()
        return live is not None and live.time_s >= asked_s

    @property
    def replaced(self) -> bool:
        """Whether the database is another file by now, so that it has to be opened again."""
        return self._listing.replaced()

    def pause(self, ids: Sequence[int]) -> Sequence[str]:
        """Let jobs rest that are not over; sentences for the user. Raises StateError."""
        self._store.wish(ids, Wanted.PAUSE)
        return self._put_in_force()

    def resume(self, ids: Sequence[int]) -> Sequence[str]:
        """Let jobs go on that rest or have failed; sentences for the user. Raises StateError."""
        self._store.resume(ids)
        return self._put_in_force()

    def _put_in_force(self) -> Sequence[str]:
        """Poke the manager; where there is none, be it for the moment that it takes."""
        self._stale = True
        poke.send(self._state_dir)
        with suppress(HeldError), Custody.take(self._state_dir) as custody:
            return custody.notices
        return ()

    def _read(self, now: float) -> None:
        if not self._listing.changed() and not self._stale:
            return
        self._stale = False
        if now < self._all_due_s:
            for job in self._listing.changed_since(self._newest_s - _COMMIT_S):
                self._jobs[job.id] = job
        if now >= self._all_due_s or self._listing.count() != len(self._jobs):
            self._all_due_s = now + _ALL_EVERY_S
            self._jobs = {job.id: job for job in self._listing.all()}
        self._positions = positions_of(self._jobs.values())
        self._newest_s = max((job.updated_s for job in self._jobs.values()), default=0.0)


@contextmanager
def watching(state_dir: Path) -> Iterator[Source]:
    """A source for the length of a `with` block. Raises StateError."""
    with opened_database() as database:
        yield Source(state_dir, database)
