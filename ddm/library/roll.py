"""The jobs that a program has in hand; what the house tells of jobs comes in here, and goes on to streams."""

from __future__ import annotations

from weakref import WeakValueDictionary

from msgspec.structs import replace

from ddm.core.view import JobView, recorded
from ddm.library.household import Household
from ddm.library.job import Job
from ddm.library.teller import Teller
from ddm.record import JobRecord, State


class Roll:
    """Tells the jobs that a program has in hand what becomes of them, then streams. What it drops is forgotten.

    jobs: by their numbers.
    """

    def __init__(self, house: Household, teller: Teller) -> None:
        """The teller is told what is told here, while it listens."""
        self.jobs: WeakValueDictionary[int, Job] = WeakValueDictionary()
        self._store = house.store
        self._teller = teller
        house.listeners.on_state = self._on_state
        house.listeners.on_ended = self._on_ended
        house.listeners.on_settled = self._on_settled
        house.listeners.on_late = teller.on_late

    def _on_state(self, job_id: int, state: State) -> None:
        if not state.ended and (job := self.jobs.get(job_id)) is not None:
            job.goes_on()
        if self._teller.listens:
            self._teller.on_state(job_id, state)

    def _on_ended(self, view: JobView) -> None:
        if (job := self.jobs.get(view.id)) is not None:
            job.left(view)
        if self._teller.listens:
            self._teller.on_ended(view)

    def _on_settled(self, record: JobRecord) -> None:
        """A wish came into force for a job that nobody worked on."""
        job = self.jobs.get(record.id)
        if job is None and not self._teller.listens:
            return
        now = self._store.get(record.id)
        view = replace(recorded(record), removed=True) if now is None else recorded(now)
        if job is not None:
            job.left(view)
        if self._teller.listens:
            self._teller.on_settled(record, view)
