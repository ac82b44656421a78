import os

import pytest

from ddm.errors import UsageError
from ddm.library import forks


class Owned:
    def __init__(self):
        self.told = []

    def left_behind(self, error):
        self.told.append(str(error))


@pytest.fixture
def owned(tmp_path):
    owned = Owned()
    forks.watch(owned, tmp_path)
    yield owned
    forks.forget(owned)


def in_child(deed):
    """What it returns in a forked child."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(writing, str(deed()).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    assert os.waitpid(pid, 0) == (pid, 0)
    return text


def refusal(deed):
    try:
        deed()
    except UsageError as error:
        return error
    return "none"


def test_in_a_forked_child_it_is_told_whose_it_is_and_here_it_is_not(owned):
    said = f"this manager belongs to process {os.getpid()}; open one in this process"

    assert in_child(lambda: owned.told) == str([said])
    assert owned.told == []


def test_a_child_of_a_child_is_told_nothing_more(owned):
    assert in_child(lambda: in_child(lambda: len(owned.told))) == "1"


def test_what_was_forgotten_is_told_nothing(owned):
    forks.forget(owned)

    assert in_child(lambda: owned.told) == "[]"


def test_a_queue_that_was_open_is_not_opened_in_a_forked_child(owned, tmp_path):
    forks.check(tmp_path)
    forks.check(None)

    assert "was open when this process was forked off" in in_child(
        lambda: refusal(lambda: forks.check(tmp_path))
    )
    assert in_child(lambda: refusal(lambda: forks.check(tmp_path / "other"))) == "none"


def test_what_is_gone_says_why_but_may_be_closed():
    gone = forks.gone([], UsageError("not yours"))

    gone.close()
    with pytest.raises(UsageError, match="not yours"):
        gone.append(1)
