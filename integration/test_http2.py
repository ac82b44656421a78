"""Many small files of an origin that speaks HTTP/2, with the installed program and a real nginx."""

import random
from collections import Counter

import pytest

from integration.conftest import needs_nginx
from integration.servers.nginx import Nginx

FILES = 200
KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
def weary(tmp_path):
    """An nginx that closes each connection after 50 requests."""
    needs_nginx()
    with Nginx(tmp_path / "weary", keepalive_requests=50) as server:
        yield server


@pytest.fixture
def served(ddm, download_dir):
    """Put small files on a server and fetch all of them; the log."""

    def serve(server, base):
        chance = random.Random(1)
        contents = {f"f{n}": chance.randbytes(chance.randrange(1, 64 * KIB)) for n in range(FILES)}
        for name, content in contents.items():
            (server.files / name).write_bytes(content)
        ddm.trust(server.certificate)
        urls = "".join(f"{base}/files/{name}\n" for name in contents)
        ended = ddm("get", "-i", "-", stdin=urls)

        assert ended.code == 0, ended.err
        wrong = [n for n, content in contents.items() if (download_dir / n).read_bytes() != content]
        assert wrong == []
        return server.log()

    return serve


def connections(log, protocol):
    """How many requests each connection of a protocol had."""
    return Counter(line.connection for line in log if line.protocol == protocol)


def test_small_files_share_one_http2_connection(nginx, served):
    log = served(nginx, nginx.http2)
    (streams,) = connections(log, "HTTP/2.0").values()

    assert len(log) == FILES
    assert streams > FILES / 2
    assert len(connections(log, "HTTP/1.1")) < 16


def test_a_server_that_says_goaway_is_asked_on_over_another_connection(weary, served):
    log = served(weary, weary.http2)
    streams = connections(log, "HTTP/2.0")

    assert {line.path for line in log} == {f"/files/f{n}" for n in range(FILES)}
    assert max(streams.values()) <= 50
    assert len(streams) > 2


@pytest.mark.parametrize("scheme", ["plain", "tls"])
def test_a_server_that_does_not_speak_it_gets_no_more_connections_than_it_may(
    nginx, served, scheme
):
    log = served(nginx, getattr(nginx, scheme))

    assert {line.protocol for line in log} == {"HTTP/1.1"}
    assert len(log) == FILES
    assert len(connections(log, "HTTP/1.1")) <= 16 + (scheme == "tls")  # one asked for HTTP/2


def test_pieces_of_large_files_have_connections_of_their_own(nginx, ddm, download_dir):
    content = random.Random(1).randbytes(8 * MIB)
    for name in ("a", "b", "c"):
        (nginx.files / name).write_bytes(content)
    ddm.trust(nginx.certificate)
    ended = ddm("get", *(f"{nginx.http2}/files/{name}" for name in ("a", "b", "c")))

    assert ended.code == 0, ended.err
    assert all((download_dir / name).read_bytes() == content for name in ("a", "b", "c"))
    log = nginx.log()
    assert {line.range for line in log if line.protocol == "HTTP/2.0"} == {"bytes=0-262143"}
    assert len(connections(log, "HTTP/1.1")) > 3


def test_a_large_file_that_is_alone_is_not_asked_for_over_http2(nginx, ddm):
    (nginx.files / "a").write_bytes(bytes(8 * MIB))
    ddm.trust(nginx.certificate)

    assert ddm("get", f"{nginx.http2}/files/a").code == 0
    assert {line.protocol for line in nginx.log()} == {"HTTP/1.1"}


def test_large_files_without_ranges_are_sent_again_on_their_own(nginx, ddm, download_dir):
    content = random.Random(1).randbytes(8 * MIB)
    for name in ("a", "b", "c"):
        (nginx.files / name).write_bytes(content)
    ddm.trust(nginx.certificate)
    ended = ddm("get", *(f"{nginx.http2}/noranges/{name}" for name in ("a", "b", "c")))

    assert ended.code == 0, ended.err
    assert all((download_dir / name).read_bytes() == content for name in ("a", "b", "c"))
    assert len(connections(nginx.log(), "HTTP/2.0")) <= 1
