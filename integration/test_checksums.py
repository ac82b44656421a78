"""Digests: a file that does not have them never gets its name."""

import base64
import hashlib

import pytest

from integration.servers.behaviours import Chunked, First, Honest, IgnoresRange
from integration.servers.bodies import body

CONTENT = body(3 << 20, seed=12)
OTHER = body(3 << 20, seed=13)
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def repr_digest(content):
    encoded = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return (("Repr-Digest", f"sha-256=:{encoded}:"),)


def times_fetched(log, size):
    """How often the file was asked for. At its end two may ask for the same, the first of which is cut short."""
    asked = sum(min(stop or size, size) - start for start, stop in (r.range for r in log))
    return round(asked / size)


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [("sha-256", "sha256"), ("sha-512", "sha512"), ("sha-1", "sha1"), ("md5", "md5")],
)
def test_the_right_digest(ddm, scripted, download_dir, name, algorithm):
    digest = hashlib.new(algorithm, CONTENT).hexdigest()

    ended = ddm("get", "--checksum", f"{name}:{digest}", scripted.add("/a.bin", Honest(CONTENT)))

    assert ended.code == 0, ended.err
    assert [path.name for path in download_dir.iterdir()] == ["a.bin"]
    assert times_fetched(scripted.log, len(CONTENT)) == 1


def test_a_wrong_digest_fetches_once_more_then_fails_and_names_both(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(OTHER))

    ended = ddm("get", "--checksum", f"sha-256:{SHA256}", url)

    assert ended.code == 32, ended.err
    assert f"sha-256:{hashlib.sha256(OTHER).hexdigest()}" in ended.err
    assert f"sha-256:{SHA256} was asked for" in ended.err
    assert not (download_dir / "a.bin").exists()
    assert times_fetched(scripted.log, len(OTHER)) == 2
    assert ended.out == ""


@pytest.mark.parametrize("behaviour", [Chunked, IgnoresRange], ids=lambda kind: kind.__name__)
def test_a_wrong_digest_of_a_stream(ddm, scripted, download_dir, behaviour):
    url = scripted.add("/a.bin", behaviour(OTHER))

    ended = ddm("get", "--checksum", f"sha-256:{SHA256}", url)

    assert ended.code == 32, ended.err
    assert not (download_dir / "a.bin").exists()
    assert len(scripted.log) == 2


def test_a_second_try_that_is_right_is_the_file(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", First(1, IgnoresRange(OTHER), IgnoresRange(CONTENT)))

    ended = ddm("get", "--checksum", f"sha-256:{SHA256}", url)

    assert ended.code == 0, ended.err
    assert (download_dir / "a.bin").read_bytes() == CONTENT


def test_a_right_digest_that_the_server_vouches_for(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(CONTENT, fields=repr_digest(CONTENT)))

    ended = ddm("get", url)

    assert ended.code == 0, ended.err
    assert (download_dir / "a.bin").read_bytes() == CONTENT
    assert "want-repr-digest" in scripted.log[0].headers


def test_a_wrong_digest_that_the_server_vouches_for(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(OTHER, fields=repr_digest(CONTENT)))

    ended = ddm("get", url)

    assert ended.code == 32, ended.err
    assert f"sha-256:{SHA256} is what the server says" in ended.err
    assert hashlib.sha256(OTHER).hexdigest() in ended.err
    assert not (download_dir / "a.bin").exists()
    assert times_fetched(scripted.log, len(OTHER)) == 2


def test_a_failed_job_with_the_right_digest_given_is_fetched(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(CONTENT))
    ddm("get", "--checksum", "md5:" + "0" * 32, url)

    ended = ddm("get", "--checksum", f"sha-256:{SHA256}", url)

    assert ended.code == 0, ended.err
    assert [path.name for path in download_dir.iterdir()] == ["a.bin"]


def test_a_file_that_is_there_is_compared_with_a_new_digest(ddm, scripted, download_dir):
    url = scripted.add("/a.bin", Honest(CONTENT))
    ddm("get", url)
    asked = len(scripted.log)

    right = ddm("get", "--checksum", f"sha-256:{SHA256}", url)
    still = len(scripted.log)
    wrong = ddm("get", "--checksum", "sha-256:" + "0" * 64, url)

    assert (right.code, still) == (0, asked + 1)  # whether it is still the same
    assert wrong.code == 32, wrong.err
    whole = [path.name for path in download_dir.iterdir() if path.suffix != ".part"]
    assert whole == ["a.bin"]


@pytest.mark.parametrize("checksum", ["sha-256:12", "crc32:00", "nonsense", "md5:" + "g" * 32])
def test_a_checksum_that_is_none(ddm, scripted, checksum):
    ended = ddm("get", "--checksum", checksum, scripted.add("/a.bin", Honest(b"a")))

    assert (ended.code, ended.err.count("\n"), scripted.log) == (2, 1, [])
