"""What every adapter does, beside a loop that only counts."""

import shutil

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
