"""The performer killed at any moment: what it had written is found by the next one, and nothing else."""

import contextlib
import random

import pytest

from ddm.byteranges import RangeSet
from ddm.disk.localdisk import LocalDisk
from ddm.record import State
from ddm.recovery import recover
from ddm.testing.trouble import Temper, Trouble

TROUBLES = (Trouble.RESET_BODY, Trouble.LONG, Trouble.RANGE_IGNORED, Trouble.BUSY)


@pytest.fixture
def house(build):
    return build({"f": 2_000_000, "g": 700_000}, speed_bps=1e6)


def kill(house):
    """Kill the performer; what its engine believed to be in the files, by job."""
    believed = {view.id: view.done_bytes for view in house.engine.view(house.clock.now()).jobs}
    found = house.marks.found()
    house.leave()
    house.restart()
    recover(house.store, LocalDisk("boot"), found, "boot")
    house.marks.clear()
    return believed


def right(house, record):
    """What is claimed of a job's part file that has these very bytes."""
    body = house.bodies[record.spec.url.rpartition("/")[2]]
    part = house.directory / f"{record.name}.part"
    data = part.read_bytes() if part.exists() else b""
    found = RangeSet()
    for claim in record.written:
        if data[claim.start : claim.stop] == body.read(claim.start, claim.stop):
            found = found.add(claim)
    return found


@pytest.mark.parametrize("troubles", [(), TROUBLES], ids=["calm", "troubled"])
@pytest.mark.parametrize("seed", range(8))
def test_killed_at_any_moment_it_goes_on_where_it_was(house, seed, troubles):
    chance = random.Random(seed)
    house.files["/f"].temper = Temper(troubles, rate=0.3, calm_s=20.0)
    ids = house.add("f", "g")
    for _ in range(8):
        with house.busy() if chance.random() < 0.3 else contextlib.nullcontext():
            for _ in range(chance.randrange(60)):
                if not house.performer.idle:
                    house.turn()
        believed = kill(house)
        for record in house.store.in_state(State.QUEUED):
            assert record.written == right(house, record)
            # A file that was begun again while nothing could be recorded is lost.
            if record.part is not None and not troubles:
                assert record.written.total >= believed.get(record.id, 0)
    house.work()

    assert [house.state(job_id) for job_id in ids] == [State.DONE, State.DONE]
    for name, job_id in zip("fg", ids, strict=True):
        assert house.holds_all_of(name, at=house.store.get(job_id).name)
