import errno
import os

import pytest

from ddm.errand import After, Done, Failed, Slices, Together
from ddm.errors import Exit
from ddm.failures import Failure, FailureError, Kind


def test_what_is_done_at_once_is_over_with_its_result():
    errand = Done(lambda: 7)
    assert errand.over
    assert errand.result() == 7


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EIO, os.strerror(errno.EIO), "/a"),
        FailureError(Failure(Kind.FILE_BUSY, "in use", Exit.FILE_BUSY)),
    ],
)
def test_what_a_deed_raises_comes_with_the_result(error):
    def deed():
        raise error

    errand = Done(deed)
    assert errand.over
    with pytest.raises(type(error)) as raised:
        errand.result()
    assert raised.value is error


def test_a_bug_in_a_deed_is_no_result():
    with pytest.raises(ZeroDivisionError):
        Done(lambda: 1 / 0)


class Later:
    """An errand that is over when the test says so."""

    def __init__(self):
        self.over = False

    def result(self):
        return 7


def test_what_would_have_been_in_vain_is_over_with_the_reason():
    errand = Failed(OSError(errno.EIO, "cut"))
    assert errand.over
    with pytest.raises(OSError, match="cut"):
        errand.result()


def test_what_comes_after_an_errand_is_done_once_it_is_over():
    first = Later()
    errand = After(first, lambda errand: errand.result() + 1)
    assert not errand.over
    first.over = True
    assert errand.over
    assert errand.result() == 8


def test_errands_that_are_one_are_over_with_the_last():
    first, last = Later(), Later()
    both = Together([first, last])
    first.over = True
    assert not both.over
    last.over = True
    assert both.over
    both.result()


def test_of_errands_that_are_one_the_first_that_went_wrong_is_told():
    wrong = [Failed(OSError(errno.EIO, "first")), Failed(OSError(errno.EIO, "second"))]
    both = Together([Done(lambda: None), *wrong])
    assert both.over
    with pytest.raises(OSError, match="first"):
        both.result()


def counting(slices, log):
    try:
        for number in range(slices):
            log.append(number)
            yield
        return "done"
    finally:
        log.append("left")


def test_slices_are_done_one_at_a_time():
    log = []
    errand = Slices(counting(2, log))
    errand.step()
    assert (errand.over, log) == (False, [0])
    errand.step()
    errand.step()
    assert (errand.over, errand.result(), log) == (True, "done", [0, 1, "left"])


def test_what_a_slice_raises_comes_with_the_result():
    def broken():
        yield
        raise OSError(errno.ENOSPC, "full")

    errand = Slices(broken())
    errand.step()
    errand.step()
    assert errand.over
    with pytest.raises(OSError, match="full"):
        errand.result()


def test_slices_that_are_dropped_clean_up():
    log = []
    errand = Slices(counting(2, log))
    errand.step()
    errand.drop()
    assert log == [0, "left"]


def test_slices_that_are_left_have_no_result():
    with pytest.raises(AssertionError):
        Slices(counting(1, [])).result()
