from ddm.cli.showing.frame import Size
from ddm.cli.watch import detail
from ddm.cli.watch.rows import Row
from ddm.core.causes import Cause, Explanation, Word
from ddm.record import State


def told(row, width=60):
    return [line.plain for line in detail.lines(row, Size(width, 24, ascii_only=True))]


def test_a_job_is_told_about_in_four_lines(listed):
    row = Row(listed(id=7, state=State.QUEUED, name="a.iso", size_bytes=1 << 20))

    assert told(row) == [
        "- 7 a.iso " + "-" * 50,
        "." * 60,
        "queued, 0 of 1.0 MiB (0 %)",
        "http://***@host/a.iso?sig=***",
    ]


def test_a_file_of_unknown_length_has_no_map(listed):
    assert told(Row(listed()))[1] == "length unknown"


def test_a_running_job_says_whom_it_asks(listed, job_view):
    view = job_view(connections=1, origin="http://host:8080", reason="the server ignores ranges")
    lines = told(Row(listed(), view))

    assert lines[2].endswith("98.0 MiB/s, 4 s left, 1 connection to host:8080")
    assert lines[3] == "the server ignores ranges"


def test_a_job_that_could_be_faster_says_what_holds_it_back(listed, job_view):
    why = Explanation(1, (Cause(Word.USER_LIMIT, "your limit is used up"),))

    assert told(Row(listed(), job_view(), why=why))[3] == "your limit is used up"
