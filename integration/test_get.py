"""Files from a real server, plain and TLS: the same bytes, asked for in the way we mean to."""

import pytest

from integration.servers.bodies import sha256_of, write_body

MIB = 1 << 20


@pytest.mark.parametrize(
    ("scheme", "size"), [("plain", 1024 * MIB), ("tls", 256 * MIB)], ids=["plain", "tls"]
)
def test_a_large_file_comes_in_ranges_over_several_connections(
    ddm, nginx, download_dir, scheme, size
):
    digest = write_body(nginx.files / "large.bin", size)
    ddm.trust(nginx.certificate)

    ended = ddm("get", f"{getattr(nginx, scheme)}/files/large.bin")

    assert (ended.code, ended.err[-500:] if ended.code else "") == (0, "")
    assert sha256_of(download_dir / "large.bin") == digest
    assert [p.name for p in download_dir.iterdir()] == ["large.bin"]
    log = nginx.log()
    connections = {request.connection for request in log}
    assert {request.method for request in log} == {"GET"}
    assert {request.status for request in log} == {206}
    assert all(request.range.startswith("bytes=") for request in log)
    # 16 at a time; one that was far slower than the others may have been closed, and another made.
    assert 1 < len(connections) <= 20
    assert max(request.nth for request in log) > 1


@pytest.mark.parametrize("scheme", ["plain", "tls"])
@pytest.mark.parametrize("size", [0, 1, 256 << 10, (256 << 10) + 1])
def test_a_small_file_is_whole(ddm, nginx, download_dir, scheme, size):
    digest = write_body(nginx.files / "small.bin", size)
    ddm.trust(nginx.certificate)

    ended = ddm("get", f"{getattr(nginx, scheme)}/files/small.bin")

    assert ended.code == 0, ended.err
    assert (download_dir / "small.bin").stat().st_size == size
    assert sha256_of(download_dir / "small.bin") == digest
    assert [p.name for p in download_dir.iterdir()] == ["small.bin"]
    log = nginx.log()
    assert {request.method for request in log} == {"GET"}
    assert len({request.connection for request in log}) == 1


@pytest.mark.parametrize("scheme", ["plain", "tls"])
def test_a_server_without_ranges_is_asked_once(ddm, nginx, download_dir, scheme):
    digest = write_body(nginx.files / "whole.bin", 8 * MIB)
    ddm.trust(nginx.certificate)

    ended = ddm("get", f"{getattr(nginx, scheme)}/noranges/whole.bin")

    assert ended.code == 0, ended.err
    assert sha256_of(download_dir / "whole.bin") == digest
    assert [(request.method, request.status) for request in nginx.log()] == [("GET", 200)]


def test_the_path_of_the_file_is_the_result(ddm, nginx, download_dir):
    write_body(nginx.files / "a.bin", 1000)

    ended = ddm("get", f"{nginx.plain}/files/a.bin")

    assert ended.out == f"{download_dir / 'a.bin'}\n"


def test_quiet_says_nothing_on_stderr(ddm, nginx, download_dir):
    write_body(nginx.files / "a.bin", 1000)

    ended = ddm("get", "-q", f"{nginx.plain}/files/a.bin")

    assert (ended.code, ended.err) == (0, "")
    assert (download_dir / "a.bin").exists()
