import io
from types import SimpleNamespace

import pytest

from ddm.cli.showing import line
from ddm.cli.showing.line import StatusLine


class Terminal(io.StringIO):
    encoding = "ascii"

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    """What is written to a terminal of 20 columns."""
    found = Terminal()
    monkeypatch.setattr(line, "sys", SimpleNamespace(stderr=found))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    return found


def test_a_line_is_shown_and_wiped(terminal):
    with StatusLine() as status:
        status.show("working", at_once=True)

    assert terminal.getvalue() == "\r\x1b[Kworking\r\x1b[K"


def test_what_is_over_soon_needs_no_line(terminal):
    with StatusLine() as status:
        status.show("working")

    assert terminal.getvalue() == ""


def test_it_is_drawn_a_few_times_a_second(terminal):
    with StatusLine() as status:
        status.show("one", at_once=True)
        status.show("two")

    assert "two" not in terminal.getvalue()


def test_it_never_wraps_and_shows_what_the_terminal_can(terminal):
    StatusLine().show("ä\x1b" + "x" * 30, at_once=True)

    assert terminal.getvalue() == "\r\x1b[K?\\x1b" + "x" * 14


@pytest.mark.parametrize("name", ["", "dumb", "unknown"])
def test_a_terminal_that_cannot_wipe_gets_none(terminal, monkeypatch, name):
    monkeypatch.setenv("TERM", name)
    with StatusLine() as status:
        status.show("working", at_once=True)

    assert terminal.getvalue() == ""


def test_a_pipe_gets_none(capsys):
    with StatusLine() as status:
        status.show("working", at_once=True)

    assert capsys.readouterr().err == ""


def test_a_terminal_that_has_gone_is_no_error(terminal, monkeypatch):
    def gone(_):
        raise OSError("gone")

    monkeypatch.setattr(terminal, "write", gone)

    StatusLine().show("working", at_once=True)
