from contextlib import closing

import pytest

from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.testing.memory import MemoryStore
from ddm.testing.scenario import Scenario, Wish
from ddm.testing.story import Violation
from ddm.testing.users import Users


@pytest.fixture
def jobs(clock):
    with closing(MemoryStore(clock.wall, keeps=False)) as jobs:
        yield jobs


def users(jobs, story, *wishes, added=()):
    specs = tuple(JobSpec(f"http://a.test/{number}", "/d") for number in range(2))
    return Users(Scenario(specs, [], wishes=wishes, added=added), jobs, story)


def test_jobs_are_there_or_added_later(jobs, story):
    them = users(jobs, story, added=(5,))
    assert ([record.id for record in jobs.all()], them.turn) == ([1], 5)

    them.act(5)
    assert ([record.id for record in jobs.all()], them.turn) == ([1, 2], None)


def test_what_is_wished_is_in_the_store(jobs, story):
    them = users(jobs, story, Wish(3, 0, "pause"), Wish(4, 1, "delete"))
    them.act(3)
    them.act(4)

    assert [(r.wanted, r.delete_files) for r in jobs.all()] == [
        (Wanted.PAUSE, False),
        (Wanted.REMOVE, True),
    ]


def test_a_wish_that_is_not_heeded_is_seen(jobs, story):
    them = users(jobs, story, Wish(3, 0, "pause"))
    them.act(3)
    them.check(6)
    story.now = 10.0

    with pytest.raises(Violation, match="not heeded"):
        them.check(7)


def test_a_wish_in_force_is_fine(jobs, story):
    them = users(jobs, story, Wish(3, 0, "pause"))
    them.act(3)
    jobs.set_state(1, State.PAUSED, None)

    them.check(7)
    them.interrupted()
    them.check_end(calm=False)


def test_a_file_that_gets_its_name_is_not_paused(jobs, story):
    them = users(jobs, story, Wish(3, 0, "pause"))
    them.act(3)
    jobs.set_state(1, State.FINISHING, None)

    them.check(7)


def test_a_job_that_does_not_end_as_wished_is_seen(jobs, story):
    them = users(jobs, story, Wish(3, 0, "remove"))
    them.act(3)

    with pytest.raises(Violation, match="was to remove and is queued"):
        them.check_end(calm=True)


def test_what_rests_and_what_failed_goes_on(jobs, story):
    them = users(jobs, story, Wish(3, 0, "pause"))
    them.act(3)
    jobs.set_state(1, State.PAUSED, None)
    jobs.set_state(2, State.FAILED, None)
    them.resume_all()

    assert [record.state for record in jobs.all()] == [State.QUEUED] * 2
