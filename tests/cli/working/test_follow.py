import signal
import time

import pytest

from ddm.cli.places import database_path
from ddm.cli.working.follow import follow
from ddm.cli.working.session import session
from ddm.errors import StateError
from ddm.house import House
from ddm.record import State
from ddm.spec import JobSpec
from ddm.store.lock import ManagerLock

SPEC = JobSpec("http://127.0.0.1/a", "/files", "a")


@pytest.fixture
def held(here):
    """Another ddm holds the state directory."""
    lock = ManagerLock.acquire(here.directory)
    yield lock
    lock.release()


@pytest.fixture
def ids(here, store):
    ids = store.add([SPEC])
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

    assert isinstance(manager, House)
    manager.close()


def test_a_holder_that_stays_is_named_and_its_leaving_is_said(home, store, monkeypatch, capsys):
    looks = []
    with session(quiet=False) as here:
        ids = store.add([SPEC])
        here.tally.expect(ids)
        lock = ManagerLock.acquire(here.directory)
        monkeypatch.setattr(
            time, "sleep", lambda _: looks.append(1) or (len(looks) == 2 and lock.release())
        )
        follow(here, store, ids).close()
    said = capsys.readouterr().err.splitlines()

    assert said[0].startswith("ddm: another manager of this process works with ")
    assert said[1:] == [
        "ddm: the jobs are in the queue; waiting for it to be done or to leave",
        "ddm: it has left; going on here",
    ]


def test_a_database_that_is_gone_is_not_waited_for(here, store, ids, held):
    database_path().unlink()

    with pytest.raises(StateError, match="was removed or replaced meanwhile; run it again"):
        follow(here, store, ids)


def test_a_holder_that_leaves_at_once_is_not_worth_a_word(home, store, monkeypatch, capsys):
    with session(quiet=False) as here:
        ids = store.add([SPEC])
        here.tally.expect(ids)
        lock = ManagerLock.acquire(here.directory)
        monkeypatch.setattr(time, "sleep", lambda _: lock.release())
        follow(here, store, ids).close()

    assert capsys.readouterr().err == ""
