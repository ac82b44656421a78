"""--overwrite: the old file is there until the new one is whole, and then in one step it is not."""

import signal

import pytest

from ddm.byteranges import ByteRange, RangeSet
from integration.program import finish
from integration.servers.behaviours import Gated, Honest, Status
from integration.servers.bodies import body

MIB = 1 << 20
CONTENT = body(4 * MIB, seed=14)


@pytest.mark.parametrize("named", [(), ("-o", "a.bin")], ids=["by the URL", "by -o"])
def test_a_file_is_replaced_at_the_end(ddm, scripted, download_dir, named):
    path = download_dir / "a.bin"
    path.write_bytes(b"old")
    gate = Gated(CONTENT, limit_bytes=2 * MIB)

    with ddm.start("get", "--overwrite", *named, scripted.add("/a.bin", gate)) as process:
        assert gate.wait_until_reached()
        meanwhile = path.read_bytes()
        gate.release()
        ended = finish(process)

    assert (ended.code, meanwhile) == (0, b"old"), ended.err
    assert ended.out == f"{path}\n"
    assert path.read_bytes() == CONTENT
    assert [found.name for found in download_dir.iterdir()] == ["a.bin"]


def test_what_cannot_be_fetched_leaves_the_old_file(ddm, scripted, download_dir):
    (download_dir / "a.bin").write_bytes(b"old")

    ended = ddm("get", "--overwrite", scripted.add("/a.bin", Status(404)))

    assert ended.code == 3
    assert {path.name: path.read_bytes() for path in download_dir.iterdir()} == {"a.bin": b"old"}


def test_a_wrong_digest_leaves_the_old_file(ddm, scripted, download_dir):
    (download_dir / "a.bin").write_bytes(b"old")
    url = scripted.add("/a.bin", Honest(CONTENT))

    ended = ddm("get", "--overwrite", "--checksum", "md5:" + "0" * 32, url)

    assert ended.code == 32, ended.err
    assert (download_dir / "a.bin").read_bytes() == b"old"


def test_a_file_that_was_fetched_is_fetched_again(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(b"first"))
    ddm("get", url)
    scripted.add("/a.bin", Honest(b"second", etag='"two"'))

    without = ddm("get", url)
    before = (download_dir / "a.bin").read_bytes()
    with_it = ddm("get", "--overwrite", url)

    assert (without.code, before) == (41, b"first")
    assert "--overwrite" in without.err
    assert with_it.code == 0, with_it.err
    assert {path.name: path.read_bytes() for path in download_dir.iterdir()} == {"a.bin": b"second"}


def test_an_interrupted_replacement_goes_on(ddm, scripted, download_dir):
    path = download_dir / "a.bin"
    path.write_bytes(b"old")
    gate = Gated(CONTENT, limit_bytes=2 * MIB)
    url = scripted.add("/a.bin", gate)
    with ddm.start("get", "--overwrite", url) as process:
        assert gate.wait_until_reached()
        process.send_signal(signal.SIGINT)
        interrupted = finish(process)
    (job,) = ddm.status()["jobs"]
    before, asked = path.read_bytes(), len(scripted.log)
    gate.release()

    ended = ddm("get", "--overwrite", url)

    assert (interrupted.code, before, ended.code) == (130, b"old", 0), ended.err
    assert path.read_bytes() == CONTENT
    rest = RangeSet(ByteRange(*request.range) for request in scripted.log[asked:])
    assert rest.total == len(CONTENT) - job["done_bytes"]
    assert [found.name for found in download_dir.iterdir()] == ["a.bin"]


def test_a_link_is_replaced_and_not_followed(ddm, scripted, download_dir, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    (download_dir / "a.bin").symlink_to(target)

    ended = ddm("get", "--overwrite", scripted.add("/a.bin", Honest(b"new")))

    assert ended.code == 0, ended.err
    assert target.read_bytes() == b"precious"
    assert not (download_dir / "a.bin").is_symlink()
    assert (download_dir / "a.bin").read_bytes() == b"new"


def test_a_directory_in_the_way_is_said_before_anything_is_fetched(ddm, scripted, download_dir):
    (download_dir / "a.bin").mkdir()

    ended = ddm("get", "--overwrite", scripted.add("/a.bin", Honest(CONTENT)))

    assert ended.code == 13
    assert "is a directory" in ended.err
    assert len(scripted.log) == 1
    assert [path.name for path in download_dir.iterdir()] == ["a.bin"]


def test_a_foreign_part_file_is_never_touched(ddm, scripted, download_dir):
    (download_dir / "a.bin.part").write_bytes(b"theirs")

    ended = ddm("get", "--overwrite", scripted.add("/a.bin", Honest(CONTENT)))

    assert ended.code == 13, ended.err
    assert {path.name: path.read_bytes() for path in download_dir.iterdir()} == {
        "a.bin.part": b"theirs"
    }
