import errno
import os

import pytest

from ddm.limits import LOSSES_MAX, LOSSES_OF_A_HANG
from ddm.offload.asked import Asked


class Closing(Asked):
    verb = "bury"


@pytest.fixture
def let_go():
    return []


@pytest.fixture
def asked(let_go):
    asked = Closing((), "/a", let_go.append)
    asked.fd = 7
    return asked


def test_an_answer_ends_it_with_what_was_found(asked, let_go):
    assert not asked.over
    asked.answer(5, None)

    assert asked.over
    assert asked.result() == 5
    assert let_go == [7]


def test_a_fault_ends_it_with_an_error_that_names_the_file(asked, let_go):
    asked.answer(None, (errno.EIO, "it broke"))

    with pytest.raises(OSError, match="it broke") as raised:
        asked.result()
    assert (raised.value.errno, raised.value.filename) == (errno.EIO, "/a")
    assert let_go == [7]


def test_it_ends_once(asked, let_go):
    asked.answer(5, None)
    asked.answer(None, (errno.EIO, "it broke"))
    asked.fail(OSError(errno.EIO, "it broke"))

    assert asked.result() == 5
    assert let_go == [7]


def test_an_error_without_a_sentence_gets_the_systems(asked):
    asked.fail(OSError(errno.ENOSPC))

    with pytest.raises(OSError, match=r"unknown|Input/output|No space"):
        asked.result()


def test_it_outlives_some_of_its_children_but_not_any_number(asked):
    for _ in range(LOSSES_MAX - 1):
        asked.lose()
    assert not asked.over
    asked.lose()

    with pytest.raises(OSError, match="hang or are killed"):
        asked.result()


def test_without_children_the_deed_itself_is_done(asked):
    asked.fd = os.open("/dev/null", os.O_RDONLY)
    deed = asked.here(OSError(errno.EAGAIN, "none"))
    assert list(deed) == [None]

    os.close(asked.fd)


def test_two_that_hang_are_enough(asked):
    asked.lose(LOSSES_OF_A_HANG)
    assert not asked.over
    asked.lose(LOSSES_OF_A_HANG)

    assert asked.over
