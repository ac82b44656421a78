"""Files that are passed on in order: no more is fetched beyond what was than a window holds."""

import random

import pytest

from ddm.core.commands import StartTransfer
from ddm.core.engine import Engine
from ddm.core.events import WindowMoved
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
def passing(paper):
    """A file of 16 MiB and a window of 4; its first 256 KiB are there."""
    paper.engine = Engine(
        paper.limits, chance=random.Random(1), user_agent="ddm/test", window_bytes=4 * MIB
    )
    paper.begin(16 * MIB)
    paper.end(1)
    return paper


def reach(paper):
    """The highest offset that is asked for."""
    return max(c.expectation.range.stop for c in paper.live.values())


def test_only_what_lies_in_the_window_is_asked_for_on_several_connections(passing):
    assert reach(passing) <= 4 * MIB
    assert len(passing.live) > 1


def test_what_was_passed_on_makes_room_for_as_much(passing, of):
    passing.fetch_all()
    assert passing.live == {}
    assert passing.states()[-1] is State.RUNNING

    said = passing.play(WindowMoved(1, 2 * MIB))

    assert of(StartTransfer, said)
    assert 4 * MIB < reach(passing) <= 6 * MIB


def test_in_the_end_all_of_it_was_fetched_once(passing, of):
    position = 0
    while passing.states()[-1] is not State.DONE:
        passing.fetch_all()
        position += MIB
        passing.play(WindowMoved(1, position))

    asked = [c.expectation.range for c in of(StartTransfer, passing.said)]
    assert sum(len(r) for r in asked) == 16 * MIB
    assert min(r.start for r in asked) == 0


def test_a_word_about_a_job_that_has_left_is_no_error(paper):
    paper.play(WindowMoved(7, 10))
