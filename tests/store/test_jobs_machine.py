"""The store against a dict: whatever anybody and the manager write, in whatever order."""

from contextlib import closing

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore

IDS = st.integers(1, 4)
MANY = st.lists(IDS, max_size=3)
RESTS = (State.FAILED, State.PAUSED)
IN_WORK = set(State) - {State.QUEUED, State.FINISHING, State.DONE, *RESTS}


class Machine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.database = open_database(None)
        self.jobs = JobStore(self.database)
        self.model = {}  # id: [state, wanted, delete_files, checking]
        self.added = 0

    def teardown(self):
        with closing(self.database):
            super().teardown()

    def queue_again(self, job_id):
        self.model[job_id][:2] = State.QUEUED, Wanted.RUN

    def removable(self, job_id):
        return self.model[job_id][1] is Wanted.REMOVE

    @rule()
    def add(self):
        self.added += 1
        assert self.jobs.add([JobSpec("u", "/d")]) == [self.added]
        self.model[self.added] = [State.QUEUED, Wanted.RUN, False, False]

    @rule(ids=MANY, wanted=st.sampled_from(Wanted), delete_files=st.booleans())
    def wish(self, ids, wanted, delete_files):
        self.jobs.wish(ids, wanted, delete_files=delete_files)
        for job_id in self.model.keys() & ids:
            if wanted is Wanted.REMOVE or not self.removable(job_id):
                self.model[job_id][1:3] = wanted, delete_files and wanted is Wanted.REMOVE

    @rule(ids=MANY)
    def resume(self, ids):
        self.jobs.resume(ids)
        for job_id in self.model.keys() & ids:
            if not self.removable(job_id):
                self.model[job_id][1] = Wanted.RUN
                if self.model[job_id][0] in RESTS:
                    self.queue_again(job_id)

    @rule(job_id=IDS)
    def requeue(self, job_id):
        state, wanted, *_ = self.model.get(job_id, [None, Wanted.REMOVE])
        fits = state in RESTS or (state is State.QUEUED and wanted is Wanted.PAUSE)
        expected = fits and wanted is not Wanted.REMOVE
        assert self.jobs.requeue(job_id) == expected
        if expected:
            self.queue_again(job_id)

    @rule(job_id=IDS)
    def check_again(self, job_id):
        state, wanted, *_ = self.model.get(job_id, [None, Wanted.REMOVE])
        expected = state is State.DONE and wanted is not Wanted.REMOVE
        assert self.jobs.check_again(job_id) == expected
        if expected:
            self.queue_again(job_id)
            self.model[job_id][3] = True

    @rule(job_id=IDS)
    def start_over(self, job_id):
        state = self.model[job_id][0] if job_id in self.model else None
        expected = state in (State.QUEUED, *RESTS)
        assert self.jobs.start_over(job_id) == expected
        if expected:
            self.model[job_id][3] = False

    @rule(job_id=IDS, state=st.sampled_from(State))
    def set_state(self, job_id, state):
        self.jobs.set_state(job_id, state, None)
        if job_id in self.model:
            self.model[job_id][0] = state
            self.model[job_id][3] &= state is not State.DONE

    @rule(job_id=IDS)
    def drop_wish(self, job_id):
        self.jobs.drop_wish(job_id)
        if job_id in self.model:
            self.model[job_id][1] = Wanted.RUN
            self.model[job_id][2] = False

    @rule(job_id=IDS)
    def remove(self, job_id):
        self.jobs.remove(job_id)
        self.model.pop(job_id, None)

    @rule()
    def recover(self):
        left = sorted(n for n, (state, *_) in self.model.items() if state in IN_WORK)
        assert self.jobs.recover() == left
        for job_id in left:
            self.model[job_id][0] = State.QUEUED

    @invariant()
    def the_rows_are_those_of_the_model(self):
        found = {
            job.id: [job.state, job.wanted, job.delete_files, job.checking]
            for job in self.jobs.all()
        }
        assert found == self.model

    @invariant()
    def the_wishes_are_what_is_not_in_force(self):
        assert {job.id for job in self.jobs.wishes()} == {
            job_id
            for job_id, (state, wanted, *_) in self.model.items()
            if wanted is Wanted.REMOVE or (wanted is Wanted.PAUSE) != (state is State.PAUSED)
        }


Machine.TestCase.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
TestTheStore = Machine.TestCase
