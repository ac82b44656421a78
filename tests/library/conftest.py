import contextlib
import select

import pytest

from ddm import Manager
from ddm.library.pace import Pace
from ddm.library.stream import Stream
from ddm.library.waiting import Room


@pytest.fixture
def open_manager():
    """Opens managers, and closes them at the end."""
    with contextlib.ExitStack() as exits:
        yield lambda *arguments, **more: exits.enter_context(Manager.open(*arguments, **more))


@pytest.fixture
def manager(open_manager, tmp_path):
    """One with a queue that lasts."""
    return open_manager(tmp_path / "state")


@pytest.fixture
def until(manager):
    """Turns until something is true."""

    def turned(found, turning=manager):
        for _ in range(10_000):
            if found():
                return
            turning.turn(10.0)
        pytest.fail("it never comes true")

    return turned


@pytest.fixture
def poll():
    """Whether a descriptor is readable."""
    return lambda fd: bool(select.select([fd], [], [], 0)[0])


@pytest.fixture
def room():
    """Where nobody waits yet, and no loop turns anything."""
    return Room()


@pytest.fixture
def stream(room):
    """One of all jobs, told by hand; it may not turn."""
    return Stream(room, (), Pace(4.0), pytest.fail)
