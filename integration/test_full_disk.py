"""A full disk: refused before it starts, waited for, given up with 9, and gone on with when there is room."""

import re
import signal

import pytest

from integration.crash.disks import tmpfs
from integration.crash.filling import fill
from integration.crash.paced import PacedServer
from integration.crash.waiting import until
from integration.program import Program, finish
from integration.servers.bodies import body

MIB = 1 << 20
SMALL_BYTES = 24 * MIB
SIZE = 12 * MIB
FILES = {f"/{name}.bin": body(SIZE, seed=number) for number, name in enumerate("ab")}
FILES["/huge.bin"] = body(SMALL_BYTES + 8 * MIB)


@pytest.fixture
def small(tmp_path):
    with tmpfs(tmp_path / "small", SMALL_BYTES) as point:
        yield point


@pytest.fixture
def server():
    with PacedServer(FILES, bytes_per_s=MIB // 2) as paced:
        yield paced


def states(ddm):
    return {job["id"]: job["state"] for job in ddm.status()["jobs"]}


def is_right(directory, name):
    return (directory / name).read_bytes() == FILES[f"/{name}"]


def test_a_file_that_is_too_big_is_refused_before_it_is_fetched(ddm, server, small):
    ended = ddm("get", "-d", small, server.url("/huge.bin"))

    assert ended.code == 9, ended.err
    assert str(small / "huge.bin") in ended.err
    assert re.search(r"\b8(\.\d)? MiB\b", ended.err), ended.err
    assert ended.err.count("\n") <= 2
    assert server.sent_bytes <= MIB // 4
    assert list(small.iterdir()) == []


def test_a_disk_that_fills_on_the_way_ends_get_with_9_and_the_next_one_goes_on(ddm, server, small):
    url = server.url("/a.bin")
    with ddm.start("get", "-d", small, url) as process:
        assert server.wait_sent(SIZE // 4, timeout_s=30)
        fill(small / "filler")
        ended = finish(process)

    assert ended.code == 9, ended.err
    assert str(small / "a.bin") in ended.err
    assert "No space left on device" in ended.err
    assert "Traceback" not in ended.err
    (small / "filler").unlink()

    again = ddm("get", "-d", small, url)

    assert again.code == 0, again.err
    assert is_right(small, "a.bin")
    assert server.acknowledged_bytes() <= SIZE + 2 * MIB  # what came when nothing fitted any more


def queue_on_two_disks(ddm, server, small):
    """Job 1 goes to the small disk on many connections, job 2 elsewhere on a few: it is slower."""
    assert ddm("add", "-d", small, server.url("/a.bin")).code == 0
    assert ddm("add", "--max-segments", "5", server.url("/b.bin")).code == 0


def test_jobs_on_another_disk_are_completed_before_run_gives_up_with_9(
    ddm, server, small, download_dir
):
    queue_on_two_disks(ddm, server, small)
    with ddm.start("run") as process:
        assert server.wait_sent(SIZE // 2, timeout_s=30)
        fill(small / "filler")
        until(lambda: states(ddm)[1] == "waiting", "the job on the full disk waits")
        assert states(ddm)[2] == "running"
        ended = finish(process)

    assert ended.code == 9, ended.err
    assert is_right(download_dir, "b.bin")
    assert states(ddm) == {1: "failed", 2: "done"}
    assert str(small / "a.bin") in ended.err


def test_it_goes_on_by_itself_when_there_is_room_while_others_run(ddm, server, small, download_dir):
    queue_on_two_disks(ddm, server, small)
    with ddm.start("run") as process:
        assert server.wait_sent(SIZE // 2, timeout_s=30)
        fill(small / "filler")
        until(lambda: states(ddm)[1] == "waiting", "the job on the full disk waits")
        (small / "filler").unlink()
        ended = finish(process)

    assert ended.code == 0, ended.err
    assert is_right(small, "a.bin")
    assert is_right(download_dir, "b.bin")


def test_run_forever_waits_for_room_and_goes_on(ddm, server, small):
    assert ddm("add", "-d", small, server.url("/a.bin")).code == 0
    with ddm.start("run", "--forever") as process:
        assert server.wait_sent(SIZE // 4, timeout_s=30)
        fill(small / "filler")
        until(lambda: states(ddm)[1] == "waiting", "the job on the full disk waits")
        assert process.poll() is None
        (small / "filler").unlink()
        until((small / "a.bin").exists, "it goes on by itself")
        until(lambda: states(ddm)[1] == "done", "and is done")
        process.send_signal(signal.SIGTERM)
        ended = finish(process)

    assert ended.code in {0, 143}, ended.err
    assert is_right(small, "a.bin")


def test_a_full_state_directory_stops_downloads_cleanly_and_loses_nothing(
    tmp_path, server, download_dir
):
    with tmpfs(tmp_path / "state", 4 * MIB) as point:
        ddm = Program(point, download_dir)
        url = server.url("/a.bin")
        with ddm.start("get", url) as process:
            assert server.wait_sent(SIZE // 4, timeout_s=30)
            fill(point / "filler")
            ended = finish(process)

        assert ended.code == 9, ended.err
        assert "Traceback" not in ended.err
        told = [line for line in ended.err.splitlines() if str(point) in line]
        assert len(told) == 1, ended.err
        assert "full" in told[0] or "o space" in told[0]
        assert sorted(path.name for path in download_dir.iterdir()) == ["a.bin.part"]
        (point / "filler").unlink()

        again = ddm("get", url)

        assert again.code == 0, again.err
        assert is_right(download_dir, "a.bin")
        assert server.acknowledged_bytes() <= SIZE * 1.05
