"""`-v`: what happens to each job, as lines; `-vv`: each request that failed, too.

A member of the reactor. What the log is told, it hears; names, waits and degradations it takes from the
manager's picture, which it asks for only when there is something to tell, or twice a second.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ddm import redact
from ddm.cli.showing import human
from ddm.cli.showing.face import Face
from ddm.core.view import JobView, QueueView
from ddm.log import Value
from ddm.record import State

_LOOK_EVERY_S = 0.5
# What became of a job is told without -v.
_TOLD_ANYHOW = {state.value for state in State if state.ended}


class Narrator:
    """Tells a face. view: asked for the picture, None while there is nothing to look at."""

    def __init__(self, face: Face, verbosity: int) -> None:
        self.view: Callable[[], QueueView] | None = None
        self._face = face
        self._verbosity = verbosity
        self._heard: list[tuple[str, Mapping[str, Value]]] = []
        self._names: dict[Value, str] = {}
        self._reasons: dict[int, str] = {}
        self._due = 0.0

    def hear(self, event: str, fields: Mapping[str, Value]) -> None:
        """Something that the log is told."""
        if (self._verbosity and event == "job") or (self._verbosity > 1 and event == "transfer"):
            self._heard.append((event, fields))

    def deadline(self) -> float | None:
        """See reactor.Member: what there is to tell happens in somebody else's turn."""
        return None

    def run(self, now: float) -> None:
        """See reactor.Member."""
        if not self._verbosity or self.view is None or (not self._heard and now < self._due):
            return
        self._due = now + _LOOK_EVERY_S
        jobs = {job.id: job for job in self.view().jobs}
        self._names |= {job_id: job.name or job.url for job_id, job in jobs.items()}
        heard, self._heard = self._heard, []
        for event, fields in heard:
            if event == "job":
                self._tell_state(fields, jobs)
            else:
                label = self._label(fields.get("job"))
                self._say(f"{label}: a request failed ({fields.get('kind')}): {fields.get('why')}")
        for job in jobs.values():
            if (
                job.reason
                and job.state is State.RUNNING
                and self._reasons.get(job.id) != job.reason
            ):
                self._say(f"{self._names[job.id]}: {job.reason}")
                self._reasons[job.id] = job.reason

    def _tell_state(self, fields: Mapping[str, Value], jobs: Mapping[int, JobView]) -> None:
        number, state, why = fields.get("job"), fields.get("state"), fields.get("why")
        if state in _TOLD_ANYHOW or not isinstance(number, int):
            return
        words = str(state)
        job = jobs.get(number)
        if job is not None and job.state.value == state:
            if job.state is State.RUNNING:
                words += f", {human.amount(job.done_bytes, job.size_bytes)}"
            if job.waiting_s is not None:
                words += f" {human.duration(job.waiting_s)}"
        self._say(f"{self._label(number)}: {words}{f': {why}' if why else ''}")

    def _label(self, number: Value) -> str:
        return self._names.get(number, f"job {number}")

    def _say(self, sentence: str) -> None:
        self._face.note(redact.text(sentence))
