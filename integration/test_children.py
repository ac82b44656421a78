"""Children killed at any moment: everything is answered right, and nothing of them is left behind."""

import hashlib
import os
import random
import select
import signal
import subprocess
import sys
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from time import monotonic

import pytest

from ddm.multi.clock import MonotonicClock
from ddm.multi.reactor import Reactor
from ddm.offload.children import Children

PATIENCE_S = 60
KILLS = 50

# Asks for one of each kind, says who its children are, and never turns again.
PARENT = """
import os, signal, sys
from ddm.multi.clock import MonotonicClock
from ddm.multi.reactor import Reactor
from ddm.offload.children import Children

reactor = Reactor(MonotonicClock())
children = Children(reactor)
fd = os.open(sys.argv[1], os.O_RDWR)
errands = [
    children.sync(fd, fd, sys.argv[1]),
    children.digest(fd, sys.argv[1], ["sha-512"], 1 << 40),
    children.look_up("localhost"),
]
children.bury(os.dup(fd))
while len(children.pids) < 4 or not errands[2].over:
    reactor.turn()
print(*children.pids, flush=True)
if sys.argv[2] == "fork":  # somebody who has all that we have, and is not us
    if os.fork() == 0:
        signal.pause()
input()
"""


class Killer:
    """A member of the reactor that kills a child now and then, at random."""

    def __init__(self, reactor, children, seed):
        self._reactor, self._children = reactor, children
        self._chance = random.Random(seed)
        self._due_s = reactor.now
        self.killed = 0
        reactor.join(self)

    def deadline(self):
        return self._due_s

    def run(self, now):
        if now < self._due_s or self.killed == KILLS:
            return
        self._due_s = now + self._chance.expovariate(1 / 0.03)
        if pids := self._children.pids:
            os.kill(self._chance.choice(pids), signal.SIGKILL)
            self.killed += 1


def tasks():
    return len(list(Path("/proc/self/task").iterdir()))


def own_fds():
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def is_there(pid):
    """Whether it runs; a zombie does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def ask(children, fds, path, chance):
    """A request, and what tells whether its answer is right."""
    kind = chance.choice(["sync", "digest", "look_up", "bury"])
    fd, witness_fd, size, sha = fds[path]
    match kind:
        case "sync":
            return children.sync(fd, witness_fd, path), lambda found: found is None
        case "digest":
            errand = children.digest(fd, path, ["sha-256"], size)
            return errand, lambda found: [each.hex for each in found] == [sha]
        case "look_up":
            return children.look_up("localhost"), lambda found: "127.0.0.1" in found
    children.bury(os.dup(fd))
    return None


@pytest.mark.parametrize("seed", range(3))
def test_children_killed_at_random_answer_right_and_leave_nothing(tmp_path, seed):
    chance = random.Random(seed)
    fds = {}
    for number in range(5):
        path = tmp_path / str(number)
        content = chance.randbytes(chance.randint(0, 8 << 20))
        path.write_bytes(content)
        opened = os.open(path, os.O_RDWR), os.open(path, os.O_RDWR)
        fds[str(path)] = (*opened, len(content), hashlib.sha256(content).hexdigest())
    before, alone = own_fds(), tasks()
    late_s, answered = monotonic() + PATIENCE_S, 0
    seen = set()
    with closing(Reactor(MonotonicClock())) as reactor, closing(Children(reactor)) as children:
        killer = Killer(reactor, children, seed)
        pending = []
        while killer.killed < KILLS or pending:
            assert monotonic() < late_s, f"{len(pending)} without an answer, {killer.killed} killed"
            if killer.killed < KILLS and len(pending) < 100:
                asked = ask(children, fds, chance.choice(list(fds)), chance)
                pending += [asked] if asked else []
            reactor.turn(PATIENCE_S if len(pending) >= 100 else 0)
            seen.update(children.pids)
            for errand, is_right in [each for each in pending if each[0].over]:
                assert is_right(errand.result())
                answered += 1
            pending = [each for each in pending if not each[0].over]
            assert tasks() == alone
    assert own_fds() == before
    for pid in seen:
        wait_for_end(pid)
    assert [pid for pid in seen if is_there(pid)] == []
    assert answered > 100
    for fd, witness_fd, *_ in fds.values():
        os.close(fd)
        os.close(witness_fd)


@pytest.mark.parametrize("forked", ["alone", "fork"])
def test_a_parent_that_is_killed_leaves_no_child_behind(tmp_path, forked):
    file = tmp_path / "sparse"
    with file.open("wb") as sparse:
        sparse.truncate(100 << 30)  # minutes of work
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, file, forked],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with parent, ExitStack() as exits:
        exits.callback(kill_group, parent.pid)  # the fork is left
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(pids) == 4
        assert all(is_there(pid) for pid in pids)
        os.kill(parent.pid, signal.SIGKILL)
        for pid in pids:
            wait_for_end(pid)

    assert [pid for pid in pids if is_there(pid)] == []


def kill_group(pid):
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def wait_for_end(pid):
    """It may be gone already, or be a zombie in a container without an init."""
    with suppress(ProcessLookupError):
        end = os.pidfd_open(pid)
        poll = select.poll()
        poll.register(end, select.POLLIN)
        assert poll.poll(10_000)
        os.close(end)
