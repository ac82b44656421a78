"""What it costs to be in somebody else's loop, in numbers that do not depend on how busy the machine is."""

import json
import shutil
import subprocess
import sys

import pytest

from ddm.limits import HOST_TURN_BUDGET_S
from integration.conftest import needs_nginx
from integration.embedding.measured.guests import Turning
from integration.embedding.measured.loops import LOOPS
from integration.embedding.measured.stage import stage
from integration.embedding.measured.subject import Run
from integration.embedding.measured.tables import TABLES, Sizes
from integration.embedding.measured.ticks import Ticks

_TURNS, _FILES = 500, 200


class Rounds(Ticks):
    """A tick that is always due. most_turns: of a manager, between two."""

    def __init__(self, manager):
        super().__init__()
        self.due_s = 0.0
        self.most_turns = 0
        self._manager = manager
        self._turns = 0

    def tick(self):
        turns = self._manager.turns().count
        self.most_turns = max(self.most_turns, turns - self._turns)
        self._turns = turns
        return self.due_s

    def left_s(self):
        return 0.0

    def catch_up(self):
        self.tick()


class Restless:
    """A member of a reactor that always wants a turn."""

    def deadline(self):
        return 0.0

    def run(self, now):
        pass


# GLib has priorities: a program's timer goes before in any case, and one that is always due would leave us no turn.
@pytest.mark.parametrize("loop", [name for name in LOOPS if name != "GLib"])
def test_whoever_is_due_goes_between_two_turns_however_much_there_is_to_do(loop):
    with Turning.open(None) as manager:
        manager.begin(_TURNS)
        manager._house.reactor.join(Restless())
        rounds = Rounds(manager)
        try:
            LOOPS[loop](manager, rounds)
        except ImportError as error:
            pytest.skip(str(error))
        # In a round of trio's, tasks come in any order: in the next one we may be first.
        assert rounds.most_turns <= (2 if loop == "trio" else 1)


def calls(loop, turns, tmp_path):
    """How many system calls so many turns take, and the start of a process."""
    asked = {"guest": "turns", "loop": loop, "files": turns}
    subject = [sys.executable, "-m", "integration.embedding.measured.subject", json.dumps(asked)]
    counts = tmp_path / "counts"
    done = subprocess.run(
        ["strace", "-f", "-c", "-U", "calls,name", "-o", counts, *subject],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "is left out" in done.stderr or "ptrace" in done.stderr:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return int(next(line for line in counts.read_text().splitlines() if "total" in line).split()[0])


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is missing")
@pytest.mark.parametrize("loop", LOOPS)
def test_a_turn_takes_few_system_calls_more_than_in_our_own_loop(loop, tmp_path):
    each = (calls(loop, 2 * _TURNS, tmp_path) - calls(loop, _TURNS, tmp_path)) / _TURNS

    # Ours: a byte is sent, epoll says so, it is read, and the thread's CPU time is asked for. The loop's own
    # wait is one more, and trio, GLib and Qt have some of their own.
    assert each <= {"own loop": 4, "trio": 7, "GLib": 8, "Qt": 8}.get(loop, 5) + 0.5


def test_small_files_take_no_more_turns_than_in_our_own_loop():
    needs_nginx()
    files = {"files": _FILES, "directory": "-", "turn_budget_s": HOST_TURN_BUDGET_S}
    turns = {}
    with stage(_FILES, 1, 1) as here:
        for loop in LOOPS:
            report = here.run(Run("ddm", loop, url=here.small, **files))
            if report is not None:
                turns[loop] = report.turns.count

    # How many files come in a turn is a matter of chance, and of the machine.
    assert all(count <= 100 + 4 * turns["own loop"] for count in turns.values()), turns


def test_each_table_can_be_made():
    needs_nginx()
    with stage(40, 2, 1 << 20) as here:
        sizes = Sizes(small=40, big=2, big_bytes=1 << 20, rounds=1)
        for table in ("turns", "state", "budgets"):
            assert len(list(TABLES[table](here, sizes, 1))) > 5
