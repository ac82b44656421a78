"""Files that go take their time, and many wishes come into force a few at a time."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from ddm.core.events import QueueChanged
from ddm.errors import BusyError
from ddm.failures import from_os_error
from ddm.http.representation import Representation
from ddm.limits import WISHES_MAX
from ddm.record import PartIdentity, State, Wanted
from ddm.spec import JobSpec
from ddm.steering import Steering, settle_all
from ddm.store.jobs import JobStore

HERE = PartIdentity("boot", 1, 1)


@dataclass
class Removal:
    """An errand that is over when the test says so."""

    over: bool = False
    error: OSError | None = None
    asked: int = 0

    def result(self):
        self.asked += 1
        if self.error is not None:
            raise self.error
        return True


class Disk:
    """A disk on which removing takes until the test says otherwise."""

    def __init__(self):
        self.removals = {}

    def remove_files(self, _directory, name, _identity):
        return self.removals.setdefault(name, Removal())

    def is_published(self, _directory, _name, _identity, *, settle):
        assert not settle
        return True


@pytest.fixture
def world(connect):
    """A store, a disk and who steers."""
    store, disk = JobStore(connect()), Disk()
    return SimpleNamespace(store=store, disk=disk, steering=Steering(store, disk))


def add(store, count=1):
    """Jobs that are DONE, with files `f1`, `f2` and so on."""
    ids = store.add([JobSpec("http://a.test/", "/d")] * count)
    for job_id in ids:
        store.set_part(job_id, f"f{job_id}", Representation(7, '"v"'), HERE, 0)
        store.set_state(job_id, State.DONE, None)
    return ids


def nobody(_job_id):
    return False


def test_a_row_goes_when_its_files_have(world):
    add(world.store)
    world.store.wish([1], Wanted.REMOVE, delete_files=True)
    assert world.steering.heed(nobody) == []
    assert (world.steering.pending, world.steering.looking) == (True, False)
    assert world.store.get(1).wanted is Wanted.REMOVE

    world.disk.removals["f1"].over = True
    assert world.steering.looking
    assert world.steering.heed(nobody) == [QueueChanged()]
    assert world.store.get(1) is None
    assert not world.steering.pending


def test_files_that_are_on_their_way_out_are_not_removed_twice(world):
    add(world.store)
    world.store.wish([1], Wanted.REMOVE, delete_files=True)
    world.steering.heed(nobody)
    world.disk.removals.clear()
    world.steering.look()
    world.steering.heed(nobody)

    assert world.disk.removals == {}


def test_files_that_could_not_go_keep_their_row_with_the_reason(world):
    add(world.store)
    world.store.wish([1], Wanted.REMOVE, delete_files=True)
    world.steering.heed(nobody)
    error = OSError(5, "Input/output error", "/d")
    world.disk.removals["f1"].error, world.disk.removals["f1"].over = error, True
    world.steering.heed(nobody)
    record = world.store.get(1)

    assert (record.state, record.wanted) == (State.DONE, Wanted.RUN)
    assert record.error.message == from_os_error(error, "/d", "remove").message


def test_what_became_of_files_is_asked_once_though_the_row_has_to_wait(world, connect):
    add(world.store)
    world.store.wish([1], Wanted.REMOVE, delete_files=True)
    world.steering.heed(nobody)
    removal = world.disk.removals["f1"]
    removal.over = True
    with connect().transaction(), pytest.raises(BusyError):
        world.steering.heed(nobody)
    world.steering.heed(nobody)

    assert removal.asked == 1
    assert world.store.get(1) is None


def test_many_wishes_come_into_force_a_few_at_a_time(world):
    ids = world.store.add([JobSpec("http://a.test/", "/d")] * (2 * WISHES_MAX + 1))
    world.store.wish(ids, Wanted.PAUSE)
    world.steering.look()
    found = []
    while world.steering.looking:
        world.steering.heed(nobody)
        found.append((len(world.store.in_state(State.PAUSED)), world.steering.more))

    assert found == [(WISHES_MAX, True), (2 * WISHES_MAX, True), (2 * WISHES_MAX + 1, False)]


def test_who_takes_custody_heeds_all_of_them(world):
    ids = world.store.add([JobSpec("http://a.test/", "/d")] * (2 * WISHES_MAX + 1))
    world.store.wish(ids, Wanted.PAUSE)

    assert settle_all(world.store, world.disk) == len(ids)
    assert len(world.store.in_state(State.PAUSED)) == len(ids)


def test_no_more_files_are_on_their_way_out_than_wishes_are_heeded_at_a_time(world):
    ids = add(world.store, WISHES_MAX + 10)
    world.store.wish(ids, Wanted.REMOVE, delete_files=True)
    world.steering.look()
    while world.steering.looking:
        world.steering.heed(nobody)
    assert len(world.disk.removals) == WISHES_MAX

    while world.steering.pending or world.steering.looking:
        for removal in world.disk.removals.values():
            removal.over = True
        world.steering.heed(nobody)
    assert world.store.all() == []
    assert len(world.disk.removals) == len(ids)


def test_a_wish_that_comes_while_others_are_heeded_is_not_forgotten(world):
    ids = world.store.add([JobSpec("http://a.test/", "/d")] * (WISHES_MAX + 2))
    world.store.wish(ids[1:], Wanted.PAUSE)
    world.steering.look()
    world.steering.heed(nobody)
    world.store.wish(ids[:1], Wanted.PAUSE)
    world.steering.look()
    while world.steering.looking:
        world.steering.heed(nobody)

    assert len(world.store.in_state(State.PAUSED)) == len(ids)
