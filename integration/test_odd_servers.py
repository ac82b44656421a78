"""Servers that are not as one would wish: the file is whole all the same, or is not there."""

import pytest

from integration.servers.behaviours import (
    Chunked,
    CloseDelimited,
    First,
    Honest,
    IgnoresRange,
    ResetsAfter,
    Short,
    Status,
    WrongContentRange,
    redirect,
)
from integration.servers.bodies import body

MIB = 1 << 20
CONTENT = body(5 * MIB + 123, seed=7)


@pytest.mark.parametrize(
    "behaviour", [IgnoresRange, Chunked, CloseDelimited], ids=lambda kind: kind.__name__
)
@pytest.mark.parametrize("content", [b"", b"x", CONTENT], ids=["nothing", "one byte", "5 MiB"])
def test_a_server_that_knows_no_ranges_or_no_length(
    ddm, scripted, download_dir, behaviour, content
):
    ended = ddm("get", scripted.add("/file.bin", behaviour(content)))

    assert ended.code == 0, ended.err
    assert (download_dir / "file.bin").read_bytes() == content
    assert [request.method for request in scripted.log] == ["GET"]


def test_a_server_without_any_validator(ddm, scripted, download_dir):
    ended = ddm("get", scripted.add("/file.bin", Honest(CONTENT, etag=None)))

    assert ended.code == 0, ended.err
    assert (download_dir / "file.bin").read_bytes() == CONTENT


def test_connections_that_are_reset_in_the_middle_of_a_body(ddm, scripted, download_dir):
    behaviour = ResetsAfter(CONTENT, after_bytes=100_000, times=4)

    ended = ddm("get", scripted.add("/file.bin", behaviour))

    assert ended.code == 0, ended.err
    assert (download_dir / "file.bin").read_bytes() == CONTENT


def test_bodies_that_end_a_byte_early(ddm, scripted, download_dir):
    ended = ddm("get", scripted.add("/file.bin", Short(CONTENT, times=3)))

    assert ended.code == 0, ended.err
    assert (download_dir / "file.bin").read_bytes() == CONTENT


def test_a_server_that_is_overloaded_for_a_moment(ddm, scripted, download_dir):
    behaviour = First(2, Status(503, ("Retry-After", "1")), then=Honest(CONTENT))

    ended = ddm("get", scripted.add("/file.bin", behaviour))

    assert ended.code == 0, ended.err
    assert (download_dir / "file.bin").read_bytes() == CONTENT


def test_a_content_range_that_names_other_bytes_is_never_believed(ddm, scripted, download_dir):
    ended = ddm("get", scripted.add("/file.bin", WrongContentRange(CONTENT)))

    whole = ended.code == 0 and (download_dir / "file.bin").read_bytes() == CONTENT
    assert whole or (ended.code == 22 and not (download_dir / "file.bin").exists())


def test_a_chain_of_redirects_is_followed(ddm, scripted, download_dir):
    scripted.add("/file.bin", Honest(CONTENT))
    scripted.add("/three", redirect("file.bin", 307))
    scripted.add("/two", redirect(scripted.url("/three"), 301))

    ended = ddm("get", scripted.add("/one", redirect("/two")))

    assert ended.code == 0, ended.err
    assert [path.read_bytes() == CONTENT for path in download_dir.iterdir()] == [True]


def test_redirects_that_loop_end(ddm, scripted, download_dir):
    scripted.add("/one", redirect("/two"))

    ended = ddm("get", scripted.add("/two", redirect("/one")))

    assert ended.code == 23
    assert len(scripted.log) <= 11
    assert list(download_dir.iterdir()) == []


def test_a_redirect_never_leaves_http(ddm, scripted, download_dir):
    ended = ddm("get", scripted.add("/file.bin", redirect("file:///etc/hostname")))

    assert ended.code == 23
    assert list(download_dir.iterdir()) == []
