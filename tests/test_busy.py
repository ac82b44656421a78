import json

import pytest

from ddm.busy import Busy
from ddm.core.causes import Cause, Explanation, Word
from ddm.log import open_log
from ddm.turns import LATELY_S, Part
from tests.test_turns import Machine

WHY = Explanation(1, (Cause(Word.NOTHING, "nothing"),))


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def busy(machine, tmp_path):
    log = open_log(tmp_path / "log")
    yield Busy(machine.turns, log)
    log.close()


def logged(tmp_path):
    return [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]


def test_short_turns_are_no_cause_and_are_not_logged(busy, machine, tmp_path):
    machine.turn((Part.NETWORK, 50))
    busy.log()

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
        busy.log()
        busy.log()

    assert [(line["event"], line["level"]) for line in logged(tmp_path)] == [
        ("turn", "warning")
    ] * 2
    assert logged(tmp_path)[0]["why"].startswith("a turn took 80 ms (recording in the database")
