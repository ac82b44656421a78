import random

import pytest

from ddm.limits import Limits
from ddm.testing.body import Body, Version
from ddm.testing.clock import VirtualClock
from ddm.testing.disk import SimDisk
from ddm.testing.errands import Errands
from ddm.testing.faults import Faults
from ddm.testing.origin import Internet, Origin
from ddm.testing.plug import Plug
from ddm.testing.served import ServedFile
from ddm.testing.story import Story
from ddm.testing.traffic import Traffic
from ddm.testing.watcher import Watcher

SIZE = 300_000


@pytest.fixture
def version():
    return Version(Body("key", SIZE), '"v"', None)


@pytest.fixture
def served(version):
    """A file at http://a.test/f, for tests to give troubles to."""
    return ServedFile([(0.0, version)])


@pytest.fixture
def internet(served):
    return Internet([Origin("a.test", {"/f": served})], random.Random(1))


@pytest.fixture
def story():
    return Story("test")


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def watcher(internet, version, story):
    return Watcher(internet, [version], story)


@pytest.fixture
def traffic(internet, story):
    limits = Limits(max_total_connections=3, max_connections_per_host=2, max_segments=2)
    return Traffic(internet, limits, story)


@pytest.fixture
def plug():
    return Plug()


@pytest.fixture
def errands(clock):
    """Where everything is done at once."""
    errands = Errands(clock, random.Random(1))
    errands.at_once = True
    return errands


@pytest.fixture
def disk(clock, watcher, plug, errands):
    return SimDisk(Faults(clock), watcher, plug, errands)


@pytest.fixture
def part(disk, version):
    """The part file of the file f."""
    size_bytes = version.body.size
    return disk.open_part("/d", "f", exact=False, size_bytes=size_bytes, resume=None).result()
