import pytest

from ddm.limits import Limits
from ddm.record import State
from ddm.spec import JobSpec
from ddm.testing.connections import Connections
from ddm.testing.fairness import Fairness, Patience
from ddm.testing.refusals import Refusals
from ddm.testing.reply import Reply, Sent, too_many
from ddm.testing.story import Violation

JOBS = {
    1: JobSpec("http://a/1", "/d"),
    2: JobSpec("http://a/2", "/d"),
    3: JobSpec("http://b/3", "/d"),
}
RUNNING = dict.fromkeys(JOBS, State.RUNNING)


class Place:
    """Three jobs, two of one origin."""

    def __init__(self, story):
        limits = Limits()
        self.connections = Connections(limits, JOBS, lambda url: int(url[-1]), story)
        self.refusals = Refusals(story)
        origins = {job: frozenset({spec.url[:8]}) for job, spec in JOBS.items()}
        patience = Patience(first_s=10.0, again_s=20.0)
        self.fairness = Fairness(self.connections, self.refusals, origins, patience, story)
        self.number = 0

    def turn(self, now, *jobs, states=RUNNING):
        for job in jobs:
            self.number += 1
            self.connections.started(self.number, Sent(JOBS[job].url, None, Reply(None), now))
        self.fairness.check(JOBS, states, now)

    def refuse(self, url):
        self.refusals.started(0, Sent(url, None, too_many(503), 0.0))
        self.refusals.ended(0, 0.0)


@pytest.fixture
def place(story):
    return Place(story)


def test_one_each_and_then_more_is_fair(place):
    place.turn(0.0, 1, 2, 3)
    place.turn(1.0, 1, 1, 2)


@pytest.mark.parametrize("waiting", [2, 3])
def test_a_second_one_while_another_job_has_none_and_could_is_seen(place, waiting):
    first, other = (job for job in JOBS if job != waiting)
    place.turn(0.0, first, other)

    with pytest.raises(
        Violation, match=f"job {waiting} has had no connection for 1.000 s, and job 1"
    ):
        place.turn(1.0, 1)


def test_who_is_without_only_since_this_turn_has_to_wait_for_the_next(place):
    place.turn(0.0, 1, 2, 3)
    place.connections.ended(2, 1.0)
    place.turn(1.0, 1)

    with pytest.raises(Violation, match="job 2"):
        place.turn(2.0, 1)


@pytest.mark.parametrize("state", [State.WAITING, State.VERIFYING, State.FINISHING])
def test_who_waits_or_needs_none_is_not_passed_over(place, state):
    states = {**RUNNING, 2: state}
    place.turn(0.0, 1, 3, states=states)
    place.turn(1.0, 1, states=states)


def test_an_origin_that_refused_excuses_who_is_at_another_one(place):
    place.refuse("http://b/3")
    place.turn(0.0, 1, 2)
    place.turn(1.0, 1)

    assert place.fairness.longest_first_s == 1.0


def test_an_origin_that_refused_excuses_nobody_who_is_there(place):
    place.refuse("http://a/1")
    place.turn(0.0, 1, 3)

    with pytest.raises(Violation, match="job 2"):
        place.turn(1.0, 1)


def test_nobody_waits_for_ever(place):
    place.turn(0.0)
    place.turn(10.0)

    with pytest.raises(Violation, match="job 1 has had no connection for 11 s"):
        place.turn(11.0)
