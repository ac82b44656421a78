import pytest

from ddm.errors import BusyError
from ddm.offers import Offers
from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.store import rows
from ddm.store.jobs import JobStore

ROOM = 3


class Store(JobStore):
    """The real one; somebody may keep everybody from reading it."""

    looks, closed = 0, False

    def line(self, limit, *, among=None):
        self.looks += 1
        return super().line(limit, among=among)

    def queued(self, ids):
        if self.closed:
            raise BusyError("the database is locked by another process")
        return super().queued(ids)


@pytest.fixture
def store(connect):
    return Store(connect())


@pytest.fixture
def add(store):
    return lambda count: store.add([JobSpec("http://a.test/", "/d")] * count)


@pytest.fixture
def offers(store):
    return Offers(store)


def taken(offers, room):
    offers.ask(room)
    found = [record.id for record in offers.take()]
    for job_id in found:
        offers.taken(job_id)
    return found


def test_jobs_are_offered_in_the_order_of_the_queue(offers, add):
    add(5)

    assert [taken(offers, 2), taken(offers, 2), taken(offers, 2)] == [[1, 2], [3, 4], [5]]


def test_ten_thousand_queued_jobs_are_offered_without_being_read(offers, add, store, monkeypatch):
    add(10_000)
    read = []
    real = rows._record
    monkeypatch.setattr(rows, "_record", lambda row: read.append(row["id"]) or real(row))
    for _ in range(100):
        taken(offers, ROOM)

    assert read == list(range(1, 100 * ROOM + 1))
    assert store.looks == 1


def test_jobs_in_hand_are_passed_over_though_their_rows_still_say_queued(offers, add):
    add(4)
    first = taken(offers, 2)
    offers.queue_changed()

    assert (first, taken(offers, 4)) == ([1, 2], [3, 4])


def test_a_job_that_left_for_good_may_be_queued_again(offers, add):
    add(1)
    first = taken(offers, 1)
    offers.queue_changed()
    in_hand = taken(offers, 1)
    offers.left([1])

    assert (first, in_hand, taken(offers, 1)) == ([1], [], [1])


def test_jobs_on_the_way_take_up_room(offers, add):
    add(5)
    offers.ask(2)
    on_the_way = [record.id for record in offers.take()]
    offers.ask(3)

    assert on_the_way == [1, 2]
    assert [record.id for record in offers.take()] == [3]
    assert [offers.on_the_way(job_id) for job_id in (3, 4)] == [True, False]


def test_what_changed_in_the_queue_counts_from_then_on(offers, add, store):
    add(3)
    before = taken(offers, 1)
    store.wish([2], Wanted.PAUSE)
    paused = taken(offers, 1)  # each row is looked at when it is its turn
    add(1)
    store._database.write("UPDATE jobs SET priority = 5 WHERE id = 4")
    store.resume([2])
    offers.queue_changed()

    assert (before, paused, taken(offers, 1), taken(offers, 9)) == ([1], [3], [4], [2])


def test_only_some_jobs_may_be_offered(offers, add):
    add(4)
    offers.limit_to([4, 2])
    some = taken(offers, 9)
    offers.limit_to(None)

    assert (some, taken(offers, 9)) == ([2, 4], [1, 3])


def test_while_nobody_can_read_the_queue_the_room_stays_to_be_filled(offers, add, store):
    add(2)
    store.closed = True
    found, waits = taken(offers, 2), offers.pending
    store.closed = False

    assert (found, waits) == ([], True)
    assert [record.id for record in offers.take()] == [1, 2]
    assert not offers.pending


def test_a_job_that_is_in_work_by_its_row_is_not_offered(offers, add, store):
    add(2)
    store.set_state(1, State.FINISHING, None)

    assert taken(offers, 2) == [2]
