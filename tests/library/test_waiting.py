"""Waiting, in a loop of one coroutine that is driven by hand."""

import pytest

from ddm.errors import ClosedError, UsageError
from ddm.library.waiting import Condition, Pending, Room


class Waiter:
    def __init__(self):
        self.awake = False

    def wake(self):
        self.awake = True

    def __await__(self):
        while not self.awake:
            yield


class Host:
    name = "hand"

    def __init__(self):
        self.calls = []

    def waiter(self):
        return Waiter()

    def call_soon(self, callback):
        self.calls.append(callback)

    def detach(self):
        pass


class Number(Pending[int]):
    """Something that is over once it has a number."""

    number = None

    @property
    def over(self):
        return self.number is not None

    def result(self):
        return self.number

    def get(self, number):
        self.number = number
        self._wake()


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def room(host):
    room = Room()
    room.host = host
    return room


def step(generator):
    """Drive a coroutine up to its next pause; what it returned, None while it waits."""
    try:
        next(generator)
    except StopIteration as end:
        return end.value
    return None


def test_who_waits_goes_on_when_it_is_over(room):
    number = Number(room)
    waiting = number.__await__()
    assert step(waiting) is None
    assert step(waiting) is None

    number.get(7)

    assert step(waiting) == 7


def test_what_is_over_is_not_waited_for(room):
    number = Number(room)
    number.get(7)
    room.end(ClosedError("closed"))
    assert step(number.__await__()) == 7


def test_all_who_wait_go_on(room):
    number = Number(room)
    both = [number.__await__(), number.__await__()]
    for waiting in both:
        step(waiting)
    number.get(7)
    assert [step(waiting) for waiting in both] == [7, 7]


def test_who_does_not_wait_any_more_is_forgotten(room):
    number = Number(room)
    waiting = number.__await__()
    step(waiting)
    waiting.close()
    assert not number._waiters
    assert not room._waiters


def test_when_nothing_will_happen_any_more_who_waits_is_told_why(room):
    waiting = Number(room).__await__()
    step(waiting)
    room.end(ClosedError("first"))
    room.end(ClosedError("second"))

    with pytest.raises(ClosedError, match="first"):
        step(waiting)


def test_without_a_loop_that_has_coroutines_waiting_says_how(room):
    room.host = None
    with pytest.raises(UsageError, match=r"on_asyncio.*manager\.wait"):
        step(Number(room).__await__())


def test_a_callback_is_the_loops(room, host):
    number, called = Number(room), []
    number.when_over(called.append)
    number.get(7)
    number.get(8)
    assert called == []

    (call,) = host.calls
    call()
    assert called == [number]


def test_without_a_loop_callbacks_come_after_the_turn(room):
    room.host = None
    number, called = Number(room), []
    number.when_over(called.append)
    assert room.deadline() is None
    number.get(7)
    assert (called, room.deadline()) == ([], 0.0)

    room.call()

    assert (called, room.deadline()) == ([number], None)


def test_a_condition_is_looked_at_once_a_turn_while_somebody_waits(room):
    looks, true = [], [False]

    def found():
        looks.append(1)
        return true[0]

    condition = room.when(found)
    assert isinstance(condition, Condition)
    room.run(0.0)
    assert looks == []

    waiting = condition.__await__()
    step(waiting)
    room.run(0.0)
    assert step(waiting) is None
    true[0] = True
    room.run(0.0)
    with pytest.raises(StopIteration):
        next(waiting)


def test_what_somebody_wants_to_be_called_about_need_not_be_kept(room):
    Number(room).when_over(print)
    (kept,) = room.called
    kept.get(7)
    assert not room.called
