import hashlib
from pathlib import Path

import pytest
from msgspec.structs import replace

from ddm.present import has_digests, is_there
from ddm.record import JobRecord, State, Wanted
from ddm.spec import Checksum, JobSpec

CONTENT = b"the bytes"
MD5 = Checksum("md5", hashlib.md5(CONTENT).hexdigest())
SHA = Checksum("sha-256", hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def done(tmp_path):
    """The record of a file that was fetched."""
    Path(tmp_path, "f").write_bytes(CONTENT)
    spec = JobSpec("http://h/f", str(tmp_path))
    return JobRecord(1, spec, Wanted.RUN, State.DONE, name="f", size_bytes=len(CONTENT))


def test_a_file_with_its_name_and_size_is_there(done):
    assert is_there(done)


@pytest.mark.parametrize("content", [b"", CONTENT + b"!", None])
def test_a_file_that_is_gone_or_has_another_size_is_not(done, tmp_path, content):
    path = tmp_path / "f"
    path.unlink() if content is None else path.write_bytes(content)

    assert not is_there(done)


def test_a_file_has_its_digests(done):
    assert has_digests(done, [MD5, SHA])


def test_one_other_digest_is_enough(done):
    assert not has_digests(done, [MD5, Checksum("sha-256", "0" * 64)])


def test_a_file_that_is_gone_has_no_digests(done, tmp_path):
    (tmp_path / "f").unlink()

    assert not has_digests(done, [MD5])
    assert not has_digests(replace(done, name=None), [MD5])
