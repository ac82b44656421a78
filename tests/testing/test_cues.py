import pytest

from ddm.testing.cues import Cues


def test_without_a_cue_there_is_no_deadline():
    assert Cues().deadline() is None


def test_cues_are_called_when_they_are_due_in_their_order():
    cues, called = Cues(), []
    for moment_s, name in ((2.0, "c"), (1.0, "a"), (1.0, "b")):
        cues.give(moment_s, lambda name=name: called.append(name))

    cues.call(1.0)

    assert (called, cues.deadline()) == (["a", "b"], 2.0)


def test_a_cue_may_give_another():
    cues, called = Cues(), []
    cues.give(1.0, lambda: cues.give(1.0, lambda: called.append("second")))

    cues.call(1.0)

    assert (called, cues.deadline()) == (["second"], None)


def test_what_a_cue_raises_is_raised_and_it_is_not_called_again():
    cues = Cues()
    cues.give(1.0, lambda: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        cues.call(1.0)

    assert cues.deadline() is None
