import json
import re
from pathlib import Path

import pytest

from ddm.byteranges import RangeSet
from ddm.cli import status
from ddm.errors import Exit
from ddm.record import State, StoredFailure
from ddm.spec import JobSpec

MIB = 1 << 20


def test_the_table_has_a_line_for_every_job(record):
    error = StoredFailure("not-found", "no such file (404)", 3)
    records = [
        record(state=State.DONE, name="a.iso", size_bytes=512 * MIB),
        record(id=12, name="b.iso", size_bytes=10 * MIB, written=RangeSet.of(0, 5 * MIB)),
        record(id=13, state=State.FAILED, error=error),
    ]

    assert status.table(records).splitlines() == [
        "ID  STATE       SIZE   DONE  NAME",
        " 1  done     512 MiB  100 %  a.iso",
        "12  queued  10.0 MiB   50 %  b.iso",
        "13  failed         ?      ?  http://***@host/a.iso?sig=***: no such file (404)",
    ]


def test_a_job_as_json_holds_no_secret(record):
    spec = JobSpec(
        "http://me:secret@host/a?sig=secret", "/files", headers=(("X-Api-Key", "secret"),)
    )

    assert "secret" not in json.dumps(status.job_object(record(spec=spec)))


def test_a_job_as_json_holds_no_control_character(record):
    error = StoredFailure("bad-response", "\x1b[2J\u202egone", Exit.BAD_RESPONSE)
    found = status.job_object(record(state=State.FAILED, error=error))["error"]

    assert found == {
        "kind": "bad-response",
        "message": r"\x1b[2J\u202egone",
        "exit_status": 22,
    }


@pytest.mark.parametrize(("state", "path"), [(State.DONE, "/files/a"), (State.FAILED, None)])
def test_only_a_job_that_is_done_has_a_path(record, state, path):
    assert status.job_object(record(state=state, name="a"))["path"] == path


def test_the_fields_of_a_job_are_those_of_the_documentation(record):
    page = Path(__file__).parent.parent.parent / "docs" / "json.md"
    section = page.read_text().partition("A job:")[2].partition("An error:")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    fields = [field for row in rows for field in re.findall(r"`(\w+)`", row.split("|")[1])]

    assert list(status.job_object(record())) == fields


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


def test_the_table_goes_to_stdout(ddm):
    ddm("add", "http://127.0.0.1/a")

    assert "http://127.0.0.1/a" in ddm("status").out
