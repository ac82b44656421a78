import json
import os

import pytest

from ddm.cli.commands import explain
from ddm.cli.watch.rows import Row
from ddm.core.causes import Cause, Explanation, Told, Word
from ddm.core.view import QueueView
from ddm.lateness import LateFigures, LateTurn
from ddm.live import LiveWriter
from ddm.record import State
from ddm.spec import JobSpec
from ddm.turns import LongTurn, TurnFigures

STORY = (Told(12.34, "taken into work"), Told(0.5, "it is running \x1b"))
CAUSES = (
    Cause(Word.ORIGIN_LIMIT, "http://h refused more; one more is tried in 3 s", 2.5),
    Cause(Word.RETRY, "reset by http://me:secret@h/\x1b"),
)


TURNS = TurnFigures(
    3,
    0.1,
    (2, 0, 0, 0, 0, 0, 1, 0, 0, 0),
    LongTurn(0.08, 0.009, "writing", 0.071, 1.0),
    late=LateFigures(2, LateTurn(0.32, "asyncio", 1.0)),
)


class Manager:
    """One job in work."""

    def __init__(self, view):
        self._view = view

    def view(self):
        return QueueView((self._view,), 1.0, 1)

    def explain(self, job_id, *, story=False):
        return Explanation(job_id, CAUSES, STORY if story else ())

    def turns(self):
        return TURNS


@pytest.fixture
def at_work(home, store, job_view):
    """Three jobs, the second of them in work; this process is their manager, and is asked for the story."""
    store.add([JobSpec(f"http://127.0.0.1/{name}", "/files") for name in "abc"])
    store.set_state(2, State.RUNNING, None)
    state_dir = home / "state" / "ddm"
    (state_dir / "manager.lock").write_text(str(os.getpid()))
    (state_dir / "watch").write_text("2\n")
    writer = LiveWriter(state_dir, Manager(job_view(id=2)))
    writer.look(0.0)
    return writer


@pytest.fixture
def explained(listed, job_view):
    return Row(listed(state=State.RUNNING), job_view()), Explanation(1, CAUSES, STORY)


def test_a_job_is_told_with_its_causes_in_order(explained):
    assert explain.lines(*explained, story=False) == [
        "job 1 a.iso: running, 98.0 MiB/s over 16 connections",
        "  http://h refused more; one more is tried in 3 s",
        "  reset by http://***@h/\\x1b",
    ]


def test_with_verbose_the_story_follows(explained):
    assert explain.lines(*explained, story=True)[3:] == [
        "  12.3 s ago  taken into work",
        "   0.5 s ago  it is running \\x1b",
    ]


def test_one_of_which_no_manager_tells_has_its_story_in_the_log(listed):
    why = Explanation(1, CAUSES[:1])

    assert explain.lines(Row(listed()), why, story=True)[-1] == "  `ddm log 1` has its story"


def test_json_has_words_sentences_and_times_without_secrets(explained):
    assert explain.job_object(*explained) == {
        "id": 1,
        "state": "running",
        "name": "a.iso",
        "speed_bps": 98.0 * (1 << 20),
        "connections": 16,
        "causes": [
            {"word": "origin-limit", "sentence": CAUSES[0].sentence, "until_s": 2.5},
            {
                "word": "waiting-retry",
                "sentence": "reset by http://***@h/\\x1b",
                "until_s": None,
            },
        ],
        "story": [
            {"ago_s": 12.34, "text": "taken into work"},
            {"ago_s": 0.5, "text": "it is running \\x1b"},
        ],
    }


def test_without_a_number_the_jobs_in_work_get_a_line_each(ddm, at_work):
    ran = ddm("explain")

    assert (ran.code, ran.err) == (0, "")
    (line,) = ran.out.splitlines()
    assert line == (
        "job 2 a.iso: running, 98.0 MiB/s over 16 connections; "
        "http://h refused more; one more is tried in 3 s"
    )


def test_with_verbose_the_turns_of_the_ddm_that_fetches_follow(ddm, at_work):
    *lines, late = ddm("explain", "-v", 2).out.splitlines()
    assert late.startswith(
        "  came late: 2; most of all, the loop of asyncio was busy for 320 ms, so"
    )
    assert lines[-8:-5] == [
        "turns of ddm: 3; the longest took 80 ms (writing files: 71 ms), of which 9.0 ms on the CPU",
        "  up to 1 ms: 2",
        "  up to 2 ms: 0",
    ]
    assert "turns of ddm" not in ddm("explain", 2).out


def test_jobs_in_work_and_others_are_explained_together(ddm, at_work):
    found = json.loads(ddm("explain", "--json", 2, 3).out)

    assert found["version"] == 1
    assert found["manager"] == os.getpid()
    assert [job["causes"][0]["word"] for job in found["jobs"]] == ["origin-limit", "waiting-turn"]
    assert (
        "its place in the queue is 3 (`ddm move 3 first`)"
        in found["jobs"][1]["causes"][0]["sentence"]
    )


def test_where_nothing_is_in_work_that_is_said_and_is_no_error(ddm, store):
    store.add([JobSpec("http://127.0.0.1/a", "/files")])
    ran = ddm("explain")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "ddm: no job is in work; `ddm explain ID` tells of any\n"


def test_a_number_that_no_job_has_is_an_error(ddm, store):
    ran = ddm("explain", 7)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "ddm: there is no job 7; `ddm status` lists them\n"
