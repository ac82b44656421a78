"""Progress of transfers by hand."""

import pytest

from ddm.byteranges import ByteRange
from ddm.http.response import Expectation
from ddm.limits import PROGRESS_INTERVAL_S
from ddm.multi.progress import Progress
from ddm.multi.throttle import Throttle
from ddm.multi.transfer import Transfer


@pytest.fixture
def make(notes, sink):
    def make(number):
        transfer = Transfer(
            number, "http://h/", Expectation(ByteRange(0, 1000)), sink,
            buffer_bytes=100, notes=notes, share=Throttle(0, now=0).join(1),
        )  # fmt: skip
        transfer.easy = object()
        transfer.take(sink, 0, 1000)
        return transfer

    return make


@pytest.fixture
def progress(notes):
    return Progress(notes, lambda: False)


def turn(progress, now):
    for transfer in progress.written():
        progress.moved(transfer)
    return list(progress.told(now))


def test_only_what_took_something_is_written_and_told(make, progress):
    one, _ = make(1), make(2)
    one.on_body(b"abc")

    assert turn(progress, 10.0) == [(1, 3)]
    assert turn(progress, 20.0) == []
    assert progress.untold_at is None


def test_a_buffer_that_was_full_in_the_turn_is_told_at_its_end(make, progress):
    one = make(1)
    one.on_body(b"a" * 100)

    assert one.position == 100
    assert turn(progress, 10.0) == [(1, 100)]


def test_each_is_told_at_most_once_per_interval_and_the_last_of_it_always(make, progress):
    one, other = make(1), make(2)
    one.on_body(b"a")
    turn(progress, 10.0)
    one.on_body(b"b")
    other.on_body(b"c")

    assert turn(progress, 10.01) == [(2, 1)]
    assert progress.untold_at == 10.0 + PROGRESS_INTERVAL_S
    assert turn(progress, 10.0 + PROGRESS_INTERVAL_S) == [(1, 2)]
    assert progress.untold_at is None


def test_where_the_time_is_over_the_rest_is_written_in_the_next_turn(make, notes):
    late = Progress(notes, lambda: True)
    for number in (1, 2):
        make(number).on_body(b"a")

    assert turn(late, 10.0) == [(1, 1)]
    assert turn(late, 10.0) == [(2, 1)]


def test_one_that_has_ended_meanwhile_is_not_told(make, progress):
    one = make(1)
    one.on_body(b"a")
    turn(progress, 10.0)
    one.on_body(b"b")
    turn(progress, 10.01)
    one.easy = None
    one.put_away()

    assert turn(progress, 11.0) == []
