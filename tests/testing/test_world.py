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


def test_a_file_without_trouble_is_fetched_once_but_for_the_last_of_a_slow_connection():
    outcome = outcome_of(one_job())

    assert outcome.states == (State.DONE,)
    assert SIZE <= outcome.bytes_received <= SIZE + IN_FLIGHT


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


@pytest.mark.parametrize("digest", ["right", None])
def test_a_flipped_bit_is_seen_where_a_digest_is_known_and_is_a_violation_where_not(digest):
    flipping = one_job(traits=Traits(digest=digest), temper=Temper(script=(Trouble.FLIP,) * 9))

    if digest is None:
        with pytest.raises(Violation, match="no version of anything"):
            outcome_of(flipping)
    else:
        outcome = outcome_of(flipping)
        assert outcome.states == (State.DONE,)
        assert outcome.bytes_received >= 2 * SIZE


@pytest.mark.parametrize("how", ["stop", "kill", "power"])
@pytest.mark.parametrize("turn", range(50, 90, 4))
def test_a_servers_digest_is_not_forgotten_by_who_is_interrupted(turn, how):
    flipping = one_job(
        traits=Traits(digest="right"),
        temper=Temper(script=(Trouble.FLIP,) * 9),
        interruptions=(Interruption(turn, how),),
    )

    assert outcome_of(flipping).states == (State.DONE,)


def test_a_wrong_digest_is_never_done():
    assert outcome_of(one_job(traits=Traits(digest="wrong"))).states == (State.FAILED,)


@pytest.mark.parametrize("too_many", [403, 503, 0])
def test_a_server_that_stands_two_connections_is_enough(too_many):
    scenario = one_job()
    origin = scenario.origins[0]
    origin.connections_max, origin.too_many, origin.calm_s = 2, too_many, 1e9

    outcome = outcome_of(scenario)

    assert outcome.states == (State.DONE,)
    assert outcome.requests < 40


def test_a_final_url_that_expires_is_asked_for_again():
    scenario = one_job(traits=Traits(speed_bps=2e5))
    origin = scenario.origins[0]
    origin.moved["/go"], origin.life_s, origin.calm_s = "/f", 0.3, 1e9
    scenario.jobs = (JobSpec("http://a.test/go", DIRECTORY, max_segments=2),)

    assert outcome_of(scenario).states == (State.DONE,)


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
