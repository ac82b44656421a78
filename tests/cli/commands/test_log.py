import json
import time

import pytest

from ddm.cli.commands.log import sentence
from ddm.cli.showing.log_lines import Entry
from ddm.errors import Exit
from ddm.log import open_log
from ddm.spec import JobSpec

NOON = "2026-11-22T12:00:00.000Z"


@pytest.fixture
def utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def log(home, utc):
    """The log that `ddm log` reads; it is noon."""
    log = open_log(home / "state" / "ddm" / "ddm.log", wall=lambda: 1_795_348_800.0)
    yield log
    log.close()


@pytest.fixture
def story(log):
    log.write("job", job=1, state="running", why=None)
    log.write("transfer", job=2, kind="timeout", why="nothing came for 60 s")
    log.write("job", job=2, state="failed", why="gave up")
    return log


def test_everything_is_told_the_oldest_first(ddm, story):
    ran = ddm("log")

    assert (ran.code, ran.err) == (Exit.OK, "")
    assert ran.out.splitlines() == [
        "2026-11-22 12:00:00  info     job 1: running",
        "2026-11-22 12:00:00  info     job 2: a request failed (timeout): nothing came for 60 s",
        "2026-11-22 12:00:00  info     job 2: failed: gave up",
    ]


def test_a_job_has_its_own_lines_also_when_it_was_removed(ddm, story):
    assert [line[30:] for line in ddm("log", 1).out.splitlines()] == ["job 1: running"]


def test_the_last_ones(ddm, story):
    assert [line[30:] for line in ddm("log", "-n", 1).out.splitlines()] == [
        "job 2: failed: gave up"
    ]
    assert len(ddm("log", "-n", 9, 2).out.splitlines()) == 2


def test_json_is_what_is_stored(ddm, story, home):
    ran = ddm("log", "--json")

    assert ran.out == (home / "state" / "ddm" / "ddm.log").read_text()
    assert [json.loads(line)["job"] for line in ran.out.splitlines()] == [1, 2, 2]


def test_more_than_one_batch(ddm, log):
    for number in range(1201):
        log.write("job", job=number + 1, state="queued")

    assert len(ddm("log").out.splitlines()) == 1201


def test_nothing_logged_says_so(ddm, store):
    store.add([JobSpec("http://127.0.0.1/a", "/files")])

    for arguments, said in (
        (("log",), "nothing is logged"),
        (("log", 1), "nothing is logged about job 1"),
    ):
        ran = ddm(*arguments)
        assert (ran.code, ran.out, ran.err) == (Exit.OK, "", f"ddm: {said}\n")


def test_an_unknown_job_is_a_usage_error(ddm, story):
    ran = ddm("log", 7)

    assert (ran.code, ran.out) == (Exit.USAGE, "")
    assert ran.err == "ddm: there is no job 7; `ddm status` lists them\n"


@pytest.mark.parametrize(
    ("event", "fields", "words"),
    [
        ("traceback", {"line": "  File x"}, "  File x"),
        ("hook-failed", {"job": 3, "why": "no such file"}, "job 3: hook-failed: no such file"),
        (
            "hook-ended",
            {"job": 3, "which": "on_done", "status": 1},
            "job 3: hook-ended which=on_done status=1",
        ),
        (
            "job",
            {"job": 3, "state": "waiting", "why": "429 from\x1b[2J http://a:b@h/?c=d"},
            "job 3: waiting: 429 from\\x1b[2J http://***@h/?c=***",
        ),
    ],
)
def test_other_events_and_nothing_raw(utc, event, fields, words):
    assert sentence(Entry(NOON, "error", event, fields)) == f"2026-11-22 12:00:00  error    {words}"


def test_a_time_that_is_none_is_shown_as_it_is(utc):
    assert sentence(Entry("noon", "info", "a", {})) == "noon  info     a"
