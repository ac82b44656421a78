import random

import pytest

from ddm.testing.errands import LONGEST_S, Errands


@pytest.fixture
def slow(clock):
    """Where each thing takes half a second."""
    errands = Errands(clock, random.Random(1))
    errands._drawn_s = lambda: 0.5
    return errands


def test_a_thing_is_done_when_its_time_has_come(slow):
    done = []
    errand = slow.begin(lambda: done.append(1))
    slow.advance(0.49)
    assert (errand.over, done, slow.deadline()) == (False, [], 0.5)
    slow.advance(0.5)
    assert (errand.over, done, slow.deadline()) == (True, [1], None)


def test_what_goes_wrong_comes_with_the_result(slow):
    def broken():
        raise OSError(5, "broken")

    errand = slow.begin(broken)
    slow.advance(1.0)
    with pytest.raises(OSError, match="broken"):
        errand.result()


def test_what_is_not_over_has_no_result(slow):
    with pytest.raises(AssertionError):
        slow.begin(lambda: 1).result()


def test_nothing_takes_time_where_nobody_shares_the_turn(slow):
    slow.at_once = True
    errand = slow.begin(lambda: 7)

    assert (errand.over, errand.result()) == (True, 7)


def test_when_a_process_dies_what_was_under_way_takes_place_unheard_or_never(slow):
    done, unheard = [], []
    for number in range(40):
        slow.begin(lambda: done.append(1), lambda number=number: unheard.append(number))
    slow.begin(lambda: done.append(1))
    slow.crash()
    slow.advance(LONGEST_S)

    assert (done, slow.deadline()) == ([], None)
    assert 0 < len(unheard) < 40


def test_some_things_take_no_time_and_some_long(clock):
    errands = Errands(clock, random.Random(1))
    drawn = [errands._drawn_s() for _ in range(1000)]

    assert drawn.count(0.0) > 400
    assert max(drawn) <= LONGEST_S
    assert max(drawn) > LONGEST_S / 2
