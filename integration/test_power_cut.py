"""The power is cut: what the disk never got is not believed, and after exit 0 the file is there."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from integration.crash.disks import ext4
from integration.crash.power import IMAGE_BYTES, MIB, Plan, cuts, on
from integration.servers.behaviours import Honest
from integration.servers.bodies import body

FILES = {f"/small-{n}.bin": body(200_000 * n + 1, seed=n) for n in range(4)}
FILES["/large.bin"] = body(32 * MIB, seed=99)
# A journal that is written all the time, and before the data, is the nastiest: lengths without bytes.
NASTY = "data=writeback,commit=1"
EARLY, MIDDLE = (0.02, 0.5), (0.1, 0.6)
FAST = [
    Plan(1, 24 * MIB, (EARLY, MIDDLE)),
    Plan(2, 24 * MIB, (EARLY, MIDDLE), NASTY),
    Plan(3, 24 * MIB, (EARLY, MIDDLE), claims_first=True),
    Plan(4, 24 * MIB, (EARLY, MIDDLE), NASTY, claims_first=True),
]
# Slow ones live long enough for syncs in between: something has to be kept.
SLOW = [
    Plan(5, 3.5 * MIB, ((0.75, 0.95),), NASTY),
    Plan(6, 3.5 * MIB, ((0.75, 0.95),), claims_first=True),
]


@pytest.fixture
def disk(tmp_path):
    with ext4(tmp_path / "cut", IMAGE_BYTES) as found:
        yield found


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    home = tmp_path_factory.mktemp("power")
    with ext4(home / "try", IMAGE_BYTES):
        pass  # skips here, not in a thread
    with ThreadPoolExecutor(len(SLOW) + 1) as pool:
        plans = [*SLOW, *FAST]
        running = [
            pool.submit(cuts, home / str(number), FILES, plan) for number, plan in enumerate(plans)
        ]
        return [each.result() for each in running]


def test_what_was_not_flushed_is_really_missing_in_the_copy(disk):
    flushed, unflushed = disk.point / "flushed", disk.point / "unflushed"
    with flushed.open("wb") as file:
        file.write(body(MIB))
        file.flush()
        os.fsync(file.fileno())
    with unflushed.open("wb") as file:
        file.truncate(MIB)
        file.flush()
        os.fsync(file.fileno())
        file.write(body(MIB))

    disk.cut()
    disk.restart()

    assert flushed.read_bytes() == body(MIB)
    assert unflushed.read_bytes() == bytes(MIB)


def test_never_a_wrong_byte(outcomes):
    assert [each.wrong for each in outcomes] == [[]] * len(outcomes)


def test_the_same_command_ends_well_after_the_power_is_back(outcomes):
    assert [(each.code, each.said) for each in outcomes if each.code != 0] == []
    assert [each.said for each in outcomes if "Traceback" in each.said] == []


def test_after_exit_0_the_files_are_there(outcomes):
    assert [each.lost for each in outcomes] == [[]] * len(outcomes)


def test_what_was_synced_is_not_fetched_again(outcomes):
    kept = [(each.kept_bytes, each.sent_bytes) for each in outcomes[: len(SLOW)]]

    assert all(kept_bytes > 8 * MIB for kept_bytes, _ in kept), kept


def test_what_add_printed_is_there_after_a_power_cut(disk, scripted):
    program = on(disk)
    url = scripted.add("/a.bin", Honest(b"a"))

    added = program("add", url, url)
    disk.cut()
    disk.restart()

    assert added.out == "1\n2\n"
    assert [job["id"] for job in program.status()["jobs"]] == [1, 2]
