import time

import pytest
from msgspec.structs import replace

from ddm.byteranges import ByteRange, RangeSet
from ddm.errors import StateError
from ddm.http.representation import Representation
from ddm.record import JobRecord, PartIdentity, State, StoredFailure, Wanted
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore

SPEC = JobSpec("http://127.0.0.1/f?a=b", "/d")
FULL = JobSpec(
    "http://127.0.0.1/f", "/d/\udcff", "n \udcfe é", (("A", "1"), ("B", "\xe9\udcff")), 3
)
PART = PartIdentity("boot-1", (1 << 64) - 1, (1 << 64) - 2)
SEEN = Representation(7_000, 'W/"é"', "yesterday", "gzip")
WRITTEN = RangeSet((ByteRange(0, 300), ByteRange(500, 900)))
SYNCED = RangeSet.of(0, 200)
FAILURE = StoredFailure("broken", "the network broke at \udcff", 6)


def ids(records):
    return [record.id for record in records]


@pytest.mark.parametrize("spec", [SPEC, FULL])
def test_a_job_comes_back_as_it_was_asked_for(jobs, spec):
    assert jobs.add([spec]) == [1]
    assert jobs.get(1) == JobRecord(
        1, spec, Wanted.RUN, State.QUEUED, created_s=1_000.0, updated_s=1_000.0
    )
    assert jobs.get(2) is None


def test_jobs_are_added_in_order_and_seen_by_others(jobs, connect):
    assert jobs.add([SPEC, FULL]) == [1, 2]
    assert jobs.add([]) == []
    assert ids(JobStore(connect()).all()) == [1, 2]


def test_one_job_that_cannot_be_stored_takes_the_others_with_it(jobs):
    with pytest.raises(StateError):
        jobs.add([SPEC, JobSpec(None, "/d")])
    assert jobs.all() == []


def test_ten_thousand_jobs_are_added_and_asked_for_at_once(jobs):
    specs = [JobSpec(f"http://127.0.0.1/{n}", "/d") for n in range(10_000)]
    begun_s = time.monotonic()
    added = jobs.add(specs)
    assert ids(jobs.queued(3, among=added[5_000:])) == [5_001, 5_002, 5_003]
    assert time.monotonic() - begun_s < 2.0
    assert added == list(range(1, 10_001))


def test_the_newest_job_of_an_identity_is_found(jobs):
    jobs.add([SPEC, FULL, SPEC, FULL])
    assert jobs.find(SPEC.url, SPEC.directory, SPEC.name).id == 3
    assert jobs.find(FULL.url, FULL.directory, FULL.name).id == 4
    assert jobs.find(SPEC.url, SPEC.directory, "other") is None


def test_the_queue_is_first_in_first_out(jobs, database):
    jobs.add([SPEC] * 6)
    jobs.set_state(2, State.DONE, None)
    database.write("UPDATE jobs SET wanted = 'pause' WHERE id = 3")
    assert ids(jobs.queued(10)) == [1, 4, 5, 6]
    assert ids(jobs.queued(2)) == [1, 4]
    assert ids(jobs.queued(10, among=[6, 5, 3, 2, 99])) == [5, 6]
    assert ids(jobs.queued(10, among=[])) == []


def test_a_state_comes_back_with_its_failure_and_goes_without(jobs, wall):
    jobs.add([SPEC, SPEC])
    wall[0] = 2_000.0
    jobs.set_state(1, State.FAILED, FAILURE)
    found = jobs.get(1)
    assert (found.state, found.updated_s) == (State.FAILED, 2_000.0)
    assert found.error == StoredFailure("broken", "the network broke at \\udcff", 6)
    jobs.set_state(1, State.DONE, None)
    assert (jobs.get(1).state, jobs.get(1).error) == (State.DONE, None)
    assert jobs.get(2).state is State.QUEUED


def test_part_and_progress_come_back_as_they_were(jobs):
    jobs.add([SPEC])
    jobs.set_part(1, "n\udcff", SEEN, PART, 4)
    jobs.set_progress(1, WRITTEN, SYNCED)
    found = jobs.get(1)
    assert (found.name, found.part, found.incarnation) == ("n\udcff", PART, 4)
    assert (found.written, found.synced) == (WRITTEN, SYNCED)
    seen = Representation(found.size_bytes, found.etag, found.last_modified, found.content_coding)
    assert seen == SEEN


def test_claims_stay_with_the_same_part_in_another_life_of_the_machine(jobs):
    jobs.add([SPEC])
    jobs.set_part(1, "n", SEEN, PART, 0)
    jobs.set_progress(1, WRITTEN, SYNCED)
    jobs.set_part(1, "n", SEEN, PartIdentity("boot-2", PART.device, PART.inode), 0)
    assert (jobs.get(1).written, jobs.get(1).synced) == (WRITTEN, SYNCED)


@pytest.mark.parametrize(
    ("part", "incarnation"),
    [(PART, 1), (PartIdentity("boot-1", PART.device, 5), 0), (PartIdentity("boot-1", 5, 5), 0)],
)
def test_claims_go_with_the_part_that_they_were_about(jobs, part, incarnation):
    jobs.add([SPEC, SPEC])
    for job_id in (1, 2):
        jobs.set_part(job_id, "n", SEEN, PART, 0)
        jobs.set_progress(job_id, WRITTEN, SYNCED)
    jobs.set_part(1, "n", SEEN, part, incarnation)
    assert (jobs.get(1).written, jobs.get(1).synced) == (RangeSet(), RangeSet())
    assert jobs.get(2).written == WRITTEN


@pytest.mark.parametrize("state", State)
def test_only_what_failed_or_was_paused_is_queued_again(jobs, database, state):
    jobs.add([SPEC])
    jobs.set_state(1, state, FAILURE)
    database.write("UPDATE jobs SET wanted = 'pause'")
    again = state in (State.FAILED, State.PAUSED)
    assert jobs.requeue(1) == again
    found = jobs.get(1)
    if again:
        assert (found.state, found.wanted, found.error) == (State.QUEUED, Wanted.RUN, None)
    else:
        assert (found.state, found.wanted) == (state, Wanted.PAUSE)


def test_what_a_dead_process_left_in_work_is_queued_again(jobs):
    jobs.add([SPEC] * len(State))
    for job_id, state in enumerate(State, start=1):
        jobs.set_state(job_id, state, None)
    left = jobs.recover()
    stay = (State.QUEUED, State.FINISHING, State.DONE, State.FAILED, State.PAUSED)
    assert left == [n for n, state in enumerate(State, start=1) if state not in stay]
    assert jobs.counts() == {
        state: 0 if state not in stay else 1 + len(left) * (state is State.QUEUED)
        for state in State
    }
    assert ids(jobs.in_state(State.FINISHING)) == [list(State).index(State.FINISHING) + 1]
    assert jobs.recover() == []


def test_a_turn_is_written_in_one_transaction(jobs, connect):
    jobs.add([SPEC])
    other = JobStore(connect())
    with jobs.transaction(durable=True):
        jobs.set_part(1, "n", SEEN, PART, 0)
        jobs.set_progress(1, WRITTEN, SYNCED)
        assert other.get(1).part is None
    assert other.get(1).written == WRITTEN


def test_writing_to_a_job_that_is_gone_is_no_error(jobs):
    jobs.set_state(7, State.DONE, None)
    jobs.set_part(7, "n", SEEN, PART, 0)
    jobs.set_progress(7, WRITTEN, SYNCED)
    assert (jobs.requeue(7), jobs.get(7)) == (False, None)


def test_starting_over_forgets_what_was_fetched_but_not_which_file_it_was(jobs):
    jobs.add([SPEC])
    jobs.set_part(1, "f", SEEN, PART, 0)
    jobs.set_progress(1, WRITTEN, SYNCED)

    assert jobs.start_over(1)
    record = jobs.get(1)
    assert (record.written, record.synced) == (RangeSet(), RangeSet())
    assert (record.size_bytes, record.etag, record.last_modified) == (None, None, None)
    assert (record.name, record.part) == ("f", PART)


def test_a_job_in_work_is_not_started_over(jobs):
    jobs.add([SPEC])
    jobs.set_progress(1, WRITTEN, SYNCED)
    jobs.set_state(1, State.RUNNING, None)

    assert not jobs.start_over(1)
    assert jobs.get(1).written == WRITTEN


@pytest.mark.parametrize("state", State)
def test_a_job_that_is_not_in_work_can_be_asked_for_otherwise(jobs, state):
    jobs.add([SPEC, SPEC])
    jobs.set_state(1, state, None)
    jobs.set_progress(1, WRITTEN, SYNCED)
    otherwise = replace(SPEC, headers=(("Cookie", "a=b"),), overwrite=True)
    rests = state in (State.QUEUED, State.FAILED, State.PAUSED)

    assert jobs.set_spec(1, otherwise) == rests
    assert jobs.get(1).spec == (otherwise if rests else SPEC)
    assert (jobs.get(1).state, jobs.get(1).written) == (state, WRITTEN)
    assert jobs.get(2).spec == SPEC
