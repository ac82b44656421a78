"""What others do meanwhile, noticed. How it goes together with the rest is in test_house_others.py."""

import contextlib

import pytest

from ddm.errors import StateError
from ddm.limits import QUEUE_POLL_S
from ddm.lookout import Lookout
from ddm.multi.clock import MonotonicClock
from ddm.multi.reactor import Reactor
from ddm.spec import JobSpec
from ddm.store import poke
from ddm.store.database import open_database
from ddm.store.jobs import JobStore


@pytest.fixture
def reactor():
    with contextlib.closing(Reactor(MonotonicClock())) as reactor:
        yield reactor


@pytest.fixture
def changes():
    return []


@pytest.fixture
def lookout(reactor, connect, changes):
    with contextlib.closing(Lookout(reactor, connect(), lambda: changes.append(1))) as lookout:
        yield lookout


@pytest.fixture
def other(lookout, connect):
    return JobStore(connect())


def test_before_it_begins_nothing_is_looked_at(reactor, lookout, other, changes):
    other.add([JobSpec("http://a.test/", "/")])
    reactor.turn(0.0)
    assert (changes, lookout.deadline()) == ([], None)


def test_of_a_queue_in_memory_nobody_else_knows(reactor):
    with contextlib.closing(open_database(None)) as database:
        lookout = Lookout(reactor, database, lambda: None)
        lookout.begin()

        assert lookout.deadline() is None


def test_jobs_of_others_are_noticed_at_the_next_look(reactor, lookout, other, changes):
    lookout.begin()
    reactor.turn()
    assert lookout.deadline() == reactor.now + QUEUE_POLL_S
    other.add([JobSpec("http://a.test/", "/")])
    reactor.turn(0.0)
    assert changes == []

    lookout.run(lookout.deadline())

    assert changes == [1]


def test_a_poke_makes_it_look_at_once(reactor, lookout, other, changes, tmp_path):
    lookout.open(tmp_path / "state", None)
    lookout.begin()
    reactor.turn()
    other.add([JobSpec("http://a.test/", "/")])
    poke.send(tmp_path / "state")

    reactor.turn(0.0)

    assert changes == [1]
    assert not lookout.watched


def test_a_queue_that_was_replaced_is_an_error(lookout, reactor, tmp_path):
    lookout.begin()
    (tmp_path / "state" / "jobs.db").unlink()
    open_database(tmp_path / "state" / "jobs.db").close()
    with pytest.raises(StateError, match="removed or replaced"):
        reactor.turn()


def test_one_that_is_closed_looks_no_more(reactor, lookout, other, changes):
    lookout.begin()
    lookout.close()
    lookout.close()
    other.add([JobSpec("http://a.test/", "/")])
    reactor.turn(0.0)
    assert changes == []
    assert reactor.deadline() is None
