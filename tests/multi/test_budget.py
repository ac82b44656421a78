import pycurl
import pytest

from ddm.byteranges import ByteRange
from ddm.http.response import Expectation
from ddm.multi.budget import Budget
from ddm.multi.throttle import Throttle
from ddm.multi.transfer import Transfer


class Turn:
    """A turn in which each block costs one; a test says how many there is time for."""

    def __init__(self):
        self.left = 0
        self.changes = 0
        self.budget = Budget(lambda: self.left <= 0, self.change)

    def change(self):
        self.changes += 1

    def bring(self, who, blocks):
        """How many of these blocks it takes before it has to wait."""
        for taken in range(blocks):
            if not self.budget.admits(who):
                self.budget.wait(who)
                return taken
            self.left -= 1
        return blocks

    def next(self, time, blocks):
        """The next turn: who goes on, each with so many blocks, and what it takes."""
        self.left = time
        return [(who, self.bring(who, blocks)) for who in self.budget.release()]


@pytest.fixture
def turn():
    return Turn()


def test_while_there_is_time_everybody_may_take_and_nobody_waits(turn):
    turn.left = 10

    assert [turn.bring(who, 3) for who in "abc"] == [3, 3, 3]
    assert (turn.budget.closed, turn.budget.waiting, turn.changes) == (False, False, 0)


def test_when_the_time_is_over_all_that_come_give_their_blocks_back_and_wait(turn):
    turn.left = 4

    assert [turn.bring(who, 3) for who in "abc"] == [3, 1, 0]
    assert (turn.budget.closed, turn.changes) == (True, 1)
    assert not turn.budget.plain("a")


def test_who_has_waited_longest_goes_first_and_the_others_only_after_it(turn):
    turn.left = 1
    for who in "abcd":
        turn.bring(who, 3)

    assert turn.next(5, 3) == [("a", 3), ("b", 2)]
    assert turn.next(5, 3) == [("c", 3), ("d", 2)]
    assert turn.next(9, 3) == [("b", 3), ("d", 3)]
    assert (turn.budget.closed, turn.changes) == (False, 2)


def test_one_that_does_not_wait_stands_behind_those_that_do(turn):
    turn.left = 0
    turn.bring("a", 1)
    turn.bring("b", 1)
    turn.left = 5
    goes_on = turn.budget.release()

    assert next(goes_on) == "a"
    assert turn.budget.plain("a")
    assert turn.bring("new", 1) == 0
    assert turn.bring("a", 2) == 2
    assert list(goes_on) == ["b", "new"]


def test_in_each_turn_one_gets_a_block_however_late_it_is(turn):
    turn.left = 0
    turn.bring("a", 1)
    turn.bring("b", 1)

    assert turn.next(-9, 3) == [("a", 1)]
    assert turn.next(-9, 3) == [("b", 1)]


def test_when_those_that_wait_have_left_it_is_open_again(turn):
    turn.left = 0
    turn.bring("a", 1)
    turn.budget.leave("a")
    turn.budget.leave("stranger")

    assert turn.next(9, 1) == []
    assert not turn.budget.closed


@pytest.mark.parametrize(("rate", "waits"), [(0, True), (1 << 20, False)])
def test_what_a_limit_of_speed_bounds_already_does_not_wait_for_a_turn(notes, sink, rate, waits):
    notes.budget = Budget(lambda: True, lambda: None)
    transfer = Transfer(
        1, "http://h/", Expectation(ByteRange(0, 8)), sink,
        buffer_bytes=10, notes=notes, share=Throttle(rate, now=0).join(1),
    )  # fmt: skip
    transfer.take(sink, 0, 8)

    assert transfer.on_body(b"aaaa") == (pycurl.WRITEFUNC_PAUSE if waits else None)
    assert notes.budget.waiting == waits
