import time

import pytest
from msgspec.structs import replace

from ddm.record import State, StoredFailure, Wanted
from ddm.spec import JobSpec, Route
from ddm.store.listing import Listing

SPEC = JobSpec("http://127.0.0.1/f?a=b", "/d")
FULL = JobSpec("http://127.0.0.1/f", "/d/\udcff", "n \udcfe é")


def ids(records):
    return [record.id for record in records]


def test_the_newest_job_of_an_identity_is_found(jobs):
    jobs.add([SPEC, FULL, SPEC, FULL])
    assert jobs.find(SPEC.url, SPEC.directory, SPEC.name).id == 3
    assert jobs.find(FULL.url, FULL.directory, FULL.name).id == 4
    assert jobs.find(SPEC.url, SPEC.directory, "other") is None


def test_every_job_is_listed_the_oldest_first(jobs):
    jobs.add([SPEC, FULL, SPEC])
    jobs.prioritize(3, 1)
    assert ids(jobs.listed()) == [1, 2, 3]


def test_the_queue_is_first_in_first_out(jobs):
    jobs.add([SPEC] * 6)
    jobs.set_state(2, State.DONE, None)
    jobs.wish([3], Wanted.PAUSE)
    assert jobs.line(10) == [1, 4, 5, 6]
    assert jobs.line(2) == [1, 4]
    assert jobs.line(10, among=[6, 5, 3, 2, 99]) == [5, 6]
    assert jobs.line(10, among=[]) == []


def test_of_some_jobs_those_that_are_queued_are_read_in_the_order_asked_for(jobs):
    jobs.add([SPEC] * 6)
    jobs.set_state(2, State.DONE, None)
    jobs.wish([3], Wanted.PAUSE)
    assert ids(jobs.queued([6, 3, 99, 1, 2])) == [6, 1]
    assert jobs.queued([]) == []


def test_where_some_jobs_stand_is_told_without_those_that_are_gone(jobs):
    jobs.add([SPEC] * 3)
    jobs.set_state(2, State.DONE, None)
    jobs.remove(3)
    assert jobs.states_of([3, 2, 1]) == {1: State.QUEUED, 2: State.DONE}


def test_the_head_of_a_long_queue_is_found_without_sorting_or_reading_it(jobs):
    ran = []
    jobs._database._connection.set_trace_callback(ran.append)
    jobs.line(10)
    jobs.line(10, among=[1, 2])
    jobs.queued([1, 2])
    jobs._database._connection.set_trace_callback(None)
    plans = [
        [row["detail"] for row in jobs._database.rows(f"EXPLAIN QUERY PLAN {sql}")] for sql in ran
    ]

    assert [plan[0] for plan in plans[:2]] == ["SCAN jobs USING INDEX jobs_order"] * 2
    assert plans[2][0] == "SEARCH jobs USING INTEGER PRIMARY KEY (rowid=?)"
    assert not any("TEMP B-TREE" in step for plan in plans for step in plan)


def test_a_job_that_is_to_be_removed_is_not_found(jobs):
    jobs.add([SPEC, SPEC])
    jobs.wish([2], Wanted.REMOVE)
    assert jobs.find(SPEC.url, SPEC.directory, SPEC.name).id == 1
    jobs.wish([1], Wanted.REMOVE)
    assert jobs.find(SPEC.url, SPEC.directory, SPEC.name) is None


@pytest.mark.parametrize("state", State)
def test_a_wish_is_there_until_it_is_in_force(jobs, state):
    wants = list(Wanted)
    jobs.add([SPEC] * len(wants))
    for job_id, wanted in enumerate(wants, start=1):
        jobs.set_state(job_id, state, None)
        jobs.wish([job_id], wanted)
    paused = state is State.PAUSED
    in_force = {Wanted.RUN: not paused, Wanted.PAUSE: paused, Wanted.REMOVE: False}
    assert [record.wanted for record in jobs.wishes()] == [w for w in wants if not in_force[w]]


def test_wishes_among_ten_thousand_paused_jobs_are_found_at_once(jobs):
    added = jobs.add([SPEC] * 10_000)
    jobs.wish(added, Wanted.PAUSE)
    with jobs.transaction():
        for job_id in added[:-2]:
            jobs.set_state(job_id, State.PAUSED, None)
    begun_s = time.monotonic()
    assert ids(jobs.wishes()) == added[-2:]
    assert time.monotonic() - begun_s < 0.05


def test_files_that_changed_are_those_that_failed_for_it(jobs):
    jobs.add([SPEC] * 4)
    changed, broken = StoredFailure("changed", "", 41), StoredFailure("broken", "", 6)
    jobs.set_state(1, State.FAILED, broken)
    jobs.set_state(2, State.FAILED, changed)
    jobs.set_state(3, State.DONE, changed)
    jobs.set_state(4, State.FAILED, changed)
    assert ids(jobs.changed_files()) == [2, 4]


def test_jobs_are_counted_by_their_state(jobs):
    jobs.add([SPEC] * 3)
    jobs.set_state(2, State.DONE, None)
    none = dict.fromkeys(State, 0)
    assert jobs.counts() == none | {State.QUEUED: 2, State.DONE: 1}


def test_the_queue_goes_by_priority_then_place_then_id(jobs):
    jobs.add([replace(SPEC, priority=priority) for priority in (0, 5, -5, 5)])
    assert jobs.line(10) == ids(jobs.queue()) == [2, 4, 1, 3]
    jobs.move([1], 2)
    assert jobs.line(2) == [2, 1]


@pytest.mark.parametrize("state", State)
def test_in_the_queue_is_what_is_still_to_be_done(jobs, state):
    jobs.add([SPEC] * 3)
    for job_id, wanted in enumerate(Wanted, start=1):
        jobs.set_state(job_id, state, None)
        jobs.wish([job_id], wanted)
    over = state in (State.DONE, State.FAILED)
    assert ids(jobs.queue()) == ([] if over else [1, 2])
    listed = Listing(jobs._database).all()
    assert [job.id for job in listed if job.to_be_done] == ids(jobs.queue())


def test_what_may_change_of_jobs_in_work_is_asked_at_once(jobs):
    jobs.add([replace(SPEC, priority=5, max_bytes_per_sec=9), SPEC])
    assert jobs.asked_of([2, 1, 7]) == {1: (5, 1.0, 9), 2: (0, 2.0, 0)}
    assert jobs.asked_of([]) == {}


def test_a_queued_job_without_a_look_at_certificates_is_found(jobs, database):
    jobs.add([SPEC, replace(SPEC, route=Route("http://p:1", insecure=False))])
    assert not jobs.any_insecure()
    jobs.add([replace(SPEC, route=Route(insecure=True))])
    database.write("UPDATE jobs SET settings = '{' WHERE id = 1")  # found when it is its turn
    assert jobs.any_insecure()
    jobs.set_state(3, State.DONE, None)
    assert not jobs.any_insecure()
