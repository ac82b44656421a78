import json
import logging
import subprocess
import sys

import pytest

from ddm.busy import Busy
from ddm.core.causes import Cause, Explanation, Word
from ddm.limits import LATE_TOLD_S, LATELY_S
from ddm.listeners import Listeners
from ddm.log import open_log
from ddm.turns import Part
from tests.test_turns import Machine

LATE_WORDS = (
    "the loop of asyncio was busy for 320 ms, so a turn of ddm came late: "
    "downloads wait meanwhile; do not block the loop"
)
WHY = Explanation(1, (Cause(Word.NOTHING, "nothing"),))


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def busy(machine, tmp_path):
    log = open_log(tmp_path / "log")
    yield Busy(machine.turns, log, Listeners())
    log.close()


@pytest.fixture
def late(machine, busy):
    """The loop of asyncio comes so many seconds too late."""

    def late(late_s=0.32):
        machine.turns.lateness.hosted_by("asyncio")
        machine.turns.lateness.expect(machine.now_s + 1.0)
        machine.now_s += 1.0 + late_s
        machine.turn()
        busy.tell(machine.now_s)

    return late


def logged(tmp_path):
    return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]


def test_short_turns_are_no_cause_and_are_not_logged(busy, machine, tmp_path):
    machine.turn((Part.NETWORK, 50))
    busy.tell(machine.now_s)

    assert busy.explained(WHY) is WHY
    assert logged(tmp_path) == []


def test_a_turn_that_was_too_long_is_a_cause_for_a_while(busy, machine):
    machine.turn((Part.WRITING, 80))
    *others, last = busy.explained(WHY).causes
    machine.now_s += LATELY_S

    assert (tuple(others), last.word) == (WHY.causes, Word.BUSY)
    assert last.sentence.startswith("ddm itself was busy: a turn took 80 ms (writing files: 80 ms)")
    assert busy.explained(WHY) is WHY


def test_a_job_that_is_not_in_work_has_no_causes(busy, machine):
    machine.turn((Part.WRITING, 80))

    assert busy.explained(None) is None


def test_each_turn_that_was_too_long_is_logged_once(busy, machine, tmp_path):
    for _ in range(2):
        machine.turn((Part.RECORDING, 80))
        busy.tell(machine.now_s)
        busy.tell(machine.now_s)

    assert [(line["event"], line["level"]) for line in logged(tmp_path)] == [
        ("turn", "warning")
    ] * 2
    assert logged(tmp_path)[0]["why"].startswith("a turn took 80 ms (recording in the database")


def test_a_loop_that_was_late_is_a_cause_for_a_while(busy, machine, late):
    late()
    *others, last = busy.explained(WHY).causes
    machine.now_s += LATELY_S

    assert (tuple(others), last) == (WHY.causes, Cause(Word.HOST_BUSY, LATE_WORDS))
    assert busy.explained(WHY) is WHY


def test_a_loop_that_is_late_again_and_again_is_logged_once_in_a_while(
    busy, machine, late, tmp_path, caplog
):
    for _ in range(3):
        late()
    machine.now_s += LATE_TOLD_S
    late(0.5)

    first, second = logged(tmp_path)
    assert (first["event"], first["level"], first["why"]) == ("turn-late", "warning", LATE_WORDS)
    assert (first["seconds"], second["seconds"]) == (pytest.approx(0.32), pytest.approx(0.5))
    assert caplog.record_tuples[0] == ("ddm", logging.WARNING, LATE_WORDS)
    assert len(caplog.records) == 2


def test_whoever_listens_hears_of_each_turn_that_came_late(busy, late):
    heard = []
    busy._listeners.on_late = heard.append
    for late_s in (0.2, 0.05, 0.3):
        late(late_s)

    assert heard == [pytest.approx(0.2), pytest.approx(0.3)]


@pytest.mark.parametrize(
    ("before", "printed"),
    [
        ("", ""),
        ("import logging; logging.basicConfig(format='%(name)s: %(message)s'); ", "ddm: so"),
    ],
    ids=["nobody asked for it", "logging is configured"],
)
def test_python_s_logging_prints_a_warning_only_where_the_program_wants_it(before, printed):
    code = before + "from ddm.busy import _warn; _warn('so')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert (ran.stdout, ran.stderr.strip()) == ("", printed)
