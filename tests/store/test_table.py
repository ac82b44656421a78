import time

import pytest

from ddm.record import State, StoredFailure, Wanted
from ddm.spec import JobSpec

SPEC = JobSpec("http://127.0.0.1/f?a=b", "/d")
FULL = JobSpec("http://127.0.0.1/f", "/d/\udcff", "n \udcfe é")


def ids(records):
    return [record.id for record in records]


def test_the_newest_job_of_an_identity_is_found(jobs):
    jobs.add([SPEC, FULL, SPEC, FULL])
    assert jobs.find(SPEC.url, SPEC.directory, SPEC.name).id == 3
    assert jobs.find(FULL.url, FULL.directory, FULL.name).id == 4
    assert jobs.find(SPEC.url, SPEC.directory, "other") is None


def test_the_queue_is_first_in_first_out(jobs):
    jobs.add([SPEC] * 6)
    jobs.set_state(2, State.DONE, None)
    jobs.wish([3], Wanted.PAUSE)
    assert ids(jobs.queued(10)) == [1, 4, 5, 6]
    assert ids(jobs.queued(2)) == [1, 4]
    assert ids(jobs.queued(10, among=[6, 5, 3, 2, 99])) == [5, 6]
    assert ids(jobs.queued(10, among=[])) == []


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
