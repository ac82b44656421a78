import re

import pytest
from rich.cells import cell_len

from ddm.byteranges import RangeSet
from ddm.cli.showing.frame import Size
from ddm.cli.watch.keys import Key
from ddm.cli.watch.model import Model
from ddm.cli.watch.rows import rows_of
from ddm.cli.watch.screen import screen
from ddm.cli.watch.source import Snapshot
from ddm.core.view import LimitsView, OriginView, SegmentView
from ddm.record import State, StoredFailure

MIB = 1 << 20
SMALL, WIDE = Size(80, 24), Size(200, 50)


@pytest.fixture
def draw(listed, live):
    """Draws jobs and what the manager says of them; the lines, without what fills them up."""

    def drawn(jobs=(), views=None, room=SMALL, *, keys=(), message="", manager=4711, **queue):
        found = None if views is None else live(*views, **queue)
        seen = Snapshot(rows_of(jobs, found), found, manager, 0.0)
        model = Model()
        model.show(seen.rows)
        for key in keys:
            model.press(key)
        lines = screen(seen, model, [0.0, 1.0], message, room)
        assert [cell_len(line.plain) for line in lines] == [room.width] * room.height
        return [line.plain.rstrip() for line in lines]

    return drawn


@pytest.fixture
def running(job_view):
    return job_view(
        id=2,
        name="b.iso",
        size_bytes=100 * MIB,
        done_bytes=50 * MIB,
        done=RangeSet.of(0, 50 * MIB),
        segments=(SegmentView(0, 50 * MIB, 75 * MIB, live=True),),
        origin="https://host",
        connections=1,
        url="https://host/b.iso",
    )


def test_a_job_in_work_has_its_map_its_speed_and_the_time_left(draw, listed, running):
    lines = draw([listed(id=2, state=State.RUNNING)], [running])

    assert lines[3].split() == ["ID", "NAME", "DONE", "MAP", "SPEED", "LEFT", "CONN"]
    *before, drawn, speed, unit, left, seconds, connections = lines[4].split()
    assert before == ["▸", "2", "b.iso", "50", "%"]
    assert (speed, unit, left, seconds, connections) == ("98.0", "MiB/s", "4", "s", "1")
    assert re.fullmatch("━+╸┄+·+", drawn)


def test_the_selected_job_is_told_about_below(draw, listed, running):
    lines = draw([listed(id=2, state=State.RUNNING, url="https://host/b.iso?k=v")], [running])

    assert lines[19].startswith("─ 2 b.iso ───")
    assert lines[20] == "━" * 40 + "╸" + "┄" * 19 + "·" * 20
    assert (
        lines[21] == "running, 50.0 of 100 MiB (50 %), 98.0 MiB/s, 4 s left, 1 connection to host"
    )
    assert lines[22] == "https://host/b.iso?k=***"


def test_a_job_that_waits_says_for_what_and_how_long(draw, listed, job_view):
    view = job_view(state=State.WAITING, waiting_s=11.2, reason="429 from host")
    lines = draw([listed(state=State.RUNNING)], [view])

    assert lines[4].endswith("23 %  waiting 12 s: 429 from host")
    assert lines[22] == "429 from host"


def test_a_job_that_failed_says_why(draw, listed):
    error = StoredFailure("not-found", "no such file", 3)

    assert "failed: no such file" in draw([listed(state=State.FAILED, error=error)])[4]


def test_the_head_has_the_sums_the_limits_and_the_origins(draw, listed, running):
    origins = (
        OriginView("https://a", 4, 16),
        OriginView("https://b", 1, 4, learned=True, trial_s=11.5),
        OriginView("https://c", 0, 1, learned=True, waiting_s=3.0),
        OriginView("https://d", 1, 1, learned=True),
    )
    limits = LimitsView(64, 16, 5 * MIB)
    lines = draw(
        [listed(id=2, state=State.RUNNING)],
        [running],
        Size(140, 24),
        origins=origins,
        limits=limits,
    )

    assert lines[0] == "1 job: 1 running"
    assert lines[1].startswith(
        "98.0 MiB/s, 1 s left, 50.0 of 100 MiB (50 %), 1 of 64 connections, at most 5 MiB/s  "
    )
    assert lines[1].endswith("▁█")
    assert lines[2] == (
        "a 4 of 16; b 1 of 4, one more in 12 s; c 0 of 1, asked again in 3 s; d 1 of 1, it bears no more"
    )


def test_origins_that_do_not_fit_are_counted(draw, listed, running):
    origins = tuple(OriginView(f"https://host-{n}.example", 1, 16) for n in range(10))
    lines = draw([listed(id=2, state=State.RUNNING)], [running], origins=origins)

    assert (
        lines[2] == "host-0.example 1 of 16; host-1.example 1 of 16; host-2.example 1 of 16; 7 more"
    )


@pytest.mark.parametrize(
    ("jobs", "manager", "words"),
    [
        ([State.QUEUED], None, "no ddm is at work; `ddm run` fetches the queue"),
        ([State.QUEUED], 4711, "process 4711 has the queue, and has not told yet what it does"),
    ],
)
def test_without_a_picture_it_says_why(draw, listed, jobs, manager, words):
    assert draw([listed(state=state) for state in jobs], manager=manager)[1] == words


@pytest.mark.parametrize(
    ("state", "way_out"),
    [
        (State.DONE, "`ddm add URL` adds a job"),
        (State.PAUSED, "r resumes what is paused or has failed"),
    ],
)
def test_a_manager_without_work_has_nothing_to_do(draw, listed, state, way_out):
    assert draw([listed(state=state)], [])[1].startswith(f"nothing to do; {way_out}")


def test_no_jobs_are_said(draw):
    assert "no jobs; `ddm add URL` puts one into the queue" in draw(views=[])


def test_hundreds_of_jobs_scroll(draw, listed):
    jobs = [listed(id=number) for number in range(1, 301)]
    lines = draw(jobs, [], keys=[Key.END])

    assert lines[4].startswith(" 286 ")
    assert lines[18].startswith("▸300 ")
    assert lines[-1].endswith("286-300 of 300 by queue")


def test_a_message_takes_the_place_of_the_keys(draw, listed):
    assert draw([listed()], [], message="job 1 paused")[-1] == "job 1 paused"


def test_the_help_names_every_key_and_sign(draw, listed):
    text = "\n".join(draw([listed()], [], keys=[Key.HELP]))

    assert "sort by queue, id, state, speed, progress, name" in text
    assert "━ is there" in text


def test_without_utf_8_it_is_ascii(draw, listed, running):
    room = Size(80, 24, ascii_only=True)
    jobs = [listed(id=2, state=State.RUNNING), listed(id=3, name="x" * 200)]

    for keys in ([], [Key.HELP]):
        assert "\n".join(draw(jobs, [running], room, keys=keys)).isascii()


def test_a_name_is_no_markup_and_holds_no_control_character(draw, listed):
    lines = draw([listed(name="[bold]\x1b[2J")], [])

    assert lines[4].startswith(r"▸ 1 [bold]\x1b[2J")


@pytest.mark.parametrize("width", [1, 5, 20, 40, 60, 79, 80, 119, 120, 200, 400])
@pytest.mark.parametrize("height", [1, 2, 5, 15, 16, 24, 50])
def test_it_fits_any_terminal(draw, listed, running, width, height):
    names = ["a", "漢字" * 50, "e\u0301" * 100, "b" * 300]
    jobs = [listed(id=2, state=State.RUNNING)]
    jobs += [listed(id=9 + n, name=name, size_bytes=5) for n, name in enumerate(names)]

    draw(jobs, [running], Size(width, height))
    draw(jobs, None, Size(width, height), keys=[Key.HELP])
