import signal

import pytest

from ddm.cli.follow import follow
from ddm.manager import Manager
from ddm.record import State
from ddm.spec import JobSpec
from ddm.store.lock import ManagerLock


@pytest.fixture
def held(here):
    """Another ddm holds the state directory."""
    lock = ManagerLock.acquire(here.directory)
    yield lock
    lock.release()


@pytest.fixture
def ids(here, store):
    ids = store.add([JobSpec("http://127.0.0.1/a", "/files", "a")])
    here.tally.expect(ids)
    return ids


def test_a_job_that_the_holder_has_fetched_ends_it(here, store, ids, held):
    store.set_state(ids[0], State.DONE, None)

    assert follow(here, store, ids) is None
    assert list(here.tally.outcomes) == ids


def test_a_signal_ends_it(here, store, ids, held):
    signal.raise_signal(signal.SIGINT)

    assert follow(here, store, ids) is None
    assert here.exit_status() == 130


def test_when_the_holder_has_left_we_are_the_manager(here, store, ids):
    manager = follow(here, store, ids)

    assert isinstance(manager, Manager)
    manager.close()
