import pytest
from rich.cells import cell_len
from rich.text import Text

from ddm.cli.showing.frame import Size, frame
from ddm.record import State

MIB = 1 << 20
USUAL = Size(80, 24)


def _lines(picture, room=USUAL):
    return frame(picture, room).plain.split("\n")


def test_a_running_job_has_name_bar_percent_amount_speed_and_time_left(picture):
    assert _lines(picture()) == [
        "a.iso                ━━────────   23 %    120 of 512 MiB  98.0 MiB/s         4 s",
        "3 of 24 done, 120 of 512 MiB (23 %), 98.0 MiB/s, 4 s left, 16 connections",
    ]


def test_a_waiting_job_says_why_and_how_long(picture, job_view):
    job = job_view(state=State.WAITING, waiting_s=11.2, reason="429 from host")

    assert _lines(picture(job))[0].split("  ")[-1] == "waiting 12 s: 429 from host"


@pytest.mark.parametrize("state", [state for state in State if state is not State.RUNNING])
def test_every_other_state_has_its_words(picture, job_view, state):
    assert len(_lines(picture(job_view(state=state)))[0].split()) > 1


def test_a_size_that_is_not_known_is_no_bar(picture, job_view):
    job = job_view(size_bytes=None, eta_s=None)

    assert _lines(picture(job))[0].split() == ["a.iso", "120", "MiB", "98.0", "MiB/s"]


def test_a_degraded_job_says_so_where_there_is_room(picture, job_view):
    job = job_view(reason="one stream")

    assert "a.iso (one stream)" in _lines(picture(job), Size(120, 24))[0]


def test_markup_in_a_name_is_only_text(picture, job_view):
    assert _lines(picture(job_view(name="[bold]x[/]")))[0].startswith("[bold]x[/] ")


def test_control_characters_in_a_name_and_a_reason_are_escaped(picture, job_view):
    job = job_view(state=State.WAITING, name="a\x1b[2J", reason="\x9bwhy\r\n")

    assert frame(picture(job), USUAL).plain.isprintable() is False  # the line breaks of its own
    assert all(line.isprintable() for line in _lines(picture(job)))


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(picture, job_view, width):
    jobs = [
        job_view(id=1, name="n" * 300, size_bytes=10_000_000 * MIB, done_bytes=9_999_999 * MIB),
        job_view(id=2, name="文" * 100, state=State.WAITING, waiting_s=9e9, reason="r" * 200),
    ]
    lines = _lines(picture(*jobs), Size(width, 24))

    assert max(map(cell_len, lines)) <= width


def test_no_more_lines_than_the_terminal_has_and_those_that_move_first(picture, job_view):
    queued = [job_view(id=n, name=f"q{n}", state=State.QUEUED) for n in range(20)]
    running = [job_view(id=n, name=f"r{n}") for n in range(20, 26)]
    lines = _lines(picture(*queued, *running), Size(80, 10))

    assert [line.split()[0] for line in lines[:-2]] == [f"r{n}" for n in range(20, 26)] + ["q0"]
    assert lines[-2] == "and 19 more"
    assert len(lines) == 9


def test_ascii_is_enough_where_there_is_nothing_else(picture):
    assert frame(picture(), Size(80, 24, ascii_only=True)).plain.isascii()


def test_a_frame_is_text_and_no_markup(picture):
    assert isinstance(frame(picture(), USUAL), Text)
