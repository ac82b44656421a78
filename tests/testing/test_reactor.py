import pytest

from ddm.multi.wakeup import WakeUp
from ddm.testing.cues import Cues
from ddm.testing.reactor import VirtualReactor
from ddm.testing.story import Violation

HOUR_S = 3600.0


class Member:
    """Wants to be run at a moment; keeps when it was."""

    def __init__(self, due_s):
        self.due_s, self.runs = due_s, []

    def deadline(self):
        return self.due_s

    def run(self, now):
        self.runs.append(now)
        if self.due_s is not None and now >= self.due_s:
            self.due_s = None


@pytest.fixture
def cues():
    return Cues()


@pytest.fixture
def reactor(clock, cues, story):
    reactor = VirtualReactor(clock, cues, story)
    yield reactor
    reactor.close()


@pytest.mark.parametrize("wait_s", [None, 0.0, HOUR_S, 2 * HOUR_S])
def test_a_turn_makes_it_the_time_of_what_is_next(reactor, wait_s):
    member = Member(HOUR_S)
    reactor.join(member)

    reactor.turn(wait_s)

    assert (member.runs, reactor.now) == ([HOUR_S], HOUR_S)


def test_who_waits_a_shorter_while_is_not_taken_further(reactor):
    member = Member(HOUR_S)
    reactor.join(member)

    reactor.turn(60.0)

    assert (member.runs, reactor.now) == ([60.0], 60.0)


def test_a_wait_for_nothing_takes_its_time_too(reactor):
    reactor.turn(60.0)

    assert reactor.now == 60.0


def test_what_is_due_is_due_at_once_in_any_loop(reactor):
    reactor.join(Member(HOUR_S))

    assert reactor.deadline() == 0.0


def test_with_nothing_to_come_there_is_no_deadline_and_no_time_passes(reactor):
    reactor.turn(0.0)

    assert (reactor.deadline(), reactor.now) == (None, 0.0)


def test_who_would_wait_for_ever_is_told(reactor):
    with pytest.raises(Violation, match="nothing will ever happen"):
        reactor.turn(None)


def test_what_is_ready_comes_before_time_passes(reactor):
    member = Member(HOUR_S)
    reactor.join(member)
    wakeup = WakeUp(reactor)
    wakeup.poke()

    reactor.turn(None)
    wakeup.close()

    assert member.runs == [0.0]


def test_cues_are_called_on_the_way_before_the_turn(reactor, cues):
    member, called = Member(HOUR_S), []
    reactor.join(member)
    cues.give(60.0, lambda: called.append(list(member.runs)))

    reactor.turn(None)
    reactor.turn(None)

    assert (called, member.runs) == ([[]], [60.0, HOUR_S])


def test_time_that_is_made_to_pass_makes_no_turn_late(reactor):
    reactor.join(Member(HOUR_S))
    reactor.due()
    reactor.turn()

    assert (reactor.now, reactor.turns.figures().late.count) == (HOUR_S, 0)
