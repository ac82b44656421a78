import ctypes
import gc
import signal
from functools import partial

import pytest

from ddm.multi.guarded import Interrupt, guarded, guarded_note


@pytest.fixture
def signalled():
    """Gives 0 again and again, and before each a signal comes as Ctrl-C does: while no Python runs."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    yield iter(partial(getattr(ctypes.CDLL(None), "raise"), signal.SIGALRM), None)
    signal.signal(signal.SIGALRM, before)


def test_a_callback_answers_each_call():
    callback = guarded(lambda data: data * 2, lambda _: -1)

    assert list(map(callback, (1, 2, 3))) == [2, 4, 6]


def test_what_it_raises_is_told_and_the_next_call_is_as_before():
    told = []
    callback = guarded(lambda data: 1 // data, lambda error: told.append(error) or -1)

    assert list(map(callback, (1, 0, 1))) == [1, -1, 1]
    assert [type(error) for error in told] == [ZeroDivisionError]


def test_a_signal_that_came_before_its_first_line_is_raised_within_it(signalled):
    seen, interrupt = [], Interrupt()
    callback = guarded(seen.append, interrupt.keep)

    assert next(map(callback, signalled)) is None
    assert seen == []
    with pytest.raises(KeyboardInterrupt):
        interrupt.check()


def test_a_function_is_left_before_its_try_begins(signalled):
    # Why a callback is no function.
    def callback(_):
        try:
            pass
        except KeyboardInterrupt:
            pytest.fail("it was caught")

    with pytest.raises(KeyboardInterrupt):
        next(map(callback, signalled))


def test_a_note_is_told_by_its_first_two_words():
    told = []
    note = guarded_note(lambda *words: told.append(words), told.append)
    note(1, 2, None, None)
    note(3, 4, "multi", "data")

    assert told == [(1, 2), (3, 4)]


def test_a_note_that_fails_is_told_and_the_next_one_is_as_before():
    told, failed = [], []

    def heard(one, other):
        told.append(one / other)

    note = guarded_note(heard, failed.append)
    for words in ((4, 2), (1, 0), (9, 3)):
        note(*words, None, None)

    assert (told, [type(error) for error in failed]) == ([2, 3], [ZeroDivisionError])


def test_a_signal_that_came_before_a_note_takes_that_note_alone(signalled):
    told, interrupt = [], Interrupt()
    note = guarded_note(lambda *words: told.append(words), interrupt.keep)
    next(map(note, signalled, [2], [3], [4]))
    note(5, 6, 7, 8)

    assert (told, bool(interrupt)) == ([(5, 6)], True)


def test_the_first_interrupt_is_raised_once():
    interrupt = Interrupt()
    interrupt.keep(KeyboardInterrupt("first"))
    interrupt.keep(KeyboardInterrupt("second"))

    with pytest.raises(KeyboardInterrupt, match="first"):
        interrupt.check()
    interrupt.check()


def test_a_callback_that_nobody_needs_any_more_goes_without_a_word(recwarn):
    callback = guarded(print, print)
    del callback
    gc.collect()

    assert not recwarn.list
