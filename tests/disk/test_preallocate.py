import os

import pytest

from ddm.disk.preallocate import set_aside
from ddm.errors import Exit
from ddm.failures import FailureError, Kind
from ddm.limits import MIB

HUGE_BYTES = 1 << 60


@pytest.fixture
def make(tmp_path):
    """Makes an open file, and closes it at the end."""
    fds = []

    def made(directory=tmp_path):
        fds.append(os.open(directory / "f", os.O_RDWR | os.O_CREAT))
        return fds[-1]

    yield made
    for fd in fds:
        os.close(fd)


@pytest.mark.parametrize("size_bytes", [0, 1, 3 * MIB + 7])
def test_the_file_gets_its_length(make, size_bytes):
    fd = make()
    list(set_aside(fd, size_bytes, "PATH", extend=True))
    assert os.fstat(fd).st_size == size_bytes


def test_a_file_that_is_not_to_grow_keeps_its_length(make):
    fd = make()
    os.write(fd, b"abc")
    list(set_aside(fd, MIB, "PATH", extend=False))
    assert os.fstat(fd).st_size == 3


def test_a_longer_file_is_not_cut(make):
    fd = make()
    os.write(fd, b"abc")
    list(set_aside(fd, 1, "PATH", extend=True))
    assert os.fstat(fd).st_size == 3


def test_too_little_room_is_found_out_before_anything_is_fetched(make):
    fd = make()
    with pytest.raises(FailureError) as caught:
        list(set_aside(fd, HUGE_BYTES, "PATH", extend=True))
    failure = caught.value.failure
    assert (failure.kind, failure.code) == (Kind.DISK_FULL, Exit.DISK_FULL)
    assert os.fstat(fd).st_size == 0


def test_the_sentence_names_the_file(make, small_tmpfs):
    with pytest.raises(FailureError) as caught:
        list(set_aside(make(small_tmpfs), 3 * MIB, "PATH", extend=True))
    assert str(caught.value) == "no room for PATH: No space left on device"


def test_what_the_file_has_already_is_not_needed_again(make, small_tmpfs):
    fd = make(small_tmpfs)
    os.write(fd, bytes(MIB))
    list(set_aside(fd, MIB, "PATH", extend=True))
    assert os.fstat(fd).st_size == MIB


def test_a_file_system_that_would_be_slow_only_gives_the_length(make, small_tmpfs):
    fd = make(small_tmpfs)
    list(set_aside(fd, MIB // 2, "PATH", extend=True))
    found = os.fstat(fd)
    assert (found.st_size, found.st_blocks) == (MIB // 2, 0)
