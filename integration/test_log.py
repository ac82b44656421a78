"""`ddm log` as installed: the story of a job, as it was written by the ddm that fetched it."""

import json
import re

_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  (info   |warning|error  )  .+")


def test_the_story_of_a_file_that_came_and_of_one_that_did_not(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(b"x" * 3000)
    assert ddm("get", f"{nginx.plain}/files/a.bin").code == 0
    assert ddm("get", f"{nginx.plain}/files/missing.bin?sig=secret").code == 3

    told = ddm("log")
    assert (told.code, told.err) == (0, "")
    assert all(_LINE.fullmatch(line) for line in told.out.splitlines())
    first, second = ddm("log", "1").out, ddm("log", "2").out
    assert told.out == first + second
    assert first.splitlines()[-1].endswith("  job 1: done")
    assert "job 2: failed: 404" in second or "job 2: failed: " in second
    assert "secret" not in told.out


def test_json_and_the_last_lines(ddm, nginx):
    ddm("get", f"{nginx.plain}/files/missing.bin")

    entries = [json.loads(line) for line in ddm("log", "--json").out.splitlines()]
    assert {"time", "level", "event"} <= entries[0].keys()
    assert (entries[-1]["event"], entries[-1]["job"], entries[-1]["state"]) == ("job", 1, "failed")
    assert [json.loads(ddm("log", "--json", "-n", "1", "1").out)] == entries[-1:]


def test_a_job_that_was_removed_has_a_story_and_one_that_never_was_has_none(ddm, nginx):
    ddm("get", f"{nginx.plain}/files/missing.bin")
    assert ddm("remove", "-y", "1").code == 0

    assert "job 1: failed" in ddm("log", "1").out
    ended = ddm("log", "7")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == "ddm: there is no job 7; `ddm status` lists them\n"


def test_nothing_logged(ddm):
    ended = ddm("log")

    assert (ended.code, ended.out, ended.err) == (0, "", "ddm: nothing is logged\n")


def test_old_files_of_the_log_come_first(ddm):
    state = ddm.config.parent.parent.parent / "state" / "ddm"
    state.mkdir(parents=True)
    for name, event in (("ddm.log", "new"), ("ddm.log.1", "old")):
        line = {"time": "2026-11-22T10:00:00.000Z", "level": "info", "event": event}
        (state / name).write_text(json.dumps(line) + "\n")

    assert [line.split()[-1] for line in ddm("log").out.splitlines()] == ["old", "new"]


def test_help(ddm):
    ended = ddm("log", "--help")

    assert (ended.code, ended.err) == (0, "")
    for words in ("[ID]", "-n LINES", "--json", "ddm log 3"):
        assert words in ended.out
