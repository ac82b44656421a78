import pytest

from ddm.limits import Limits
from ddm.spec import JobSpec
from ddm.testing import many
from ddm.testing.body import Body, Version
from ddm.testing.crowd import Crowd
from ddm.testing.manners import Manners
from ddm.testing.many import run_crowd
from ddm.testing.origin import Origin
from ddm.testing.scenario import DIRECTORY
from ddm.testing.served import ServedFile, Traits
from ddm.testing.story import Violation

SIZE = 3 << 20


def crowd(count, *, status=200, mortal=frozenset(), limits=None, **origin):
    """So many jobs on one origin."""
    bodies = {f"{number}.bin": Body(f"{number}", SIZE) for number in range(count)}
    files = {
        f"/{name}": ServedFile([(0.0, Version(body, '"v"', None))], Traits(status=status))
        for name, body in bodies.items()
    }
    jobs = tuple(JobSpec(f"http://a.test/{name}", DIRECTORY, name) for name in bodies)
    return Crowd(
        jobs, [Origin("a.test", files, calm_s=1e9, **origin)], limits or Limits(), bodies, mortal
    )


def test_all_jobs_of_a_crowd_end_within_its_limits():
    outcome = run_crowd(crowd(5, limits=Limits(max_total_connections=3)), seed=1)

    assert (outcome.most, outcome.refused, outcome.twice_bytes) == (3, 0, 0)


def test_the_same_crowd_tells_the_same_story():
    assert run_crowd(crowd(3), seed=1) == run_crowd(crowd(3), seed=1)


def test_refusals_are_counted():
    assert run_crowd(crowd(5, connections_max=2), seed=1).refused > 0


def test_a_job_that_should_have_ended_well_is_a_violation():
    with pytest.raises(Violation, match="job 1 ended failed"):
        run_crowd(crowd(1, status=404), seed=1)


def test_jobs_of_an_origin_that_was_dead_are_tried_once_more():
    dead = Manners(dead_s=(0.0, 60.0))
    limits = Limits(retry=Limits().retry.__class__(max_attempts=1))

    with pytest.raises(Violation, match="ended failed"):
        run_crowd(crowd(1, manners=dead, limits=limits, mortal=frozenset({1})), seed=1)


def test_a_day_without_an_end_is_a_violation(monkeypatch):
    monkeypatch.setattr(many, "_TURNS_MAX", 10)

    with pytest.raises(Violation, match="no end after 11 turns"):
        run_crowd(crowd(3), seed=1)
