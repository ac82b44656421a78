import os
from contextlib import closing

import pytest

from ddm.disk.outlet import Outlet
from ddm.disk.pipe import PipeDisk
from ddm.record import PartIdentity

WINDOW = 64


class Watched:
    """A reactor that only notes what it was asked to watch."""

    def __init__(self):
        self.fds = set()

    def watch(self, fd, *, read, write, callback):
        assert (read, write) == (False, True)
        callback(fd, False, True)
        self.fds.add(fd)

    def unwatch(self, fd):
        self.fds.discard(fd)


@pytest.fixture
def pipe():
    ours, theirs = os.pipe()
    yield ours, theirs
    for fd in (ours, theirs):
        os.close(fd)


@pytest.fixture
def reactor():
    return Watched()


@pytest.fixture
def make(reactor):
    """Makes a disk; what it told of what has left is in its `told`."""
    outlets = []

    def make(fd, algorithms=()):
        outlets.append(Outlet(fd))
        disk = PipeDisk(outlets[-1], WINDOW, lambda: algorithms)
        disk.use(reactor)
        disk.told = []
        disk.on_passed = disk.told.append
        return disk

    yield make
    for outlet in outlets:
        outlet.close()


def begin(disk, size_bytes=None):
    return disk.open_part("/d", "f", exact=False, size_bytes=size_bytes, resume=None).result()


def test_bytes_leave_in_run_and_not_before(make, pipe):
    ours, theirs = pipe
    disk = make(theirs)
    begin(disk).write_at([b"abc"], 0)
    assert disk.passed == 0

    disk.run(1.0)

    assert (os.read(ours, 10), disk.passed, disk.told) == (b"abc", 3, [3])


def test_it_tells_of_the_first_byte_then_now_and_then_and_of_the_end(make, pipe):
    disk = make(pipe[1])
    part = begin(disk, 9)
    for at in range(9):
        part.write_at([b"x"], at)
        disk.run(float(at))
    assert disk.told == [1, 5, 9]

    part.write_at([b"yz"], 9)
    disk.run(9.0)
    assert disk.told == [1, 5, 9]
    passing = part.sync(12)
    assert not passing.over
    part.write_at([b"."], 11)
    disk.run(10.0)
    assert disk.told == [1, 5, 9, 12]
    assert passing.over


def test_it_is_full_when_the_window_is_in_memory(make, pipe):
    disk = make(pipe[1])
    assert not disk.full()
    part = begin(disk)
    part.write_at([b"x" * (WINDOW - 1)], 1)
    assert not disk.full()
    part.write_at([b"x"], 0)

    assert disk.full()


def test_a_full_pipe_is_looked_at_after_a_pause_then_when_there_is_room(make, pipe, reactor):
    disk = make(pipe[1])
    begin(disk).write_at([b"x" * (3 << 20)], 0)

    disk.run(1.0)
    assert (disk.deadline(), reactor.fds) == (pytest.approx(1.001), set())
    disk.run(1.001)
    assert disk.deadline() is None
    assert len(reactor.fds) == 1

    with closing(disk):
        pass
    assert reactor.fds == set()


def test_for_a_file_there_is_always_room(make, tmp_path, reactor):
    with (tmp_path / "f").open("wb") as file:
        disk = make(file.fileno())
        part = begin(disk)
        assert disk.deadline() is None
        part.write_at([b"x" * (9 << 20)], 0)
        while disk.deadline() is not None:
            assert disk.deadline() == 0
            disk.run(0.0)

    assert (tmp_path / "f").stat().st_size == 9 << 20
    assert reactor.fds == set()


def test_a_digest_holds_back_what_the_window_holds(make, pipe):
    ours, theirs = pipe
    disk = make(theirs, ["sha-256"])
    part = begin(disk, 3)
    part.write_at([b"abc"], 0)
    disk.run(1.0)
    assert (disk.passed, disk.deadline()) == (0, None)

    part.digest(["sha-256"], 3).step()
    passing = part.sync(3)
    assert not passing.over
    disk.run(2.0)
    assert passing.over
    assert os.read(ours, 10) == b"abc"


def test_a_reader_that_left_is_an_error_and_nothing_more_happens(make, reactor):
    ours, theirs = os.pipe()
    disk = make(theirs)
    begin(disk).write_at([b"abc"], 0)
    os.close(ours)
    disk.run(1.0)
    os.close(theirs)

    assert isinstance(disk.error, BrokenPipeError)
    assert (disk.deadline(), reactor.fds) == (None, set())


def test_a_file_that_begins_again_is_asked_about_anew(make, pipe):
    disk = make(pipe[1], ["sha-256"])
    first = begin(disk, 3)
    first.write_at([b"abc"], 0)
    disk.run(1.0)
    first.discard()
    second = begin(disk, 3)
    second.write_at([b"abc"], 0)
    disk.run(2.0)

    assert disk.passed == 0  # held back: so the digests were asked for


def test_it_keeps_nothing(make, pipe):
    disk, who = make(pipe[1]), PartIdentity("", 0, 0)

    assert disk.lacking_bytes("/d", "f", 1 << 60) == 0
    assert not disk.is_published("/d", "f", who)
    assert not disk.remove_files("/d", "f", who).result()
    assert not begin(disk).kept
