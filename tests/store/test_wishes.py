import time

import pytest
from msgspec.structs import replace

from ddm.byteranges import RangeSet
from ddm.errors import StateError
from ddm.http.representation import Representation
from ddm.record import JobRecord, PartIdentity, State, StoredFailure, Wanted
from ddm.spec import Checksum, JobSpec
from ddm.store.jobs import JobStore

SPEC = JobSpec("http://127.0.0.1/f?a=b", "/d")
FULL = JobSpec(
    "http://127.0.0.1/f", "/d/\udcff", "n \udcfe é", (("A", "1"), ("B", "\xe9\udcff")), 3
)
PART = PartIdentity("boot-1", 1, 2, "mount-1")
SEEN = Representation(7_000, '"e"', "yesterday")
WRITTEN = RangeSet.of(0, 300)
SYNCED = RangeSet.of(0, 200)
FAILURE = StoredFailure("broken", "the network broke", 6)


@pytest.fixture(params=[(state, wanted) for state in State for wanted in Wanted], ids=str)
def case(request, jobs):
    """A job 1 in a state, with a failure, and wanted so."""
    state, wanted = request.param
    jobs.add([SPEC])
    jobs.set_state(1, state, FAILURE)
    jobs.wish([1], wanted)
    return request.param


def ids(records):
    return [record.id for record in records]


def stands(jobs, job_id=1):
    found = jobs.get(job_id)
    return found.state, found.wanted, found.error


@pytest.mark.parametrize("spec", [SPEC, FULL])
def test_a_job_comes_back_as_it_was_asked_for(jobs, spec):
    assert jobs.add([spec]) == [1]
    assert jobs.get(1) == JobRecord(
        1, spec, Wanted.RUN, State.QUEUED, created_s=1_000.0, updated_s=1_000.0, place=1.0
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
    assert jobs.line(3, among=added[5_000:]) == [5_001, 5_002, 5_003]
    assert time.monotonic() - begun_s < 2.0
    assert added == list(range(1, 10_001))


def test_many_jobs_are_one_commit_that_waits_for_the_disk(jobs, database):
    ran = []
    database._connection.set_trace_callback(ran.append)
    jobs.add([SPEC] * 100)

    assert ran[:2] == ["PRAGMA synchronous = FULL", "BEGIN IMMEDIATE"]
    assert ran.count("COMMIT") == 1


def test_starting_over_forgets_what_was_fetched_but_not_which_file_it_was(jobs):
    jobs.add([SPEC])
    jobs.set_state(1, State.DONE, None)
    jobs.check_again(1)
    jobs.set_part(1, "f", SEEN, PART, 0, (Checksum("md5", "ab"),))
    jobs.set_progress(1, WRITTEN, SYNCED)

    assert jobs.start_over(1)
    record = jobs.get(1)
    assert (record.written, record.synced) == (RangeSet(), RangeSet())
    assert (record.size_bytes, record.etag, record.last_modified) == (None, None, None)
    assert (record.vouched, record.checking) == ((), False)
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


def test_what_failed_was_paused_or_was_to_be_is_queued_again(jobs, case):
    state, wanted = case
    again = wanted is not Wanted.REMOVE and (
        state in (State.FAILED, State.PAUSED) or case == (State.QUEUED, Wanted.PAUSE)
    )
    assert jobs.requeue(1) == again
    assert stands(jobs) == ((State.QUEUED, Wanted.RUN, None) if again else (*case, FAILURE))


def test_what_is_resumed_is_wanted_to_run_in_every_state(jobs, case):
    state, wanted = case
    jobs.resume([1])
    if wanted is Wanted.REMOVE:
        assert stands(jobs) == (*case, FAILURE)
    elif state in (State.FAILED, State.PAUSED):
        assert stands(jobs) == (State.QUEUED, Wanted.RUN, None)
    else:
        assert stands(jobs) == (state, Wanted.RUN, FAILURE)


def test_only_a_job_that_is_done_is_checked_again(jobs, case):
    state, wanted = case
    again = state is State.DONE and wanted is not Wanted.REMOVE
    assert jobs.check_again(1) == again
    assert jobs.get(1).checking == again
    assert stands(jobs) == ((State.QUEUED, Wanted.RUN, None) if again else (*case, FAILURE))


def test_a_wish_is_the_last_one_but_a_removal_is_final(jobs, case):
    state, wanted = case
    jobs.wish([1], Wanted.PAUSE)
    final = wanted is Wanted.REMOVE
    assert stands(jobs) == (state, Wanted.REMOVE if final else Wanted.PAUSE, FAILURE)


def test_only_a_removal_deletes_files_and_the_last_one_says_whether(jobs):
    jobs.add([SPEC])
    for wanted, asked, expected in (
        (Wanted.PAUSE, True, False),
        (Wanted.REMOVE, True, True),
        (Wanted.PAUSE, True, True),
        (Wanted.REMOVE, False, False),
    ):
        jobs.wish([1], wanted, delete_files=asked)
        assert jobs.get(1).delete_files == expected


def test_a_wish_concerns_the_jobs_that_are_named_and_is_on_the_disk(jobs, database):
    asked = []
    jobs.add([SPEC] * 4)
    database._connection.set_trace_callback(asked.append)
    jobs.wish([2, 4, 99], Wanted.PAUSE)
    jobs.resume([4])
    jobs.wish([], Wanted.REMOVE)
    assert asked.count("PRAGMA synchronous = FULL") == asked.count("COMMIT") == 3
    assert [job_id for job_id in (1, 2, 3, 4) if jobs.get(job_id).wanted is Wanted.PAUSE] == [2]


def test_a_wish_for_a_job_that_is_gone_is_no_error(jobs):
    jobs.wish([7], Wanted.PAUSE)
    jobs.resume([7])
    assert (jobs.requeue(7), jobs.check_again(7), jobs.start_over(7)) == (False, False, False)
    assert jobs.all() == []


def test_jobs_are_moved_in_one_stroke_and_it_is_on_the_disk(jobs, database):
    jobs.add([SPEC] * 5)
    jobs.set_state(2, State.DONE, None)
    asked = []
    database._connection.set_trace_callback(asked.append)

    assert jobs.move([5, 2, 99, 3, 5], 2) == {5: 2, 3: 3}
    assert ids(jobs.queue()) == [1, 5, 3, 4]
    assert asked.count("PRAGMA synchronous = FULL") == asked.count("COMMIT") == 1


def test_what_is_added_goes_behind_what_was_moved(jobs):
    jobs.add([SPEC] * 3)
    jobs.move([1], None)
    jobs.add([SPEC, replace(SPEC, priority=1)])
    assert ids(jobs.queue()) == [5, 2, 3, 1, 4]


def test_moving_one_of_ten_thousand_writes_one(jobs, wall):
    jobs.add([SPEC] * 10_000)
    wall[0] += 1
    begun_s = time.monotonic()
    assert jobs.move([9_000], 1) == {9_000: 1}
    assert time.monotonic() - begun_s < 1.0
    assert [job.id for job in jobs.all() if job.updated_s > 1_000] == [9_000]


def test_a_priority_is_given_in_any_state_and_the_place_stays(jobs, case):
    jobs.add([SPEC])
    jobs.prioritize(1, 7)
    jobs.prioritize(99, 7)
    record = jobs.get(1)
    assert (record.spec.priority, record.place, record.state, record.wanted) == (7, 1.0, *case)
    assert jobs.get(2).spec.priority == 0


def test_a_limit_is_of_the_jobs_that_are_named(jobs):
    jobs.add([SPEC] * 3)
    jobs.set_rate([1, 3], 5000)
    assert [job.spec.max_bytes_per_sec for job in jobs.all()] == [5000, 0, 5000]

    jobs.set_rate([1], 0)
    assert [job.spec.max_bytes_per_sec for job in jobs.all()] == [0, 0, 5000]


def test_the_limit_that_was_asked_for_last_counts_until_it_is_taken_back(jobs):
    assert jobs.asked_rate() is None
    jobs.ask_rate(5000)
    jobs.ask_rate(0)
    assert jobs.asked_rate() == 0

    jobs.ask_rate(None)
    assert jobs.asked_rate() is None
