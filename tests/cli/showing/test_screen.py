import io
import threading

import pytest
from rich.console import Console

from ddm.cli.showing import outcome
from ddm.cli.showing.screen import FRAME_S, Screen
from ddm.record import State

WIPE_LINE = "\x1b[2K"
HIDE_CURSOR, SHOW_CURSOR = "\x1b[?25l", "\x1b[?25h"


@pytest.fixture
def terminal():
    return io.StringIO()


@pytest.fixture
def screen(terminal, picture, monkeypatch):
    for name, value in {"TERM": "xterm-256color", "COLORTERM": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Screen(Console(file=terminal, force_terminal=True, width=80, height=24))
    screen.picture = picture
    yield screen
    screen.close()


def test_a_frame_is_drawn_at_most_ten_times_a_second(screen, terminal):
    lengths = []
    for now in (0.0, 0.05, 0.099, 0.1, 0.15):
        screen.run(now)
        lengths.append(len(terminal.getvalue()))

    assert lengths[0] == lengths[1] == lengths[2] < lengths[3] == lengths[4]
    assert screen.deadline() == pytest.approx(0.1 + FRAME_S)


def test_drawing_starts_no_thread(screen):
    before = threading.active_count()
    screen.run(0.0)

    assert threading.active_count() == before


def test_without_a_picture_nothing_is_drawn(screen, terminal):
    screen.picture = None
    screen.run(0.0)

    assert (terminal.getvalue(), screen.deadline()) == ("", None)


def test_what_ended_is_told_with_the_next_frame_after_the_picture_is_wiped(
    screen, terminal, record, capsys
):
    screen.run(0.0)
    screen.ended(outcome.of_record(record(state=State.DONE, name="a.iso")))
    before = capsys.readouterr().out
    drawn = len(terminal.getvalue())
    screen.run(1.0)

    assert (before, capsys.readouterr().out) == ("", "/files/a.iso\n")
    assert WIPE_LINE in terminal.getvalue()[drawn:]


def test_what_ended_is_told_at_the_end_at_the_latest(screen, record, capsys):
    screen.run(0.0)
    screen.ended(outcome.of_record(record(state=State.DONE, name="a.iso")))
    screen.note("good to know")
    screen.close()

    assert capsys.readouterr() == ("/files/a.iso\n", "ddm: good to know\n")


def test_a_note_before_the_first_frame_is_said_at_once(screen, capsys):
    screen.note("good to know")

    assert capsys.readouterr().err == "ddm: good to know\n"


def test_the_cursor_comes_back(screen, terminal):
    screen.run(0.0)
    hidden = terminal.getvalue()
    screen.close()

    assert HIDE_CURSOR in hidden
    assert terminal.getvalue().rindex(SHOW_CURSOR) > terminal.getvalue().rindex(HIDE_CURSOR)


def test_a_hidden_picture_gives_the_terminal_back_and_comes_again_at_once(screen, terminal):
    screen.run(0.0)
    screen.hide()
    hidden = terminal.getvalue()
    due = screen.deadline()
    screen.run(0.01)

    assert hidden.rindex(SHOW_CURSOR) > hidden.rindex(HIDE_CURSOR)
    assert due == 0.0
    assert HIDE_CURSOR in terminal.getvalue()[len(hidden) :]


def test_there_is_nothing_to_hide_before_the_first_picture(screen, terminal):
    screen.picture = None
    screen.hide()

    assert (terminal.getvalue(), screen.deadline()) == ("", None)


def test_a_terminal_that_has_gone_ends_the_drawing_and_nothing_else(screen):
    class Gone(io.StringIO):
        def write(self, text):
            raise OSError(5, "Input/output error")

    screen._console.file = Gone()
    screen.run(0.0)

    assert screen.deadline() is None


def test_no_color_is_respected(terminal, picture, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    screen = Screen(Console(file=terminal, force_terminal=True, width=80, height=24))
    screen.picture = picture
    screen.run(0.0)
    screen.close()

    assert "\x1b[32m" not in terminal.getvalue()


def test_that_there_was_a_picture_is_known_for_the_last_line(screen):
    before = screen.drew
    screen.run(0.0)
    screen.close()

    assert (before, screen.drew) == (False, True)
