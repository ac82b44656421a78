import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.cli.watch.keys import Key, keys_in


@pytest.mark.parametrize(
    ("block", "key"),
    [
        (b"\x1b[A", Key.UP),
        (b"\x1bOA", Key.UP),
        (b"\x1b[B", Key.DOWN),
        (b"\x1b[5~", Key.PAGE_UP),
        (b"\x1b[6~", Key.PAGE_DOWN),
        (b"\x1b[H", Key.HOME),
        (b"\x1b[1~", Key.HOME),
        (b"\x1b[F", Key.END),
        (b"\x1b[4~", Key.END),
        (b"p", Key.PAUSE),
        (b"P", Key.PAUSE_ALL),
        (b"r", Key.RESUME),
        (b"R", Key.RESUME_ALL),
        (b"s", Key.SORT),
        (b"?", Key.HELP),
        (b"q", Key.QUIT),
        (b"x", Key.OTHER),
        (b"\x1b[1;5C", Key.OTHER),
        (b"\x1b", Key.OTHER),
        ("ä".encode(), Key.OTHER),
    ],
)
def test_a_key_is_known_by_what_the_terminal_sends(block, key):
    assert list(keys_in(block)) == [key]


def test_keys_that_come_together_are_told_apart():
    assert list(keys_in(b"\x1b[B\x1b[Bpq")) == [Key.DOWN, Key.DOWN, Key.PAUSE, Key.QUIT]


@given(st.binary(max_size=40))
@settings(max_examples=100)
def test_any_input_is_some_keys(block):
    assert all(isinstance(key, Key) for key in keys_in(block))
