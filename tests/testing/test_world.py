import errno

import pytest

from ddm.record import State
from ddm.spec import JobSpec
from ddm.testing.body import Body, Version
from ddm.testing.faults import DiskFault, Doing
from ddm.testing.origin import Origin
from ddm.testing.scenario import DIRECTORY, Interruption, Scenario
from ddm.testing.served import ServedFile, Traits
from ddm.testing.story import Violation
from ddm.testing.trouble import Temper, Trouble
from ddm.testing.world import run, run_scenario

SIZE = 5 << 20
BODY = Body("world", SIZE)
# What may be on its way when a run is stopped: a step for each of 16 connections, and the probe's.
IN_FLIGHT = 17 * (64 << 10)


def one_job(*, etag='"v"', traits=None, temper=None, **more):
    """A scenario of one job, for the file that is its only server's."""
    file = ServedFile([(0.0, Version(BODY, etag, None))], traits or Traits(), temper or Temper())
    origins = [Origin("a.test", {"/f": file})]
    return Scenario((JobSpec("http://a.test/f", DIRECTORY),), origins, **more)


def outcome_of(scenario):
    return run_scenario(scenario, seed=1, title="test")


@pytest.mark.parametrize("seed", [3, 69, 226])
def test_the_same_seed_tells_the_same_story(seed):
    assert run(seed) == run(seed)


def test_two_seeds_tell_two_stories():
    assert run(3).digest != run(4).digest


def test_a_file_without_trouble_is_fetched_once():
    outcome = outcome_of(one_job())

    assert (outcome.states, outcome.bytes_received) == ((State.DONE,), SIZE)


@pytest.mark.parametrize("turn", [3, 6, 9, 12])
def test_what_was_written_before_a_stop_is_not_fetched_again(turn):
    outcome = outcome_of(one_job(interruptions=(Interruption(turn, "stop"),)))

    assert outcome.states == (State.DONE,)
    assert SIZE <= outcome.bytes_received <= SIZE + IN_FLIGHT


@pytest.mark.parametrize("how", ["stop", "kill", "power"])
def test_a_file_that_cannot_be_recognised_is_begun_again(how):
    outcome = outcome_of(one_job(etag=None, interruptions=(Interruption(9, how),)))

    assert outcome.states == (State.DONE,)
    assert outcome.bytes_received > SIZE


@pytest.mark.parametrize("traits", [Traits(ranges=False), Traits(ranges=False, length=False)])
def test_servers_without_ranges_or_lengths_are_enough(traits):
    assert outcome_of(one_job(traits=traits)).states == (State.DONE,)


def test_what_can_never_be_had_fails():
    assert outcome_of(one_job(traits=Traits(status=404))).states == (State.FAILED,)


def test_a_full_disk_fails_until_there_is_room():
    full = DiskFault(Doing.WRITE, 3, 10_000, errno.ENOSPC)

    assert outcome_of(one_job(disk_faults=(full,), calm_s=60.0)).states == (State.DONE,)


def test_a_job_that_should_end_well_and_does_not_is_a_violation():
    refusing = Temper([Trouble.FORBIDDEN], rate=1.0, calm_s=1e9)

    with pytest.raises(Violation, match="job 1 ended failed"):
        outcome_of(one_job(temper=refusing))


def test_a_violation_tells_the_story():
    refusing = Temper([Trouble.FORBIDDEN], rate=1.0, calm_s=1e9)

    with pytest.raises(Violation) as raised:
        outcome_of(one_job(temper=refusing))
    assert "t1 GET http://a.test/f 0..262144: 403" in str(raised.value)


def test_what_breaks_inside_is_told_with_its_story():
    broken = one_job()
    broken.origins[0].files["/f"].changes.clear()

    with pytest.raises(Violation, match="IndexError"):
        outcome_of(broken)
