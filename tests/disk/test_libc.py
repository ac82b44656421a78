import errno
import os

import pytest

from ddm.disk import libc


@pytest.fixture
def directory_fd(tmp_path):
    fd = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    yield fd
    os.close(fd)


def test_a_file_gets_a_free_name(tmp_path, directory_fd):
    (tmp_path / "old").write_bytes(b"x")
    libc.rename_exclusively(directory_fd, "old", "né w", "PATH")
    assert [p.name for p in tmp_path.iterdir()] == ["né w"]


def test_a_file_does_not_get_a_taken_name(tmp_path, directory_fd):
    (tmp_path / "old").write_bytes(b"mine")
    (tmp_path / "new").write_bytes(b"theirs")
    with pytest.raises(FileExistsError) as caught:
        libc.rename_exclusively(directory_fd, "old", "new", "PATH")
    assert caught.value.filename == "PATH"
    assert (tmp_path / "new").read_bytes() == b"theirs"


@pytest.mark.parametrize(("extend", "length"), [(True, 5_000), (False, 0)])
def test_blocks_are_set_aside_with_or_without_length(tmp_path, extend, length):
    with (tmp_path / "f").open("wb") as file:
        try:
            libc.fallocate(file.fileno(), 0, 5_000, "PATH", extend=extend)
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:
                pytest.skip("this file system knows no fallocate")
            raise
        found = os.fstat(file.fileno())
    assert (found.st_size, found.st_blocks * 512 >= 5_000) == (length, True)


def test_a_bad_descriptor_is_an_error_with_the_path():
    with pytest.raises(OSError, match="PATH") as caught:
        libc.fallocate(-1, 0, 1, "PATH", extend=True)
    assert caught.value.errno == errno.EBADF


def test_the_kernel_says_which_file_system_it_is():
    fd = os.open("/proc/self/stat", os.O_RDONLY)
    try:
        assert libc.file_system(fd, "PATH") == 0x9FA0
    finally:
        os.close(fd)


def test_the_kernel_says_which_mount_a_file_is_on(tmp_path, small_tmpfs):
    fds = [os.open(path, os.O_RDONLY) for path in (tmp_path, tmp_path, small_tmpfs)]
    try:
        here, again, there = (libc.mount_id(fd, "PATH") for fd in fds)
    finally:
        for fd in fds:
            os.close(fd)
    if not here:
        pytest.skip("this kernel does not say")
    assert (here.isdecimal(), here == again, here == there) == (True, True, False)


def test_a_file_that_is_not_open_is_on_no_mount():
    with pytest.raises(OSError, match="PATH") as caught:
        libc.mount_id(-1, "PATH")
    assert caught.value.errno == errno.EBADF


def test_a_libc_without_a_function_is_a_kernel_without_it(monkeypatch, directory_fd):
    monkeypatch.setattr(libc, "_LIBC", object())
    with pytest.raises(OSError, match="PATH") as caught:
        libc.rename_exclusively(directory_fd, "old", "new", "PATH")
    assert caught.value.errno == errno.ENOSYS
