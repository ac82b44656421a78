"""Every call of disk and store that can fail fails once, and from then on, in five worlds."""

import errno

import pytest

from ddm.limits import KIB, MIB, Limits, RetryLimits
from ddm.record import State
from ddm.spec import Checksum, JobSpec
from ddm.testing.body import Body, Version
from ddm.testing.faults import DiskFault, Doing, NthFault, StoreFault
from ddm.testing.origin import Origin
from ddm.testing.scenario import DIRECTORY, Interruption, Scenario, Wish
from ddm.testing.served import ServedFile, Traits
from ddm.testing.trouble import Temper
from ddm.testing.world import run_scenario

CALM_S = 12.0


def served(number, size, **traits):
    version = Version(Body(f"nth {number}", size), f'"{number}"', None)
    return ServedFile([(0.0, version)], Traits(**traits), Temper(calm_s=CALM_S))


def scenario_of(files, *, checksum=False, **fields):
    """One job for each file of one server."""
    origin = Origin("a.test", {f"/f{number}": file for number, file in enumerate(files)})
    digests = [
        (Checksum("sha-256", file.versions[0].body.sha256.hex()),) if checksum else ()
        for file in files
    ]
    jobs = [
        JobSpec(f"http://a.test/f{number}", DIRECTORY, checksums=known)
        for number, known in enumerate(digests)
    ]
    limits = Limits(
        max_segments=24,
        max_connections_per_host=24,
        segment_buffer_bytes=64 * KIB,
        retry=RetryLimits(max_attempts=3),
    )
    return Scenario(tuple(jobs), [origin], limits, calm_s=CALM_S, **fields)


def many_segments():
    """Some 30 requests for one file: its server hangs up on each of them."""
    return scenario_of([served(0, 3 * MIB, hangs_up_bytes=80_000, speed_bps=3e7)])


def several_jobs():
    return scenario_of([served(n, size) for n, size in enumerate((0, 70_000, 300_000, 600_000))])


def two_runs():
    stop, kill = Interruption(12, "stop"), Interruption(20, "kill")
    return scenario_of([served(0, 900_000, speed_bps=1e6)], interruptions=(stop, kill))


def a_digest():
    return scenario_of([served(0, 400_000), served(1, 300_000, digest="right")], checksum=True)


def a_full_disk_and_wishes():
    full = DiskFault(Doing.WRITE, 3, 0, errno.ENOSPC, lasts_s=2.5)
    wishes = (
        Wish(6, 0, "pause"),
        Wish(9, 1, "delete"),
        Wish(12, 0, "resume"),
        Wish(15, 2, "check"),
    )
    files = [served(n, size) for n, size in enumerate((500_000, 500_000, 50_000))]
    return scenario_of(files, disk_faults=(full,), wishes=wishes, checks=True)


WORLDS = [many_segments, several_jobs, two_runs, a_digest, a_full_disk_and_wishes]


@pytest.mark.parametrize("stays", [False, True], ids=["once", "from_then_on"])
@pytest.mark.parametrize("world", WORLDS, ids=[world.__name__ for world in WORLDS])
def test_whatever_call_fails_every_job_ends_as_it_should(world, stays):
    number, calls = 0, 1
    while number < calls:
        number += 1
        scenario = world()
        scenario.nth = NthFault(number, stays, variant=number)
        outcome = run_scenario(scenario, seed=1, title=f"{world.__name__} {scenario.nth}")
        calls = outcome.calls
        assert set(outcome.states) == {State.DONE}
    assert number > 60


def test_the_first_of_these_worlds_has_more_than_24_requests():
    assert run_scenario(many_segments(), seed=1, title="many").requests > 24


@pytest.mark.parametrize("first", range(12))
def test_a_store_that_is_busy_for_a_while_ends_nobody(first):
    scenario = several_jobs()
    scenario.store_faults = (StoreFault(Doing.BEGIN, first, 0, lasts_s=5.0, busy=True),)
    outcome = run_scenario(scenario, seed=1, title="busy")

    assert (outcome.lives, set(outcome.states)) == (1, {State.DONE})
