"""What can be asked for, of real children. integration/test_children.py kills them."""

import errno
import hashlib
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ddm.failures import FailureError, Kind
from ddm.multi.clock import MonotonicClock
from ddm.offload import lane, process
from ddm.offload.children import Children
from ddm.offload.process import Process
from ddm.spec import Checksum
from tests.offload.conftest import Loop


@pytest.fixture
def loop():
    """In real time."""
    with closing(Loop(MonotonicClock())) as loop:
        yield loop


def own_fds():
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def forbid_children(monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(process, "_Forgettable", refuse)


def test_a_file_is_given_its_size_and_synced(children, loop, file):
    loop.result(children.sync(file.fd, file.witness_fd, str(file.path), 7))

    assert file.path.stat().st_size == 7


def test_one_that_is_expected_to_sync_is_up_before_it_is_asked(children, loop, file):
    children.get_ready()
    children.get_ready()
    loop.turn(0)
    (pid,) = children.pids

    loop.result(children.sync(file.fd, file.witness_fd, str(file.path)))
    assert children.pids == [pid]


def test_a_directory_is_synced(children, loop, tmp_path):
    fd = os.open(tmp_path, os.O_RDONLY)

    loop.result(children.sync(fd, fd, str(tmp_path)))
    os.close(fd)


def test_a_failed_sync_names_the_file(children, loop):
    reading, writing = os.pipe()
    errand = children.sync(reading, reading, "/some/file")

    with pytest.raises(OSError, match="Invalid argument") as raised:
        loop.result(errand)
    assert (raised.value.errno, raised.value.filename) == (errno.EINVAL, "/some/file")
    os.close(reading)
    os.close(writing)


def test_a_descriptor_that_is_closed_after_the_request_is_not_missed(children, loop, file):
    errand = children.digest(file.fd, str(file.path), ["md5"], len(file.content))
    file.close()

    assert loop.result(errand) == (Checksum("md5", hashlib.md5(file.content).hexdigest()),)


def test_digests_come_in_the_order_asked_for(children, loop, file):
    names = ["sha-1", "sha-512", "md5", "sha-256"]
    found = loop.result(children.digest(file.fd, str(file.path), names, len(file.content)))

    assert [each.algorithm for each in found] == names
    for each in found:
        of_hashlib = hashlib.new(each.algorithm.replace("-", ""), file.content)
        assert each.hex == of_hashlib.hexdigest()


def test_numbers_and_localhost_are_looked_up(children, loop):
    assert loop.result(children.look_up("127.0.0.1")) == ("127.0.0.1",)
    assert loop.result(children.look_up("::1")) == ("::1",)
    assert "127.0.0.1" in loop.result(children.look_up("localhost"))


def test_a_name_that_is_not_there_is_a_failure_that_names_it(children, loop):
    errand = children.look_up("nobody.invalid")

    with pytest.raises(FailureError, match=r"nobody\.invalid") as raised:
        loop.result(errand)
    assert raised.value.failure.kind is Kind.UNRESOLVED


def test_a_log_is_moved_into_its_database_and_a_new_one_begun(children, loop, tmp_path):
    path = tmp_path / "jobs?.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA user_version = 7")
        database.execute("CREATE TABLE one (column)")
        loop.result(children.checkpoint(str(path)))

        wal = path.with_name(path.name + "-wal").read_bytes()
        busy, log, moved = database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        assert (busy, log, moved) == (0, 1, 1)  # the one page of the commit after the checkpoint
        assert wal[12:16] == b"\0\0\0\1"  # the second log
        assert database.execute("PRAGMA user_version").fetchone() == (7,)


def test_a_checkpoint_of_nothing_makes_no_database(children, loop, tmp_path):
    with pytest.raises(OSError, match="unable to open"):
        loop.result(children.checkpoint(str(tmp_path / "none.db")))
    assert list(tmp_path.iterdir()) == []


def test_what_is_buried_is_ours_no_more(children, loop, file):
    file.path.unlink()
    children.bury(file.give())
    loop.until(lambda: not children.busy)

    with pytest.raises(OSError, match="Bad file"):
        os.fstat(file.fd)


def test_the_last_descriptor_of_a_removed_file_is_buried_too(children, loop, file):
    errand = children.sync(file.fd, file.witness_fd, str(file.path))
    file.path.unlink()
    file.close()
    loop.result(errand)
    loop.until(lambda: not children.busy)

    assert len(children.pids) == 2  # the one that synced it, and the one that closed it


def test_nothing_is_left_open(children, loop, file):
    before = own_fds()
    errands = [children.sync(file.fd, file.witness_fd, str(file.path)) for _ in range(100)]
    errands += [children.digest(file.fd, str(file.path), ["md5"], 10) for _ in range(5)]
    errands += [children.look_up("127.0.0.1") for _ in range(200)]
    for errand in errands:
        loop.result(errand)
    children.close()

    assert own_fds() == before


def test_what_was_asked_of_children_that_are_closed_fails(children, loop, file):
    before = own_fds()
    errands = [
        children.sync(file.fd, file.witness_fd, str(file.path)),
        children.digest(file.fd, str(file.path), ["md5"], 10),
    ]
    loop.turn(0)
    children.close()
    errands.append(children.sync(file.fd, file.witness_fd, str(file.path)))
    children.bury(os.dup(file.fd))

    assert own_fds() == before
    for errand in errands:
        assert errand.over
        with pytest.raises(OSError, match="leaving"):
            errand.result()


def test_what_is_to_be_buried_when_they_are_closed_is_not_closed_by_us(children, file, monkeypatch):
    sent = []
    buried = [os.dup(file.fd) for _ in range(40)]
    for fd in buried:
        children.bury(fd)
    file.path.unlink()

    class Told(Process):
        def send(self, batch):
            sent.extend(asked.fd for asked in batch)
            return super().send(batch)

    monkeypatch.setattr(lane, "Process", Told)
    children.close()

    assert sent == buried
    for fd in buried:
        with pytest.raises(OSError, match="Bad file"):
            os.fstat(fd)


def test_a_host_that_does_not_care_for_its_children_may_have_these(loop, file):
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        with closing(Children(loop)) as children:
            loop.result(children.sync(file.fd, file.witness_fd, str(file.path)))
            [pid] = children.pids
            os.kill(pid, signal.SIGKILL)
            loop.result(children.sync(file.fd, file.witness_fd, str(file.path)))
            assert children.pids != [pid]
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_closing_twice_is_no_error(children):
    children.close()
    children.close()


def test_without_children_files_are_synced_and_digested_all_the_same(
    children, loop, file, monkeypatch
):
    forbid_children(monkeypatch)
    before = own_fds()
    size = len(file.content)
    assert loop.result(children.sync(file.fd, file.witness_fd, str(file.path), size)) is None
    found = loop.result(children.digest(file.fd, str(file.path), ["md5"], size))

    assert found == (Checksum("md5", hashlib.md5(file.content).hexdigest()),)
    children.bury(os.dup(file.fd))
    loop.until(lambda: not children.busy)
    assert own_fds() == before


def test_without_children_a_look_up_says_why_it_failed(children, loop, monkeypatch):
    forbid_children(monkeypatch)

    with pytest.raises(FailureError, match="no process can be started for it: Resource temp"):
        loop.result(children.look_up("localhost"))


def test_children_that_end_as_soon_as_they_start_are_as_good_as_none(
    children, loop, file, monkeypatch
):
    monkeypatch.setattr(process.sys, "executable", "/bin/false")

    assert loop.result(children.sync(file.fd, file.witness_fd, str(file.path))) is None
    with pytest.raises(FailureError, match="those that are started end at once"):
        loop.result(children.look_up("localhost"))
