import json
import re
from pathlib import Path

import pytest

from ddm.byteranges import RangeSet
from ddm.cli.watch import objects
from ddm.cli.watch.rows import Row, rows_of
from ddm.cli.watch.source import Snapshot
from ddm.core.view import OriginView, SegmentView
from ddm.errors import Exit
from ddm.record import State, StoredFailure

PAGE = (Path(__file__).parents[3] / "docs" / "json.md").read_text()


def documented(heading):
    """The fields in the table after this line."""
    section = PAGE.partition(heading)[2].lstrip()
    rows = [line for line in section.partition("\n\n")[0].splitlines() if line.startswith("| `")]
    return [field for row in rows for field in re.findall(r"`(\w+)`", row.split("|")[1])]


@pytest.fixture
def at_work(listed, live, job_view):
    """A snapshot with a job in work."""
    view = job_view(
        origin="http://host",
        reason="\x1b[2Jwhy",
        done=RangeSet.of(0, 10),
        segments=(SegmentView(5, 10, 20, live=True),),
    )
    found = live(view, origins=(OriginView("http://host", 1, 16),))
    return Snapshot(rows_of([listed(state=State.RUNNING)], found), found, 4711, 1.0)


def test_a_job_holds_no_secret(listed):
    assert "secret" not in json.dumps(objects.job_object(Row(listed())))


def test_a_job_holds_no_control_character(listed):
    error = StoredFailure("bad-response", "\x1b[2J\u202egone", Exit.BAD_RESPONSE)
    found = objects.job_object(Row(listed(state=State.FAILED, error=error)))["error"]

    assert found == {
        "kind": "bad-response",
        "message": r"\x1b[2J\u202egone",
        "exit_status": 22,
    }


@pytest.mark.parametrize(
    ("state", "checking", "path"),
    [
        (State.DONE, False, "/files/a"),
        (State.QUEUED, True, "/files/a"),
        (State.FAILED, False, None),
    ],
)
def test_only_a_job_whose_file_is_there_has_a_path(listed, state, checking, path):
    found = objects.job_object(Row(listed(state=state, checking=checking, name="a")))

    assert (found["checking"], found["path"]) == (checking, path)


def test_what_nobody_works_on_has_no_live_picture(listed):
    seen = Snapshot([Row(listed())], None, None, 1.0)

    assert objects.job_object(seen.rows[0])["live"] is None
    assert objects.head_object(seen)["manager"] is None


def test_what_is_in_work_shows_its_ranges(at_work):
    found = objects.job_object(at_work.rows[0])["live"]

    assert found["ranges"] == [[0, 10]]
    assert found["segments"] == [{"start": 5, "position": 10, "stop": 20, "live": True}]
    assert found["reason"] == r"\x1b[2Jwhy"


def test_the_fields_are_those_of_the_documentation(at_work):
    head, job = objects.head_object(at_work), objects.job_object(at_work.rows[0])

    assert [*head, "jobs"] == documented("prints one object:")
    assert list(head["manager"]) == documented("`manager`:")
    assert list(head["manager"]["origins"][0]) == documented("An origin:")
    assert list(head["manager"]["turns"]) == documented("`turns`:")
    assert list(head["manager"]["turns"]["longest"]) == documented("A long turn:")
    assert list(head["manager"]["turns"]["latest"]) == documented("A late turn:")
    assert list(head["totals"]) == documented("`totals`:")
    assert list(job) == documented("A job:")
    assert list(job["live"]) == documented("`live`:")
    assert list(job["live"]["segments"][0]) == documented("A segment:")


def test_a_job_stands_on_a_line_of_its_own(at_work, capsys):
    objects.show(at_work)
    out = capsys.readouterr().out

    assert json.loads(out)["jobs"] == [objects.job_object(at_work.rows[0])]
    assert len(out.splitlines()) == 4


def test_without_jobs_it_is_an_object_all_the_same(capsys):
    objects.show(Snapshot([], None, None, 1.0))

    assert json.loads(capsys.readouterr().out)["jobs"] == []
