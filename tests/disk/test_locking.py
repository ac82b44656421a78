import os
from pathlib import Path

import pytest

from ddm.disk.directory import Directory
from ddm.disk.elsewhere import Here
from ddm.disk.locking import lock, open_beside, open_locked
from ddm.errors import Exit
from ddm.failures import FailureError, Kind
from ddm.record import PartIdentity


@pytest.fixture
def folder(tmp_path):
    made = Directory(str(tmp_path), Here())
    yield made
    made.close()


@pytest.fixture
def identity(tmp_path):
    """Of a file "f"."""
    (tmp_path / "f").write_bytes(b"")
    found = (tmp_path / "f").stat()
    return PartIdentity("boot-1", found.st_dev, found.st_ino)


def open_fds():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_the_second_to_lock_a_file_is_told_at_once_and_nothing_stays_open(
    folder, identity, tmp_path
):
    fd = open_locked(folder, "f", identity)
    before = open_fds()
    with pytest.raises(FailureError) as caught:
        open_locked(folder, "f", identity)
    failure = caught.value.failure

    assert (failure.kind, failure.code) == (Kind.FILE_BUSY, Exit.FILE_BUSY)
    assert failure.message == (
        f"another process is writing {tmp_path / 'f'}; wait for it, or end it"
    )
    assert open_fds() == before
    os.close(fd)
    os.close(open_locked(folder, "f", identity))


def test_another_file_of_that_name_is_not_opened(folder, identity, tmp_path):
    (tmp_path / "theirs").write_bytes(b"")
    (tmp_path / "theirs").rename(tmp_path / "f")
    assert open_locked(folder, "f", identity) is None
    assert open_locked(folder, "gone", identity) is None


def test_a_file_that_is_renamed_while_it_is_opened_is_let_go_again(
    folder, identity, tmp_path, monkeypatch
):
    before, opened = open_fds(), folder.open

    def too_late(name):
        fd = opened(name)
        (tmp_path / "f").rename(tmp_path / "whole")
        return fd

    monkeypatch.setattr(folder, "open", too_late)
    assert open_locked(folder, "f", identity) is None
    assert open_fds() == before


def test_a_second_descriptor_leaves_the_lock_to_the_first(folder, identity):
    first = open_locked(folder, "f", identity)
    second = open_beside(folder, "f", first)
    os.close(second)
    with pytest.raises(FailureError):
        open_locked(folder, "f", identity)
    second = open_beside(folder, "f", first)
    os.close(first)
    os.close(open_locked(folder, "f", identity))
    os.close(second)


def test_a_second_descriptor_is_never_one_of_another_file(folder, identity, tmp_path):
    fd = open_locked(folder, "f", identity)
    (tmp_path / "theirs").write_bytes(b"")
    (tmp_path / "theirs").rename(tmp_path / "f")
    before = open_fds()
    with pytest.raises(FailureError, match="f was moved or replaced meanwhile") as caught:
        open_beside(folder, "f", fd)
    os.close(fd)

    assert caught.value.failure.kind is Kind.DISK_ERROR
    assert open_fds() == before - 1


def test_an_error_carries_the_path(identity, tmp_path):
    fd = os.open(tmp_path / "f", os.O_PATH)  # a descriptor that nothing can be done with
    try:
        with pytest.raises(OSError, match="Bad file descriptor") as caught:
            lock(fd, "PATH")
    finally:
        os.close(fd)
    assert caught.value.filename == "PATH"
