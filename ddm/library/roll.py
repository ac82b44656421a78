"""The jobs that a program has in hand."""

from __future__ import annotations

from weakref import WeakValueDictionary

from msgspec.structs import replace

from ddm.core.view import JobView, recorded
from ddm.library.household import Household
from ddm.library.job import Job
from ddm.record import State


class Roll:
    """Tells the jobs that a program has in hand what becomes of them. What it drops is forgotten.

    jobs: by their numbers.
    """

    def __init__(self, house: Household) -> None:
        self.jobs: WeakValueDictionary[int, Job] = WeakValueDictionary()
        self._store = house.store
        house.listeners.on_state = self._on_state
        house.listeners.on_ended = self._on_ended
        house.listeners.on_settled = self._on_settled

    def _on_state(self, job_id: int, state: State) -> None:
        if not state.ended and (job := self.jobs.get(job_id)) is not None:
            job.goes_on()

    def _on_ended(self, view: JobView) -> None:
        if (job := self.jobs.get(view.id)) is not None:
            job.left(view)

    def _on_settled(self, job_id: int) -> None:
        """A wish came into force for a job that nobody worked on."""
        job = self.jobs.get(job_id)
        if job is None:
            return
        record = self._store.get(job_id)
        job.left(replace(job.view(), removed=True) if record is None else recorded(record))
