import errno
import os

import pytest

from ddm.errand import Done
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
