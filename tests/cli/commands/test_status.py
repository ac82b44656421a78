import json

import pytest

from ddm.byteranges import RangeSet
from ddm.cli.commands import status
from ddm.cli.watch.rows import Row
from ddm.record import State, StoredFailure, Wanted
from ddm.spec import JobSpec
from ddm.store.rows import claims_in

MIB = 1 << 20
GONE = StoredFailure("not-found", "no such file (404)", 3)


@pytest.fixture
def rows(listed, job_view):
    half = claims_in(RangeSet.of(0, 5 * MIB))
    return [
        Row(listed(state=State.DONE, name="a.iso", size_bytes=512 * MIB)),
        Row(listed(id=12, name="b.iso", size_bytes=10 * MIB, claims=half)),
        Row(listed(id=13, state=State.FAILED, error=GONE)),
        Row(listed(id=14, state=State.RUNNING), job_view(id=14, name="d.iso")),
    ]


def test_a_pipe_gets_a_whole_line_for_every_job(rows):
    assert status.table(rows) == [
        "ID  STATE        SIZE   DONE       SPEED  LEFT  NAME",
        " 1  done      512 MiB  100 %           -     -  a.iso",
        "12  queued   10.0 MiB   50 %           -     -  b.iso",
        "13  failed          ?      ?           -     -  a.iso: no such file (404)",
        "14  running   512 MiB   23 %  98.0 MiB/s   4 s  d.iso",
    ]


def test_on_a_terminal_a_reason_has_a_line_of_its_own(rows):
    lines = status.table(rows, 60)

    assert lines[3].splitlines() == [
        "13  failed       ?           -  a.iso",
        "    no such file (404)",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(rows, width):
    lines = "\n".join(status.table(rows, width)).splitlines()

    assert max(map(len, lines)) <= width


def test_columns_are_left_out_where_it_is_narrow(rows):
    assert status.table(rows, 80)[0].split() == [
        "ID", "STATE", "SIZE", "DONE", "SPEED", "LEFT", "NAME",
    ]  # fmt: skip
    assert status.table(rows, 46)[0].split() == ["ID", "STATE", "DONE", "NAME"]


@pytest.mark.parametrize(
    ("state", "wanted", "words"),
    [
        (State.RUNNING, Wanted.RUN, "running"),
        (State.RUNNING, Wanted.PAUSE, "running, to be paused"),
        (State.DONE, Wanted.PAUSE, "done"),
        (State.PAUSED, Wanted.PAUSE, "paused"),
        (State.PAUSED, Wanted.RUN, "paused, to go on"),
        (State.DONE, Wanted.REMOVE, "done, to be removed"),
    ],
)
def test_a_wish_that_is_not_in_force_yet_is_shown(listed, state, wanted, words):
    line = status.table([Row(listed(state=state, wanted=wanted))])[1]

    assert line.startswith(f" 1  {words}  ")


def test_no_jobs_is_said_and_is_no_error(ddm):
    ran = ddm("status")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("ddm: no jobs")


def test_json_has_a_version_and_the_jobs(ddm):
    ddm("add", "http://127.0.0.1/a")
    ran = ddm("status", "--json")
    found = json.loads(ran.out)

    assert ran.code == 0
    assert found["version"] == 1
    assert [job["url"] for job in found["jobs"]] == ["http://127.0.0.1/a"]


def test_the_table_goes_to_stdout_and_the_sums_are_its_last_line(ddm, store):
    store.add([JobSpec("http://127.0.0.1/a", "/files"), JobSpec("http://127.0.0.1/b", "/files")])
    ran = ddm("status")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "ID  STATE   SIZE  DONE  SPEED  LEFT  NAME",
        " 1  queued     ?     ?      -     -  a",
        " 2  queued     ?     ?      -     -  b",
        "2 jobs: 2 queued, 0 MiB",
    ]


def test_only_the_jobs_that_were_asked_for_are_shown_each_once(ddm, store):
    store.add([JobSpec(f"http://127.0.0.1/{name}", "/files") for name in "abc"])
    found = json.loads(ddm("status", "--json", 3, 1, 3).out)

    assert [job["id"] for job in found["jobs"]] == [1, 3]
    assert found["totals"]["jobs"] == 2


def test_a_number_that_no_job_has_is_an_error(ddm, store):
    store.add([JobSpec("http://127.0.0.1/a", "/files")])
    ran = ddm("status", 1, 7)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "ddm: there is no job 7; `ddm status` lists them\n"


def test_the_screen_needs_a_terminal(ddm):
    ran = ddm("status", "--watch")

    assert ran.code == 2
    assert "--watch --json" in ran.err


def test_a_turn_of_the_ddm_that_fetches_is_told_if_it_was_too_long(listed, live):
    from ddm.cli.watch.source import Snapshot  # noqa: PLC0415

    *_, last = status.lines(Snapshot([Row(listed())], live(), 4711, 0.0), None, coloured=False)

    assert last == (
        "ddm's longest turn, 2 s ago, took 80 ms (writing files: 71 ms), of which 9.0 ms on the CPU"
    )


def test_colours_are_those_of_the_states(listed, live):
    from ddm.cli.watch.source import Snapshot  # noqa: PLC0415

    seen = Snapshot([Row(listed(state=State.DONE)), Row(listed(id=2))], None, None, 0.0)
    plain = status.lines(seen, 80, coloured=False)
    coloured = status.lines(seen, 80, coloured=True)

    assert coloured[1] == f"\x1b[32m{plain[1]}\x1b[0m"
    assert coloured[2:] == plain[2:]
