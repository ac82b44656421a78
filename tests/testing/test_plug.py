import pytest

from ddm.testing.plug import Died


def operations(plug, count):
    """How many took effect before the process died; None if it lives."""
    done = 0
    try:
        for _ in range(count):
            with plug.during():
                done += 1
    except Died:
        return done
    return None


def test_without_it_everything_takes_effect(plug):
    assert operations(plug, 5) is None


@pytest.mark.parametrize(("after", "done"), [(False, 2), (True, 3)])
def test_a_process_dies_before_or_after_an_operation(plug, after, done):
    plug.arm(2, after=after)

    assert operations(plug, 5) == done
    assert not plug.armed


def test_one_that_is_let_live_goes_on(plug):
    plug.arm(2, after=False)
    plug.disarm()

    assert operations(plug, 5) is None


def test_after_an_operation_that_failed_it_is_the_next_ones_turn(plug):
    plug.arm(0, after=True)
    with pytest.raises(OSError, match="full"), plug.during():
        raise OSError("full")

    assert operations(plug, 5) == 0 + 1


def test_the_operation_around_the_one_that_kills_is_not_counted_again(plug):
    plug.arm(0, after=True)
    with pytest.raises(Died), plug.during():
        assert operations(plug, 3) is None
