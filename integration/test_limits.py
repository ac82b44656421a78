"""The limits of a run: each ends what it is there to end, in its time, and names itself."""

import time

import pytest

from integration.servers.behaviours import First, Gated, Honest, Status
from integration.servers.bodies import body

MIB = 1 << 20
CONTENT = body(4 * MIB, seed=15)


@pytest.fixture
def timed(ddm):
    """Runs the program; how it ended, and after how many seconds."""

    def run(*arguments):
        begun_s = time.monotonic()
        ended = ddm(*arguments)
        return ended, time.monotonic() - begun_s

    return run


def test_a_file_that_is_not_whole_in_time(timed, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(CONTENT, bytes_per_s=64 << 10))

    ended, took_s = timed("get", "--timeout", "1.5", url)

    assert ended.code == 5, ended.err
    assert "the limit that was set" in ended.err
    assert 1.5 <= took_s < 6
    assert [path.name for path in download_dir.iterdir()] == ["a.bin.part"]


def test_a_transfer_that_stalls_is_tried_again_and_then_given_up(timed, scripted, download_dir):
    gate = Gated(CONTENT[:1000], limit_bytes=0)

    ended, took_s = timed(
        *("get", "--stall-timeout", 1, "--max-tries", 2), scripted.add("/a.bin", gate)
    )

    assert ended.code == 5, ended.err
    assert 2 <= took_s < 8
    assert len(scripted.log) == 2
    assert not (download_dir / "a.bin").exists()


@pytest.mark.parametrize("tries", [1, 3])
def test_so_many_tries_and_no_more(ddm, scripted, tries):
    ended = ddm("get", "--max-tries", tries, scripted.add("/a.bin", Status(500)))

    assert ended.code == 22, ended.err
    # The last one of all asks without a range.
    assert [request.range is None for request in scripted.log] == [False] * tries + [True]


def test_run_takes_the_limits_too(ddm, scripted):
    ddm("add", scripted.add("/a.bin", Status(500)))

    ended = ddm("run", "--max-tries", 2)

    assert ended.code == 22, ended.err
    assert len(scripted.log) == 2 + 1


def test_a_retry_after_that_is_too_long_is_not_waited_for(timed, scripted):
    url = scripted.add("/a.bin", Status(503, ("Retry-After", "100")))

    ended, took_s = timed("get", "--max-wait", 5, url)

    assert ended.code == 29, ended.err
    assert "100 s" in ended.err
    assert took_s < 5
    assert len(scripted.log) == 1


def test_a_retry_after_within_the_limit_is_waited_for(timed, scripted, download_dir):
    busy = Status(503, ("Retry-After", "2"))
    url = scripted.add("/a.bin", First(1, busy, Honest(CONTENT)))

    ended, took_s = timed("get", "--max-wait", 5, url)

    assert ended.code == 0, ended.err
    assert took_s >= 2
    assert (download_dir / "a.bin").read_bytes() == CONTENT
