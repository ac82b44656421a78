from contextlib import closing

import pytest

from ddm.record import State
from ddm.spec import JobSpec
from ddm.testing.machine import Machine
from ddm.testing.memory import MemoryStore
from ddm.testing.origin import Origin
from ddm.testing.scenario import DIRECTORY, Scenario


@pytest.fixture
def machine(served, story, clock):
    origin = Origin("a.test", {"/f": served})
    scenario = Scenario((JobSpec("http://a.test/f", DIRECTORY),), [origin])
    with closing(MemoryStore(clock.wall, keeps=True)) as jobs:
        jobs.add(scenario.jobs)
        yield Machine(scenario, seed=1, story=story, clock=clock, jobs=jobs)


def turn(machine, process, count):
    for _ in range(count):
        if (due := process.deadline()) is None:
            return
        machine.clock.advance_to(due)
        process.turn(machine.clock.now())


def test_a_process_fetches_what_is_queued(machine):
    turn(machine, machine.begin(), 99)

    assert machine.jobs.get(1).state is State.DONE


def test_the_next_process_knows_what_was_written(machine):
    turn(machine, machine.begin(), 5)
    assert not machine.jobs.get(1).written
    machine.crash(power=False)
    machine.begin()

    assert machine.jobs.get(1).written


def test_after_a_power_cut_it_does_not(machine):
    turn(machine, machine.begin(), 5)
    machine.crash(power=True)
    machine.begin()

    assert not machine.jobs.get(1).written
    assert machine.disk.boot_id == "boot-2"
