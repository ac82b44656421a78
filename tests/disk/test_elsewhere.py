import errno
import hashlib
import os

import pytest

from ddm.disk.elsewhere import Here
from ddm.spec import Checksum


@pytest.fixture
def fd(tmp_path):
    (tmp_path / "f").write_bytes(b"abcdef")
    opened = os.open(tmp_path / "f", os.O_RDWR)
    yield opened
    os.close(opened)


@pytest.mark.parametrize(
    ("size_bytes", "content"), [(None, b"abcdef"), (3, b"abc"), (7, b"abcdef\0")]
)
def test_a_sync_is_over_at_once_and_gives_the_length(fd, tmp_path, size_bytes, content):
    errand = Here().sync(fd, fd, "PATH", size_bytes)

    assert (errand.over, errand.result()) == (True, None)
    assert (tmp_path / "f").read_bytes() == content


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP])
def test_where_directories_know_no_sync_that_is_no_error(tmp_path, monkeypatch, number):
    def refused(_fd):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refused)
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        Here().sync(fd, fd, "PATH").result()
    finally:
        os.close(fd)


def test_a_sync_that_failed_carries_the_path(fd, monkeypatch):
    def broken(_fd):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fdatasync", broken)
    with pytest.raises(OSError, match="Input/output error") as caught:
        Here().sync(fd, fd, "PATH").result()
    assert caught.value.filename == "PATH"


def test_a_digest_is_there_at_once(fd):
    found = Here().digest(fd, "PATH", ("sha-256", "md5"), 3).result()

    assert found == (
        Checksum("sha-256", hashlib.sha256(b"abc").hexdigest()),
        Checksum("md5", hashlib.md5(b"abc", usedforsecurity=False).hexdigest()),
    )


def test_what_is_buried_is_closed(tmp_path):
    fd = os.open(tmp_path, os.O_RDONLY)
    Here().bury(fd)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(fd)
