"""What every adapter does, beside a loop that only counts."""

import shutil
import time

import pytest

from ddm.embed.guest import Guest
from ddm.errors import StateError, UsageError


class Loop:
    name = "a loop"

    def call_soon(self, callback):
        callback()

    def detach(self):
        pass


def test_it_turns_and_tells_when_the_next_turn_is_due(manager):
    guest = Guest(manager, Loop(), lambda: None)
    due_s = guest.turn()
    assert due_s == manager.deadline()


def test_a_loop_that_has_it_keeps_others_out_until_it_leaves(manager):
    guest = Guest(manager, Loop(), lambda: None)
    with pytest.raises(UsageError, match="already"):
        Guest(manager, Loop(), lambda: None)
    guest.leave()
    guest.check()
    Guest(manager, Loop(), lambda: None)


def test_an_error_of_a_turn_is_for_who_leaves(manager, tmp_path):
    broken = []
    guest = Guest(manager, Loop(), lambda: broken.append(1))
    guest.turn()
    shutil.rmtree(tmp_path / "state")
    while guest.error is None:
        manager._house.reactor._selector.select(1.0)
        due_s = guest.turn()

    assert (due_s, broken) == (None, [1])
    guest.leave()
    with pytest.raises(StateError, match="removed"):
        guest.check()


@pytest.fixture
def time_passes(manager):
    """Let so many seconds pass in which nobody turns the manager."""
    turns = manager._house.reactor.turns
    passed_s = [0.0]
    turns._now = turns.lateness._now = lambda: time.monotonic() + sum(passed_s)
    return passed_s.append


def test_a_loop_that_comes_too_late_to_a_turn_is_told_of(manager, time_passes):
    guest = Guest(manager, Loop(), lambda: None)
    guest.turn()
    time_passes(max(0.0, guest.turn() - time.monotonic()) + 0.32)
    guest.turn()

    late = manager.turns().late
    assert (late.count, late.latest.host) == (1, "a loop")
    assert late.latest.words.startswith("the loop of a loop was busy for ")


def test_between_two_loops_nobody_is_late(manager, time_passes):
    for _ in range(2):
        guest = Guest(manager, Loop(), lambda: None)
        time_passes(5.0)
        guest.turn()
        guest.leave()
        time_passes(5.0)

    assert manager.turns().late.count == 0
