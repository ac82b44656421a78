import pytest

from ddm.core import running
from ddm.core.agenda import Agenda
from ddm.core.budget import Budget
from ddm.core.job import Job
from ddm.core.meter import Meter
from ddm.core.segment import Phase, Segment
from ddm.http import url as urls
from ddm.limits import Limits
from ddm.spec import JobSpec

A, B = urls.parse("https://a.example/f"), urls.parse("https://b.example/f")


@pytest.fixture
def agenda():
    return Agenda()


@pytest.fixture
def budget():
    return Budget(Limits(max_total_connections=3, max_connections_per_host=2))


def a_job(job_id, url=A, *, live=0, priority=0, place=None):
    spec = JobSpec(str(url), "/d", priority=priority)
    job = Job(job_id, spec, url, url, url, 4, Meter(3.0), place=place or job_id)
    for number in range(live):
        segment = Segment(0, 1, ranged=True, asks=False, phase=Phase.FLOWING, position=0)
        segment.transfer_id = number
        job.segments.append(segment)
    return job


def order(agenda, budget, jobs):
    """Who gets a connection, one after the other, none of them wanting a second."""
    for job in jobs:
        agenda.want(job, job.target.origin)
    found = []
    while (job := agenda.neediest(budget, 0.0)) is not None:
        found.append(job.id)
        agenda.want(job, None)
    return found


def test_who_has_no_connection_goes_before_who_has_one(agenda, budget):
    assert order(agenda, budget, [a_job(1, live=1), a_job(2), a_job(3, B)]) == [2, 3, 1]


def test_among_equals_priority_goes_first_and_then_the_queue(agenda, budget):
    jobs = [a_job(1), a_job(2, priority=5), a_job(3, B, place=0.5), a_job(4, B, priority=5)]
    assert order(agenda, budget, jobs) == [2, 4, 3, 1]


def test_a_first_connection_goes_before_a_second_of_higher_priority(agenda, budget):
    assert order(agenda, budget, [a_job(1, live=1, priority=9), a_job(2, priority=-9)]) == [2, 1]


def test_of_those_that_have_some_the_one_with_fewest_goes_first(agenda, budget):
    assert order(agenda, budget, [a_job(1, live=3), a_job(2, live=1), a_job(3, live=2)]) == [
        2,
        3,
        1,
    ]


def test_an_origin_without_room_holds_up_nobody_elsewhere(agenda, budget):
    budget.reserve(A.origin)
    budget.reserve(A.origin)
    assert order(agenda, budget, [a_job(1), a_job(2, B)]) == [2]


def test_one_more_goes_to_where_it_pays(agenda, budget):
    budget.policy(A.origin).yields.learn(0, 5e6)
    budget.policy(A.origin).yields.learn(8, 5e6)
    jobs = [a_job(1, live=1), a_job(2, B, live=2), a_job(3)]
    assert order(agenda, budget, jobs) == [3, 2, 1]


def test_those_that_wait_at_a_full_origin_can_be_counted(agenda, budget):
    for job in (a_job(1), a_job(2), a_job(3, live=1), a_job(4, B)):
        agenda.want(job, job.target.origin)
    assert agenda.held_up(budget, 0.0) == 0
    budget.reserve(A.origin)
    budget.reserve(A.origin)
    assert agenda.held_up(budget, 0.0) == 2


def test_nobody_is_found_when_all_connections_are_taken(agenda, budget):
    for origin in (A.origin, A.origin, B.origin):
        budget.reserve(origin)
    assert order(agenda, budget, [a_job(1, B)]) == []


def test_who_wants_elsewhere_stands_in_one_line_only(agenda, budget):
    job = a_job(1)
    agenda.want(job, A.origin)
    job.target = B
    agenda.want(job, B.origin)
    assert agenda.neediest(budget, 0.0) is job
    agenda.want(job, None)
    assert agenda.neediest(budget, 0.0) is None


def test_each_job_has_one_next_moment(agenda):
    one, two = a_job(1), a_job(2)
    jobs = {1: one, 2: two}
    agenda.call_at(one, 5.0)
    agenda.call_at(two, 3.0)
    agenda.call_at(two, 7.0)
    assert agenda.next_s(jobs) == 5.0
    agenda.call_before(two, 4.0)
    agenda.call_before(two, 6.0)
    assert agenda.next_s(jobs) == 4.0
    assert list(agenda.take_due(jobs, 4.5)) == [two]
    assert agenda.take_touched() == {2: two}
    agenda.call_at(one, None)
    assert agenda.next_s(jobs) is None


def test_the_moment_of_a_job_that_has_left_does_not_come(agenda):
    agenda.call_at(a_job(1), 5.0)
    assert agenda.next_s({}) is None


def test_an_origin_that_may_be_asked_later_is_waited_for_only_if_somebody_wants_it(agenda, budget):
    budget.policy(A.origin).refused(0, 10.0, 30.0)
    assert agenda.blocked_until_s(budget, 11.0) is None
    agenda.want(a_job(1), A.origin)
    assert agenda.blocked_until_s(budget, 11.0) == 40.0


def test_what_happens_to_one_job_of_many_is_no_reason_to_look_at_the_others(
    make_paper, monkeypatch
):
    paper = make_paper(max_total_connections=60, max_connections_per_host=60)
    for job_id in range(1, 51):
        paper.offer(job_id, f"https://example.org/{job_id}")
    looked_at = []
    wants = running.wants
    monkeypatch.setattr(
        running, "wants", lambda job, work: looked_at.append(job.id) or wants(job, work)
    )

    paper.head(7, size=100_000)

    assert set(looked_at) == {7}
