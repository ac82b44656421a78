"""Other processes: they add jobs and wish something for them, and it has to come true."""

from __future__ import annotations

from ddm.limits import BUSY_RETRY_S, PUBLISH_WAIT_S
from ddm.record import JobRecord, State, Wanted
from ddm.store.jobs import JobStore
from ddm.testing import errands, log
from ddm.testing.scenario import Scenario, What, Wish
from ddm.testing.story import Story

# In the turn after it a wish is told to who works on the job, in the next it is in force.
_TURNS_MAX = 3
# A file that is whole waits for its name so long, for a database that was busy, and for two syncs of its log. It is
# synced and its directory is, or closed and then removed, each perhaps after another sync.
_NAME_S = PUBLISH_WAIT_S + 2 * BUSY_RETRY_S + 2 * log.LONGEST_S + 4 * errands.LONGEST_S


class Users:
    """What they do, turn by turn."""

    def __init__(self, scenario: Scenario, jobs: JobStore, story: Story) -> None:
        self._jobs = jobs
        self._story = story
        self._patient = bool(scenario.store_faults or scenario.nth or scenario.disk_faults)
        self._wishes = list(scenario.wishes)
        late = len(scenario.jobs) - len(scenario.added)
        self._late = list(zip(scenario.added, scenario.jobs[late:], strict=True))
        self._last: dict[int, What] = {}
        self._wished_turn: int | None = None
        self._wished_s = 0.0
        jobs.add(scenario.jobs[:late])

    @property
    def turn(self) -> int | None:
        """When they do something next; None if never."""
        turns = [wish.turn for wish in self._wishes[:1]] + [turn for turn, _ in self._late[:1]]
        return min(turns, default=None)

    def act(self, turn: int) -> None:
        """Do the next thing."""
        if self._late and self._late[0][0] == self.turn:
            _, spec = self._late.pop(0)
            self._story.tell(f"somebody adds {spec.url} as job {self._jobs.add([spec])[0]}")
            return
        wish = self._wishes.pop(0)
        job_id = wish.job + 1
        if self._jobs.get(job_id) is None:
            return
        self._story.tell(f"somebody wishes job {job_id} to {wish.what}")
        self._wished_turn, self._wished_s = turn, self._story.now
        self._wish(wish, job_id)

    def _wish(self, wish: Wish, job_id: int) -> None:
        match wish.what:
            case "pause":
                self._jobs.wish([job_id], Wanted.PAUSE)
            case "resume":
                self._jobs.resume([job_id])
            case "remove" | "delete":
                self._jobs.wish([job_id], Wanted.REMOVE, delete_files=wish.what == "delete")
            case "check":
                if not self._jobs.check_again(job_id):
                    return
        self._last[job_id] = wish.what

    # -- promises ----------------------------------------------------------------------------------

    def check(self, turn: int) -> None:
        """A wish comes true in no time, unless the file is just getting its name."""
        if self._wished_turn is None or turn <= self._wished_turn + _TURNS_MAX or self._patient:
            return
        if self._story.now <= self._wished_s + _NAME_S:
            return
        open_ = [record for record in self._jobs.wishes() if record.state is not State.FINISHING]
        if open_:
            raise self._story.violation(f"job {open_[0].id}: {open_[0].wanted.value} is not heeded")
        self._wished_turn = None

    def interrupted(self) -> None:
        """Whoever begins now has settled everything."""
        if not self._patient and (left := self._jobs.wishes()):
            raise self._story.violation(f"job {left[0].id}: {left[0].wanted.value} was forgotten")

    def check_end(self, *, calm: bool) -> None:
        """Every job is as it was wished last. calm: nothing stood in the way."""
        for job_id, what in self._last.items():
            record = self._jobs.get(job_id)
            goes = what in {"remove", "delete"}
            if goes and self._patient and record is not None and record.wanted is Wanted.RUN:
                continue  # what could not be removed is wished no more
            if not _is_true(what, record) and (calm or not self._patient):
                state = record.state.value if record else "gone"
                raise self._story.violation(f"job {job_id} was to {what} and is {state}")

    def resume_all(self) -> None:
        """All is calm: what is paused goes on, what failed is tried once more."""
        paused = [record.id for record in self._jobs.in_state(State.PAUSED)]
        failed = [record.id for record in self._jobs.in_state(State.FAILED)]
        self._story.tell(f"all is calm, jobs {paused + failed} are queued again")
        self._jobs.resume(paused + failed)
        for job_id in paused:
            self._last[job_id] = "resume"


def _is_true(what: What, record: JobRecord | None) -> bool:
    if record is None:
        return what in {"remove", "delete"}
    match what:
        case "pause":
            return record.state.ended
        case "resume":
            return record.state in {State.DONE, State.FAILED}
        case "check":
            return record.state in {State.DONE, State.PAUSED}
        case _:
            return False
