import io
import os
import pty
import signal
import termios

import pytest
from rich.console import Console
from rich.text import Text

from ddm.cli.watch.terminal import Terminal, ascii_only

ALT, FIRST, HIDE, SHOW = "\x1b[?1049h", "\x1b[?1049l", "\x1b[?25l", "\x1b[?25h"


@pytest.fixture
def ends():
    """Both ends of a terminal: ours and the program's."""
    found = pty.openpty()
    yield found
    for fd in found:
        os.close(fd)


@pytest.fixture
def out():
    return io.StringIO()


@pytest.fixture
def terminal(ends, out):
    console = Console(file=out, force_terminal=True, width=10, height=3, markup=False)
    return Terminal(console, ends[1], {})


def echoes(fd):
    return bool(termios.tcgetattr(fd)[3] & termios.ECHO)


def test_it_is_borrowed_and_given_back(terminal, ends, out):
    before = termios.tcgetattr(ends[1])
    with terminal:
        assert not echoes(ends[1])
        assert out.getvalue() == ALT + "\x1b[H" + HIDE

    assert termios.tcgetattr(ends[1]) == before
    assert out.getvalue().endswith(SHOW + FIRST)


def test_ctrl_c_and_ctrl_z_stay_signals(terminal, ends):
    with terminal:
        assert termios.tcgetattr(ends[1])[3] & termios.ISIG


def test_it_is_given_back_when_something_goes_wrong(terminal, ends):
    with pytest.raises(ZeroDivisionError), terminal:
        1 / 0  # noqa: B018 - to raise

    assert echoes(ends[1])


def test_keys_come_without_enter(terminal, ends):
    with terminal:
        os.write(ends[0], b"s\x1b[A")

        assert terminal.read() == b"s\x1b[A"


@pytest.mark.parametrize("number", [signal.SIGWINCH, signal.SIGCONT])
def test_another_size_and_the_end_of_a_stop_are_noted(terminal, number):
    before = signal.getsignal(number)
    with terminal:
        assert not terminal.changed
        signal.raise_signal(number)
        assert terminal.changed
        terminal.take()
        assert not terminal.changed

    assert signal.getsignal(number) == before


def test_a_screen_is_drawn_over_the_one_before(terminal, out):
    with terminal:
        terminal.draw([Text("one"), Text("two"), Text("three")])
        drawn = out.getvalue().partition(HIDE)[2]

    assert drawn.startswith(("\x1b[1;1H", "\x1b[H"))
    assert "one" in drawn
    assert not drawn.endswith("\n")


@pytest.mark.parametrize(
    ("environ", "encoding", "expected"),
    [
        ({}, "utf-8", False),
        ({"LANG": "en_US.UTF-8"}, "utf-8", False),
        ({"LANG": "C"}, "utf-8", True),
        ({"LANG": "C.UTF-8"}, "utf-8", False),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, "utf-8", True),
        ({"LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"}, "utf-8", False),
        ({"LANG": "de_DE"}, "iso8859-1", True),
    ],
)
def test_ascii_is_for_locales_without_utf_8(environ, encoding, expected):
    assert ascii_only(environ, encoding) is expected
