import hashlib
import os
import signal
import tempfile
from pathlib import Path

import pytest
from werkzeug import Response

from ddm.cli.working.listed_sums import with_sums
from ddm.errors import DownloadError, Exit, UsageError
from ddm.limits import Limits, RetryLimits
from ddm.sources.sums import FILE_BYTES_MAX
from ddm.spec import Checksum, JobSpec

A, B = (hashlib.sha256(text).hexdigest() for text in (b"a", b"b"))
SUMS = f"{A}  a.iso\n{B} *./dir/b.iso\n".encode()
LIMITS = Limits(retry=RetryLimits(max_attempts=1))


@pytest.fixture
def sums(tmp_path):
    path = tmp_path / "SHA256SUMS"
    path.write_bytes(SUMS)
    return str(path)


def _specs(*urls, **more):
    return [JobSpec(url, "/files", **more) for url in urls]


def _digests(specs, source):
    return [tuple(each.hex for each in spec.checksums) for spec in with_sums(specs, source, LIMITS)]


def test_each_file_gets_its_digest(sums):
    assert _digests(_specs("http://h/b.iso?x=y", "http://h/x/a.iso"), sums) == [(B,), (A,)]


def test_the_name_that_was_asked_for_is_looked_up(sums):
    assert _digests(_specs("http://h/whatever", name="a.iso"), sums) == [(A,)]


def test_it_stands_beside_a_digest_that_was_given(sums):
    md5, sha = Checksum("md5", "0" * 32), Checksum("sha-256", A)

    assert _digests(_specs("http://h/a.iso", checksums=(md5,)), sums) == [(md5.hex, A)]
    assert _digests(_specs("http://h/a.iso", checksums=(sha,)), sums) == [(A,)]


def test_a_digest_without_a_name_is_of_the_one_file(tmp_path):
    (tmp_path / "one").write_text(A)

    assert _digests(_specs("http://h/any"), str(tmp_path / "one")) == [(A,)]
    with pytest.raises(UsageError, match="one digest without a name, but there are 2 files"):
        with_sums(_specs("http://h/any", "http://h/more"), str(tmp_path / "one"), LIMITS)


def test_nothing_to_fetch_needs_no_list():
    assert with_sums([], "http://127.0.0.1:1/none", LIMITS) == []


@pytest.mark.parametrize(
    ("urls", "names"), [(["c.iso"], r"c\.iso;"), (["c", "a.iso", "d"], "c and 1 more;")]
)
def test_a_file_that_the_list_does_not_name_is_an_error(sums, urls, names):
    with pytest.raises(UsageError, match=f"SHA256SUMS has no digest of {names}"):
        with_sums(_specs(*(f"http://h/{url}" for url in urls)), sums, LIMITS)


@pytest.mark.parametrize(("content", "why"), [(b"", "holds no digest"), (None, "could not read")])
def test_what_is_no_list_is_named(tmp_path, content, why):
    path = tmp_path / "sums"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(UsageError, match=why):
        with_sums(_specs("http://h/a"), str(path), LIMITS)


@pytest.fixture
def private(tmp_path, monkeypatch):
    """Where temporary directories go; nothing is left in it."""
    path = tmp_path / "tmp"
    path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    yield path
    assert list(path.iterdir()) == []


def test_a_list_with_a_url_is_fetched(httpserver, private):
    httpserver.expect_request("/SUMS").respond_with_data(SUMS)

    assert _digests(_specs("http://h/a.iso"), httpserver.url_for("/SUMS")) == [(A,)]


def test_header_fields_go_to_their_own_origin_alone(httpserver, private):
    httpserver.expect_request("/SUMS").respond_with_data(SUMS)
    source = httpserver.url_for("/SUMS")
    secret = (("X-Key", "secret"),)
    with_sums(_specs("http://h/a.iso", headers=secret), source, LIMITS)
    with_sums(_specs(httpserver.url_for("/a.iso"), headers=secret), source, LIMITS)

    assert [request.headers.get("X-Key") for request, _ in httpserver.log] == [None, "secret"]


def test_a_list_that_cannot_be_fetched_is_the_command_s_failure(httpserver, private):
    httpserver.expect_request("/SUMS").respond_with_data(status=404)

    with pytest.raises(DownloadError) as caught:
        with_sums(_specs("http://h/a.iso"), httpserver.url_for("/SUMS?sig=secret"), LIMITS)

    assert caught.value.code == Exit.NOT_FOUND
    assert "404" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_list_that_is_too_long_is_not_fetched(server, private):
    with pytest.raises(DownloadError, match="32 MiB at most"):
        with_sums(_specs("http://h/a.iso"), f"{server.url}/x?{FILE_BYTES_MAX + 1}", LIMITS)


def test_ctrl_c_stops_it(httpserver, private):
    def interrupt(_):
        os.kill(os.getpid(), signal.SIGINT)
        return Response(SUMS)

    httpserver.expect_request("/SUMS").respond_with_handler(interrupt)
    with pytest.raises(DownloadError, match="stopped") as caught:
        with_sums(_specs("http://h/a.iso"), httpserver.url_for("/SUMS"), LIMITS)

    assert caught.value.code == Exit.INTERRUPTED


def test_the_directory_is_private(httpserver, private):
    modes = []

    def respond(_):
        modes.extend(oct(Path(each).stat().st_mode & 0o777) for each in private.iterdir())
        return Response(SUMS)

    httpserver.expect_request("/SUMS").respond_with_handler(respond)
    with_sums(_specs("http://h/a.iso"), httpserver.url_for("/SUMS"), LIMITS)

    assert modes == ["0o700"]
