import errno
import fcntl
import os
import socket

import pytest

from ddm.disk import outlet as module
from ddm.disk.outlet import Outlet, reader_is_gone

DATA = memoryview(bytes(range(256)) * 4096)  # a MiB


@pytest.fixture
def pipe():
    ours, theirs = os.pipe()
    yield ours, theirs
    for fd in (ours, theirs):
        os.close(fd)


@pytest.fixture
def outlet():
    """Makes outlets, which are closed at the end."""
    made = []

    def make(fd):
        made.append(Outlet(fd))
        return made[-1]

    yield make
    for each in made:
        each.close()


def read_all(fd, count):
    found = b""
    while len(found) < count:
        found += os.read(fd, count - len(found))
    return found


def fill(outlet):
    """Write until there is no room; how much there was."""
    total = 0
    while count := outlet.write([DATA]):
        total += count
    return total


def test_a_full_pipe_takes_nothing_and_does_not_wait(pipe, outlet):
    ours, theirs = pipe
    out = outlet(theirs)
    total = fill(out)

    assert out.write([DATA]) == 0
    assert read_all(ours, total)[:512] == bytes(DATA[:512])
    assert out.write([DATA[:10]]) == 10


def test_the_descriptor_that_was_inherited_still_blocks(pipe, outlet):
    _, theirs = pipe
    out = outlet(theirs)

    assert out.fd != theirs
    assert os.get_blocking(theirs)


def test_a_pipe_is_made_large_and_then_filled_in_pauses(pipe, outlet):
    out = outlet(pipe[1])

    assert fcntl.fcntl(pipe[1], fcntl.F_GETPIPE_SZ) >= len(DATA)
    assert out.pause_s > 0


def test_where_a_pipe_cannot_be_opened_anew_little_is_written_while_there_is_room(
    pipe, outlet, monkeypatch
):
    def refused(*_):
        raise PermissionError

    monkeypatch.setattr(module.os, "open", refused)
    ours, theirs = pipe
    out = outlet(theirs)
    total = fill(out)

    assert (out.fd, out.pause_s) == (theirs, 0)
    assert read_all(ours, total) == bytes(DATA[: module.select.PIPE_BUF]) * (
        total // module.select.PIPE_BUF
    )


def test_several_buffers_go_one_after_the_other(pipe, outlet):
    ours, theirs = pipe

    assert outlet(theirs).write([memoryview(b"ab"), memoryview(b"cd")]) == 4
    assert os.read(ours, 10) == b"abcd"


def test_more_buffers_than_one_call_takes_are_left(tmp_path, outlet):
    with (tmp_path / "f").open("wb") as file:
        assert 0 < outlet(file.fileno()).write([memoryview(b"x")] * 2000) < 2000


def test_a_socket_takes_what_it_has_room_for(outlet):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        out = outlet(theirs.fileno())
        total = fill(out)

        assert out.fd == theirs.fileno()
        assert theirs.getblocking()
        assert len(read_all(ours.fileno(), total)) == total


def test_a_file_is_written_to_where_it_stands_and_never_watched(tmp_path, outlet):
    with (tmp_path / "f").open("wb") as file:
        os.write(file.fileno(), b"before ")
        out = outlet(file.fileno())
        assert out.write([memoryview(b"after")]) == 5

        assert out.fd is None
    assert (tmp_path / "f").read_bytes() == b"before after"


def test_a_full_disk_is_named(outlet):
    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError) as caught:  # noqa: PTH123, PT011
        outlet(full.fileno()).write([memoryview(b"x")])

    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, "stdout")
    assert not reader_is_gone(caught.value)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
def test_a_reader_that_left_is_known(outlet, before):
    ours, theirs = os.pipe()
    if before:
        os.close(ours)
    out = outlet(theirs)
    if not before:
        os.close(ours)
    with pytest.raises(BrokenPipeError) as caught:
        out.write([DATA])
    os.close(theirs)

    assert reader_is_gone(caught.value)


def test_close_leaves_what_it_was_given_and_again_is_no_error(pipe, outlet):
    out = outlet(pipe[1])
    own = out.fd
    out.close()
    out.close()

    os.fstat(pipe[1])
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(own)
