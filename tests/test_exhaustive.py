"""A small world, whole: a file of two segments that meets three faults, in every order that there is."""

import errno
from itertools import product

import pytest

from ddm.limits import PROBE_BYTES
from ddm.record import State
from ddm.spec import JobSpec
from ddm.testing.body import Body, Version
from ddm.testing.faults import DiskFault, Doing
from ddm.testing.origin import Origin
from ddm.testing.scenario import DIRECTORY, Scenario
from ddm.testing.served import ServedFile
from ddm.testing.trouble import Temper, Trouble
from ddm.testing.world import run_scenario

FAULTS = [
    Trouble.RESET_EARLY,
    Trouble.RESET_BODY,
    Trouble.STALL_BODY,
    Trouble.LONG,
    Trouble.RANGE_IGNORED,
    Trouble.START_WRONG,
    Trouble.BUSY,
    Doing.WRITE,
    Doing.SYNC,
]
BODY = Body("exhaustive", 2 * PROBE_BYTES)


def world_with(faults):
    """Servers' faults meet the first requests, one each; the disk's meet its first operations."""
    script = tuple(fault if isinstance(fault, Trouble) else None for fault in faults)
    disk_faults = tuple(
        DiskFault(fault, number, 1, errno.EIO)
        for number, fault in enumerate(faults)
        if isinstance(fault, Doing)
    )
    file = ServedFile([(0.0, Version(BODY, '"v"', None))], temper=Temper(script=script))
    jobs = (JobSpec("http://a.test/file.bin", DIRECTORY),)
    origins = [Origin("a.test", {"/file.bin": file})]
    return Scenario(jobs, origins, disk_faults=disk_faults, calm_s=3600.0)


@pytest.mark.parametrize("first", FAULTS)
def test_two_segments_survive_three_faults_in_every_order(first):
    for second, third in product(FAULTS, FAULTS):
        faults = (first, second, third)
        title = ", ".join(fault.name for fault in faults)

        outcome = run_scenario(world_with(faults), seed=0, title=title)

        assert (title, outcome.states) == (title, (State.DONE,))
