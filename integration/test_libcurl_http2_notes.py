"""What DDM relies on in libcurl's HTTP/2 and in its limits of connections: as test_libcurl_multi_notes.py."""

import socket

import pycurl
import pytest

from integration.easy import collecting, perform
from integration.servers.behaviours import Status

CONTENT = bytes(range(256)) * 256


@pytest.fixture
def multi():
    with pycurl.CurlMulti() as multi:
        yield multi


def over_tls(url, version, **options):
    return collecting(url, HTTP_VERSION=version, SSL_VERIFYPEER=0, SSL_VERIFYHOST=0, **options)[0]


def h1(url):
    return over_tls(url, pycurl.CURL_HTTP_VERSION_1_1)


def h2(url):
    return over_tls(url, pycurl.CURL_HTTP_VERSION_2TLS, PIPEWAIT=1)


def spoken(multi, *easies):
    """Which versions were spoken, over how many new connections."""
    assert perform(multi, *easies) == []
    versions = {easy.getinfo(pycurl.INFO_HTTP_VERSION) for easy in easies}
    return versions, sum(easy.getinfo(pycurl.NUM_CONNECTS) for easy in easies)


@pytest.fixture
def file_url(nginx):
    (nginx.files / "f").write_bytes(CONTENT)
    return f"{nginx.http2}/files/f"


V1, V2 = pycurl.CURL_HTTP_VERSION_1_1, pycurl.CURL_HTTP_VERSION_2_0


def test_streams_that_wait_for_each_other_have_one_connection(multi, file_url):
    assert spoken(multi, *[h2(file_url) for _ in range(64)]) == ({V2}, 1)
    assert spoken(multi, *[h1(file_url) for _ in range(4)]) == ({V1}, 4)


def test_an_idle_old_connection_is_taken_for_what_could_be_a_stream(multi, file_url):
    """Hence two multi handles."""
    spoken(multi, h1(file_url))

    assert spoken(multi, h2(file_url)) == ({V1}, 0)


def test_beside_a_busy_old_connection_nobody_waits_for_one_to_share(multi, file_url):
    """Hence two multi handles."""
    slow = h1(file_url.replace("/files/", "/slow/"))
    multi.add_handle(slow)
    while not slow.getinfo(pycurl.SIZE_DOWNLOAD_T):
        multi.perform()
        multi.select(0.1)

    assert spoken(multi, *[h2(file_url) for _ in range(8)]) == ({V2}, 8)
    multi.remove_handle(slow)


def test_behind_an_http_proxy_the_limit_of_a_host_is_the_proxys(scripted, multi):
    multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, 1)
    urls = [f"http://{host}.invalid/" for host in "abc"]
    easies = []
    for url in urls:
        scripted.add(url, Status(200))
        easies.append(collecting(url, PROXY=f"http://127.0.0.1:{scripted.port}")[0])

    assert spoken(multi, *easies) == ({V1}, 1)


def test_a_transfer_over_the_limit_of_its_host_waits_on_the_clock_of_its_connect(scripted, multi):
    multi.setopt(pycurl.M_MAX_HOST_CONNECTIONS, 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        first, _ = collecting(url)
        second, _ = collecting(url, CONNECTTIMEOUT_MS=200)
        multi.add_handle(first)
        while not first.getinfo(pycurl.CONNECT_TIME):
            multi.perform()
        multi.add_handle(second)
        broken = []
        while not broken:
            multi.perform()
            multi.select(0.1)
            broken = multi.info_read()[2]

    assert [(easy, code) for easy, code, _ in broken] == [(second, 28)]
    multi.remove_handle(first)
    multi.remove_handle(second)
