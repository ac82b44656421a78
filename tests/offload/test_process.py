import hashlib
import os
import select
import signal
import sys
from pathlib import Path

import pytest

from ddm.offload import process
from ddm.offload.kinds import Burial, Digest, LookUp
from ddm.offload.process import Process


@pytest.fixture
def news():
    return []


@pytest.fixture
def child(loop, news):
    child = Process(loop, lambda: news.append(1), niceness=3)
    loop.until(lambda: child.is_up)
    yield child
    child.end()
    assert child.is_reaped(30)


def test_what_it_is_asked_is_in_its_hands_until_it_has_answered(child, loop, news):
    asked = LookUp("127.0.0.1")
    heard = len(news)
    assert child.send([asked])
    assert list(child.in_hand.values()) == [asked]
    loop.until(lambda: asked.over)

    assert asked.result() == ("127.0.0.1",)
    assert child.in_hand == {}
    assert len(news) > heard


def test_descriptors_go_to_those_that_have_them(child, loop, file, tmp_path):
    (tmp_path / "other").write_bytes(b"other")
    with (tmp_path / "other").open() as other:
        digests = [Digest("", ["md5"], 9, os.close) for _ in range(2)]
        digests[0].fd, digests[1].fd = os.dup(other.fileno()), os.dup(file.fd)
        child.send([digests[0], LookUp("::1"), digests[1]])
        found = [loop.result(each)[0].hex for each in digests]

    assert found == [hashlib.md5(content).hexdigest() for content in (b"other", b"abcabcabc")]


def test_it_inherits_nothing_but_its_end_of_the_socket_pair(child, file, loop):
    asked = LookUp("127.0.0.1")
    child.send([asked])
    loop.until(lambda: asked.over)  # so it opens nothing any more to get ready
    where = Path(f"/proc/{child.pid}")
    open_ones = sorted(str(path.readlink()) for path in (where / "fd").iterdir())

    assert open_ones[:3] == ["/dev/null"] * 3
    assert len(open_ones) == 4
    assert (where / "cwd").readlink() == Path("/")


def test_the_terminals_signals_are_not_for_it_but_its_niceness_counts(child):
    assert os.getpgid(child.pid) == child.pid
    assert os.getsid(child.pid) == os.getsid(0)
    assert os.getpriority(os.PRIO_PROCESS, child.pid) == 3 + os.getpriority(os.PRIO_PROCESS, 0)


def test_its_death_is_noticed_by_its_socket(child, loop):
    asked = LookUp("127.0.0.1")
    os.kill(child.pid, signal.SIGSTOP)
    child.send([asked])
    os.kill(child.pid, signal.SIGKILL)
    loop.until(lambda: child.is_gone)

    assert child.end() == [asked]


def test_what_one_that_is_gone_was_sent_is_lost_with_it(child, loop, file):
    os.kill(child.pid, signal.SIGKILL)
    loop.until(lambda: child.is_gone)
    burial = Burial()
    burial.fd = os.dup(file.fd)

    assert child.send([burial])
    assert child.end() == [burial]
    assert burial.fd >= 0  # never passed on
    os.close(burial.fd)


def test_the_answers_of_one_that_died_are_heard(child, loop):
    """Also where it died with a message unread, which makes the kernel say ECONNRESET first."""
    answered, unread = LookUp("127.0.0.1"), LookUp("127.0.0.1")
    child.send([answered])
    poll_until_readable(child)
    os.kill(child.pid, signal.SIGSTOP)
    child.send([unread])
    os.kill(child.pid, signal.SIGKILL)
    loop.until(lambda: child.is_gone)

    assert answered.result() == ("127.0.0.1",)
    assert child.end() == [unread]


def poll_until_readable(child):
    ready, _, _ = select.select([child._channel], [], [], 30)
    assert ready


def test_a_full_socket_takes_no_more(child):
    os.kill(child.pid, signal.SIGSTOP)
    batch = [LookUp("a" * 250) for _ in range(128)]
    sent = 0
    while child.send(batch):
        sent += len(batch)
        assert sent < 1_000_000

    assert len(child.in_hand) == sent > 0


@pytest.mark.parametrize(("name", "value"), [("executable", ""), ("frozen", True)])
def test_a_program_that_is_not_pythons_is_not_started_as_if_it_were(loop, monkeypatch, name, value):
    monkeypatch.setattr(sys, name, value, raising=False)
    before = sorted(Path("/proc/self/fd").iterdir())

    with pytest.raises(OSError, match="no Python"):
        Process(loop, lambda: None)
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_one_that_cannot_be_started_leaves_nothing_open(loop, monkeypatch):
    monkeypatch.setattr(process.sys, "executable", "/nowhere/python")
    before = sorted(Path("/proc/self/fd").iterdir())

    with pytest.raises(OSError, match="No such file"):
        Process(loop, lambda: None)
    assert sorted(Path("/proc/self/fd").iterdir()) == before


def test_one_that_does_not_die_is_left_without_a_warning(loop):
    child = Process(loop, lambda: None)
    end = os.pidfd_open(child.pid)
    child.end()
    child.leave()
    select.select([end], [], [], 30)
    os.close(end)


def test_a_stopped_one_is_killed_too(child):
    os.kill(child.pid, signal.SIGSTOP)
    pid = child.pid
    child.end()

    assert child.is_reaped(30)
    assert not Path(f"/proc/{pid}").exists()
