"""The script itself, spoken to as the parent does."""

import errno
import os
import socket
import subprocess
import sys
from array import array
from contextlib import closing
from marshal import dumps, loads
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "ddm" / "offload" / "child.py"
PATIENCE_S = 30


class Spoken:
    """A child, up."""

    def __init__(self, parent_pid=None):
        self.channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.channel.settimeout(PATIENCE_S)
        with theirs:
            arguments = theirs.fileno(), parent_pid or os.getpid(), 0
            self.process = subprocess.Popen(
                [sys.executable, "-IBS", SCRIPT, *map(str, arguments)], pass_fds=arguments[:1]
            )
        assert self.hear() == []

    def say(self, *requests, fds=()):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", fds))] if fds else []
        self.channel.sendmsg([dumps(list(requests))], rights)

    def hear(self):
        return loads(self.channel.recv(1 << 17))

    def answers(self, count):
        answers = []
        while len(answers) < count:
            answers += self.hear()
        return answers

    def close(self):
        self.channel.close()
        assert self.process.wait(PATIENCE_S) == 0


@pytest.fixture
def child():
    with closing(Spoken()) as child:
        yield child


def test_what_one_message_asks_for_is_answered_in_order(child, file):
    child.say(
        (1, "digest", True, (("md5",), 0)),
        (2, "bury", True, ()),
        (3, "sync", True, (5,)),
        fds=[file.fd, file.fd, file.fd],
    )
    empty = ("d41d8cd98f00b204e9800998ecf8427e",)

    assert child.answers(3) == [(1, empty, None), (2, None, None), (3, None, None)]
    assert file.path.stat().st_size == 5


def test_one_that_fails_takes_no_other_with_it(child, file):
    reading, writing = os.pipe()
    child.say((1, "sync", True, (None,)), (2, "sync", True, (None,)), fds=[reading, file.fd])

    assert child.answers(2) == [(1, None, (errno.EINVAL, "Invalid argument")), (2, None, None)]
    os.close(reading)
    os.close(writing)


def test_no_descriptor_is_kept(child, file):
    for number in range(2):  # after the first it loads what closes its files later
        child.say((number, "bury", True, ()), fds=[file.fd])
        child.answers(1)
    open_ones = set(Path(f"/proc/{child.process.pid}/fd").iterdir())
    child.say(*((number, "sync", True, (None,)) for number in range(60)), fds=[file.fd] * 60)
    child.answers(60)

    assert set(Path(f"/proc/{child.process.pid}/fd").iterdir()) == open_ones


def test_a_bug_is_told_and_not_died_of(child, file):
    child.say((1, "digest", True, (("no such thing",), 1)), fds=[file.fd])
    [(number, found, (error, said))] = child.answers(1)

    assert (number, found, error) == (1, None, errno.EIO)
    assert "no such thing" in said


def test_look_ups_are_answered_as_they_come(child):
    child.say(*((number, "look_up", False, (b"127.0.0.1",)) for number in range(100)))

    assert sorted(child.answers(100)) == [(n, ("127.0.0.1",), None) for n in range(100)]


def test_it_imports_next_to_nothing_until_it_has_to():
    run = subprocess.run(
        [sys.executable, "-X", "importtime", "-IBS", SCRIPT, "0", "1", "0"],
        capture_output=True, stdin=subprocess.DEVNULL, text=True, check=False,
    )  # fmt: skip
    imported = {line.rpartition("|")[2].strip() for line in run.stderr.splitlines()}

    assert "deeds" in imported
    assert imported & {"socket", "ctypes", "hashlib", "sqlite3", "re", "typing", "ddm"} == set()


def test_a_child_whose_parent_is_another_by_now_ends():
    child = Spoken(parent_pid=1 << 22)

    assert child.process.wait(PATIENCE_S) == 0
    child.channel.close()
