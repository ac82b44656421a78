import pytest

from ddm import Manager
from ddm.errors import ClosedError, StateError, UsageError


def test_a_turn_within_a_turn_is_refused(manager, tmp_path):
    refused = []

    def within(*_):
        with pytest.raises(UsageError, match="a turn of this manager is under way"):
            manager.turn()
        refused.append(True)

    manager._house.poke()
    manager._house.reactor.join(type("Member", (), {"deadline": lambda _: None, "run": within})())
    manager.turn()

    assert refused == [True]
    manager.turn()


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ZeroDivisionError(), StateError("gone")])
def test_after_a_turn_that_was_broken_off_it_can_only_be_closed(manager, monkeypatch, error):
    def broken(_):
        raise error

    monkeypatch.setattr(manager._house, "run", broken)
    with pytest.raises(type(error)):
        manager.turn()
    with pytest.raises((ClosedError, StateError)) as told:
        manager.turn()

    assert isinstance(error, StateError) or "close the manager" in str(told.value)
    manager.close()


def test_an_interrupted_wait_breaks_nothing(manager, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(manager._house.reactor, "_wait_s", interrupted)
        with pytest.raises(KeyboardInterrupt):
            manager.turn(1.0)
    manager.turn()


def test_waiting_turns_as_the_manager_does_also_if_its_class_has_changed_that(tmp_path):
    class Counting(Manager):
        turns_begun = 0

        def turn(self, wait_s=0.0):
            self.turns_begun += 1
            super().turn(wait_s)

    with Counting.open(tmp_path / "state") as manager:
        manager.wait(manager.add("http://127.0.0.1:1/", tmp_path / "x"), timeout_s=0.1)
        assert manager.turns_begun > 0
