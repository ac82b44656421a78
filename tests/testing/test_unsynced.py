import os

import pytest

from ddm.testing.unsynced import Unsynced


@pytest.fixture
def synced(monkeypatch):
    """What the disk is asked for."""
    asked = []
    for call in ("fsync", "fdatasync"):
        monkeypatch.setattr(os, call, asked.append)
    return asked


def opened(path, flags=os.O_RDWR):
    return os.open(path, flags)


@pytest.mark.parametrize(("size_bytes", "content"), [(None, b"abcdef"), (3, b"abc")])
def test_a_file_gets_its_length_and_is_not_synced(tmp_path, synced, size_bytes, content):
    path = tmp_path / "f"
    path.write_bytes(b"abcdef")
    fd = opened(path)

    errand = Unsynced().sync(fd, fd, str(path), size_bytes)
    os.close(fd)

    assert (errand.over, errand.result(), path.read_bytes(), synced) == (True, None, content, [])


def test_a_directory_is_not_synced(tmp_path, synced):
    fd = opened(tmp_path, os.O_RDONLY)

    Unsynced().sync(fd, fd, str(tmp_path)).result()
    os.close(fd)

    assert synced == []


def test_an_error_names_the_path(tmp_path):
    path = tmp_path / "f"
    path.touch()
    fd = opened(path, os.O_RDONLY)
    errand = Unsynced().sync(fd, fd, "PATH", 3)
    os.close(fd)

    with pytest.raises(OSError, match="PATH"):
        errand.result()


def test_the_log_of_a_database_may_grow():
    errand = Unsynced().checkpoint("jobs.db")

    assert (errand.over, errand.result()) == (True, None)
