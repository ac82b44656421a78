import pytest

from ddm.failures import Kind
from ddm.http.request import Request
from ddm.http.response import Expectation
from ddm.limits import Limits
from ddm.multi.common import Common
from ddm.multi.starts import Starts
from ddm.multi.throttle import Throttle
from ddm.multi.transfer import Transfer
from ddm.spec import Route


class Multi:
    """Takes easy handles, and works on them whenever it is told to."""

    def __init__(self):
        self.done = []

    def add(self, easy, *, shared):
        self.done.append(f"add {'shared' if shared else 'own'}")

    def run_timer(self, now):
        self.done.append(f"run at {now}")


@pytest.fixture
def multi():
    return Multi()


@pytest.fixture
def make(notes, sink):
    def make(starts, *numbers, url="http://127.0.0.1/", shared=False):
        for number in numbers:
            transfer = Transfer(
                number, url, Expectation(None), sink,
                buffer_bytes=100, notes=notes, share=Throttle(0, now=0).join(1),
            )  # fmt: skip
            options = Common(Limits()).options(
                Request(url, ()), Route(), 65_536, shared=shared, addresses=()
            )
            starts.add(transfer, options)

    return make


def begun(starts):
    return [transfer.id for transfer in starts.begin(5.0)]


def test_those_for_which_there_is_time_begin_in_their_order_and_libcurl_works_on_each(multi, make):
    starts = Starts(multi, lambda: False)
    make(starts, 2, 1)
    make(starts, 3, shared=True)

    assert begun(starts) == [2, 1, 3]
    assert multi.done == [*("add own", "run at 5.0") * 2, "add shared", "run at 5.0"]
    assert not starts


def test_when_the_time_is_over_the_others_begin_in_the_next_turn(multi, make):
    starts = Starts(multi, lambda: True)
    make(starts, 1, 2)

    assert (begun(starts), 2 in starts) == ([1], True)
    assert (begun(starts), begun(starts)) == ([2], [])


def test_one_that_is_taken_back_does_not_begin(multi, make):
    starts = Starts(multi, lambda: False)
    make(starts, 1, 2)

    assert (starts.take_back(1), starts.take_back(1)) == (True, False)
    assert begun(starts) == [2]


def test_what_libcurl_refuses_has_failed(multi, make):
    starts = Starts(multi, lambda: False)
    make(starts, 1, url="http://\0/")
    (transfer,) = starts.begin(5.0)

    assert (transfer.easy, transfer.failure.kind) == (None, Kind.INTERNAL)


def test_what_is_forgotten_does_not_begin(multi, make):
    starts = Starts(multi, lambda: False)
    make(starts, 1)
    starts.clear()

    assert begun(starts) == []
