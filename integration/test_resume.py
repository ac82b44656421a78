"""Interrupted half way and run again: the server's log proves that only the rest is asked for."""

import signal
import time

import pytest

from ddm.byteranges import ByteRange, RangeSet
from integration.program import finish
from integration.servers.behaviours import Gated, Honest
from integration.servers.bodies import body

MIB = 1 << 20
SIZE = 24 * MIB


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_download_goes_on_where_it_was(ddm, scripted, download_dir, number, code):
    content = body(SIZE, seed=3)
    gate = Gated(content, limit_bytes=SIZE // 2)
    url = scripted.add("/file.bin", gate)

    with ddm.start("get", url) as process:
        assert gate.wait_until_reached()
        process.send_signal(number)
        asked_to_end = time.monotonic()
        ended = finish(process)
        took_s = time.monotonic() - asked_to_end

    assert ended.code == code, ended.err
    assert took_s < 2
    assert [path.name for path in download_dir.iterdir()] == ["file.bin.part"]
    (job,) = ddm.status()["jobs"]
    before = len(scripted.log)
    gate.release()

    again = ddm("get", url)

    assert again.code == 0, again.err
    assert (download_dir / "file.bin").read_bytes() == content
    assert [path.name for path in download_dir.iterdir()] == ["file.bin"]
    # At the end a range may be asked for by two, the first of which is cut short; what was there is not.
    asked = RangeSet(ByteRange(*request.range) for request in scripted.log[before:])
    assert asked.total == SIZE - job["done_bytes"]
    assert job["done_bytes"] > SIZE // 4


def test_a_file_that_changed_meanwhile_is_said_so_and_begun_again_only_when_asked(
    ddm, scripted, download_dir
):
    old, new = body(SIZE, seed=4), body(SIZE, seed=5)
    gate = Gated(old, limit_bytes=SIZE // 2)
    url = scripted.add("/file.bin", gate)
    with ddm.start("get", url) as process:
        assert gate.wait_until_reached()
        process.send_signal(signal.SIGINT)
        finish(process)
    gate.release()
    scripted.add("/file.bin", Honest(new, etag='"two"'))

    told = ddm("get", url)

    assert told.code == 41, told.err
    assert '"one"' in told.err
    assert '"two"' in told.err
    assert "--force-restart" in told.err
    assert [path.name for path in download_dir.iterdir()] == ["file.bin.part"]

    again = ddm("get", "--force-restart", url)

    assert again.code == 0, again.err
    assert (download_dir / "file.bin").read_bytes() == new
    assert [path.name for path in download_dir.iterdir()] == ["file.bin"]
