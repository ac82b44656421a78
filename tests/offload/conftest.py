import contextlib
import os
import time

import pytest

from ddm.multi.reactor import Reactor
from ddm.offload.children import Children
from ddm.testing.clock import VirtualClock

PATIENCE_S = 30


class Loop(Reactor):
    """A reactor that turns until something has come true; virtual time stands still until it is told to `pass_time`."""

    def __init__(self, clock):
        self.clock = clock
        super().__init__(clock)

    def until(self, found):
        late_s = time.monotonic() + PATIENCE_S
        while not found():
            assert time.monotonic() < late_s, "it never comes true"
            self.turn(0.1)

    def result(self, errand):
        self.until(lambda: errand.over)
        return errand.result()

    def pass_time(self, seconds):
        self.clock.advance_to(self.clock.now() + seconds)
        self.turn(0)


@pytest.fixture
def loop():
    with contextlib.closing(Loop(VirtualClock(1000.0))) as loop:
        yield loop


@pytest.fixture
def children(loop):
    with contextlib.closing(Children(loop)) as children:
        yield children


class File:
    """A file that is open twice, as a part file is. content: what is in it."""

    def __init__(self, path, content):
        self.path, self.content = path, content
        path.write_bytes(content)
        self.witness_fd = os.open(path, os.O_RDWR)
        self.fd = os.open(path, os.O_RDWR)

        self._own = {self.witness_fd, self.fd}

    def give(self):
        """The one that is written to, no longer ours."""
        self._own.remove(self.fd)
        return self.fd

    def close(self):
        while self._own:
            os.close(self._own.pop())


@pytest.fixture
def file(tmp_path):
    with contextlib.closing(File(tmp_path / "file", b"abc" * 100_000)) as file:
        yield file
