"""A place that goes away in the midst of a file: the next one has it too, under an ETag of its own."""

import pytest

from ddm.record import State
from ddm.spec import Checksum
from ddm.testing.body import Version
from ddm.testing.served import ServedFile, Traits

MIB = 1 << 20


@pytest.fixture
def house(build):
    """The file /f, and the same at /g, a mirror of it."""
    house = build({"f": 3 * MIB}, speed_bps=1e6)
    mirrored = Version(house.bodies["f"], '"other"', None)
    house.files["/g"] = ServedFile([(0.0, mirrored)], Traits(speed_bps=1e6))
    return house


def some_is_there(house):
    return any(view.done_bytes > MIB for view in house.engine.view(house.clock.now()).jobs)


@pytest.mark.parametrize("with_digest", [True, False])
def test_the_rest_or_without_a_digest_all_of_it_comes_from_the_mirror(house, with_digest):
    digests = (Checksum("sha-256", house.bodies["f"].sha256.hex()),) * with_digest
    job_id = house.add("f", mirrors=("http://a.test/g",), checksums=digests, max_segments=2)
    house.turn_until(lambda: some_is_there(house))
    house.files["/f"].traits = Traits(status=404)
    house.work()

    assert house.state(job_id) is State.DONE
    assert house.holds_all_of("f")
    assert (house.store.get(job_id).receipt.fetched_bytes == 3 * MIB) is with_digest
