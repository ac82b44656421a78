import pytest

from ddm.lateness import LateFigures, Lateness
from ddm.limits import LATE_S, LATELY_S


class Clock:
    def __init__(self):
        self.now_s = 100.0

    def now(self):
        return self.now_s


class Loop:
    """Somebody else's, which comes so late to turns that are due in a second."""

    def __init__(self):
        self.clock = Clock()
        self.lateness = Lateness(self.clock.now)

    def turn(self, late_s):
        self.lateness.expect(self.clock.now_s + 1.0)
        self.come(1.0 + late_s)

    def come(self, after_s):
        self.clock.now_s += after_s
        self.lateness.came(self.clock.now_s)

    def figures(self):
        return self.lateness.figures(self.clock.now_s)


@pytest.fixture
def loop():
    return Loop()


def test_a_turn_in_time_or_nearly_so_is_not_late(loop):
    for late_s in (-1.0, 0.0, LATE_S - 0.001):
        loop.turn(late_s)

    assert loop.figures() == LateFigures()
    assert loop.lateness.take_last() is None


def test_late_turns_are_counted_and_the_latest_stays(loop):
    for late_s in (0.2, 0.5, 0.3):
        loop.turn(late_s)
    found = loop.figures()

    assert found.count == 3
    assert (found.latest.late_s, found.lately.late_s) == (pytest.approx(0.5), pytest.approx(0.3))
    assert (found.latest.ago_s, found.lately.ago_s) == (pytest.approx(1.3), 0.0)


def test_the_last_one_is_told_for_a_while(loop):
    loop.turn(0.2)
    loop.clock.now_s += LATELY_S + 0.1

    assert (loop.figures().lately, loop.figures().count) == (None, 1)


def test_the_last_one_can_be_taken_once(loop):
    loop.turn(0.2)

    assert loop.lateness.take_last().late_s == pytest.approx(0.2)
    assert loop.lateness.take_last() is None


def test_a_turn_that_is_due_at_once_is_late_from_when_that_was_said(loop):
    loop.clock.now_s += 50.0
    loop.lateness.expect(0.0)
    loop.come(0.2)

    assert loop.figures().latest.late_s == pytest.approx(0.2)


def test_where_nobody_was_told_when_to_turn_nothing_is_late(loop):
    loop.turn(0.0)
    loop.come(50.0)
    loop.lateness.expect(None)
    loop.come(50.0)

    assert loop.figures().count == 0


def test_what_an_earlier_loop_was_told_is_none_of_the_next_one_s(loop):
    loop.lateness.hosted_by("asyncio")
    loop.lateness.expect(loop.clock.now_s + 1.0)
    loop.lateness.hosted_by("")
    loop.lateness.hosted_by("trio")
    loop.come(50.0)

    assert loop.figures().count == 0


@pytest.mark.parametrize(
    ("host", "late_s", "words"),
    [
        ("asyncio", 0.32, "the loop of asyncio was busy for 320 ms"),
        ("", 2.5, "the loop around ddm was busy for 2.5 s"),
    ],
)
def test_it_is_told_in_words(loop, host, late_s, words):
    loop.lateness.hosted_by(host)
    loop.turn(late_s)

    assert loop.lateness.take_last().words == (
        f"{words}, so a turn of ddm came late: downloads wait meanwhile; do not block the loop"
    )
