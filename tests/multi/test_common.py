import pytest

from ddm.http.request import Request
from ddm.limits import RECEIVE_BUFFER_ALONE_BYTES, RECEIVE_BUFFER_SHARED_BYTES, Limits
from ddm.multi.authorities import Authorities
from ddm.multi.common import Common
from ddm.spec import Route


@pytest.fixture
def common():
    return Common(Limits())


def made(common, url="http://h/", buffer_bytes=RECEIVE_BUFFER_ALONE_BYTES):
    return common.options(Request(url, ()), Route(), buffer_bytes, shared=False, addresses=())


def test_a_fast_job_reads_much_at_once_unless_somebody_waits_for_the_ends_of_turns(common):
    assert made(common).receive_buffer_bytes == RECEIVE_BUFFER_ALONE_BYTES
    wide = made(common).wide_window
    common.gentle = lambda: True

    assert made(common).receive_buffer_bytes == RECEIVE_BUFFER_SHARED_BYTES
    assert made(common).wide_window == wide
    assert made(common, buffer_bytes=1024).receive_buffer_bytes == 1024


def test_whom_to_trust_is_looked_up_only_for_tls(common, monkeypatch):
    monkeypatch.setenv("CURL_CA_BUNDLE", "/mine")

    assert made(common).authorities == Authorities()
    assert made(common, "https://h/").authorities == Authorities("/mine")
