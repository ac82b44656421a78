import msgspec
import pytest

from ddm.limits import LATELY_S
from ddm.turns import BOUNDS_MS, LongTurn, Part, TurnFigures, Turns, no_lap


class Machine:
    """A clock and a CPU that a test moves, and the turns that they measure."""

    def __init__(self):
        self.now_s, self.cpu_s = 100.0, 7.0
        self.turns = Turns(lambda: self.now_s, lambda: self.cpu_s)

    def turn(self, *laps, cpu_s=None):
        """One turn of these (part, milliseconds). cpu_s: all of it, if nothing is said."""
        began_s = self.turns.begin()
        for part, span_ms in laps:
            self.now_s += span_ms / 1000
            self.turns.lap(part)
        self.cpu_s += self.now_s - began_s if cpu_s is None else cpu_s
        self.turns.end()
        self.now_s += 1.0  # the wait


@pytest.fixture
def machine():
    return Machine()


def test_before_the_first_turn_there_is_no_longest(machine):
    assert machine.turns.figures() == TurnFigures(0, 0.0, (0,) * (len(BOUNDS_MS) + 1))


def test_turns_are_counted_by_how_long_they_took_and_waiting_is_no_part_of_them(machine):
    for span_ms in (0.5, 3, 3, 999):
        machine.turn((Part.NETWORK, span_ms))
    found = machine.turns.figures()

    assert (found.count, found.busy_s) == (4, pytest.approx(1.0055))
    assert found.bars == (
        *("up to 1 ms: 1", "up to 2 ms: 0", "up to 5 ms: 2", "up to 10 ms: 0", "up to 20 ms: 0"),
        *("up to 50 ms: 0", "up to 100 ms: 0", "up to 200 ms: 0", "up to 500 ms: 0"),
        "over 500 ms: 1",
    )


def test_its_cause_is_the_part_that_took_most_of_the_longest_turn(machine):
    machine.turn((Part.NETWORK, 5), (Part.WRITING, 20), (Part.NETWORK, 5), (Part.WRITING, 20))
    machine.turn((Part.DECIDING, 40))
    longest = machine.turns.figures().longest

    assert (longest.cause, longest.took_s, longest.cause_s, longest.ago_s) == (
        "writing", pytest.approx(0.05), pytest.approx(0.04), pytest.approx(2.04),
    )  # fmt: skip


def test_what_was_long_is_told_in_words_with_the_time_it_had_the_cpu(machine):
    machine.turn((Part.WRITING, 71), (Part.DECIDING, 9), cpu_s=0.0012)

    assert machine.turns.figures().longest.words == (
        "80 ms (writing files: 71 ms), of which 1.2 ms on the CPU"
    )


def test_work_that_waits_for_nothing_and_had_no_cpu_was_held_up_by_the_machine(machine):
    machine.turn((Part.NETWORK, 80), cpu_s=0.01)

    assert machine.turns.figures().longest.words.endswith(
        "; the machine ran something else meanwhile"
    )


def test_a_turn_that_was_too_long_is_told_for_a_while_and_stays_the_longest(machine):
    machine.turn((Part.FILES, 51))
    machine.turn((Part.FILES, 49))
    found = machine.turns.figures()
    assert found.lately.took_s == found.longest.took_s == pytest.approx(0.051)
    assert found.longest.long

    machine.now_s += LATELY_S
    later = machine.turns.figures()
    assert (later.lately, later.longest.took_s) == (None, found.longest.took_s)


def test_where_nobody_measures_a_lap_is_nothing():
    assert no_lap(Part.FILES) is None


def test_only_a_turn_that_was_too_long_has_a_moment_to_be_told_of(machine):
    machine.turn((Part.FILES, 49))
    assert machine.turns.long_ended_s is None
    machine.turn((Part.FILES, 60))

    assert machine.turns.long_ended_s == pytest.approx(machine.now_s - 1)


@pytest.mark.parametrize("part", Part)
def test_every_part_can_be_told_and_written_down(part):
    figures = TurnFigures(1, 0.1, (1,), LongTurn(0.1, 0.1, part.name.lower(), 0.1, 0.0))
    block = msgspec.json.encode(figures)

    assert msgspec.json.decode(block, type=TurnFigures).longest.words.startswith("100 ms (")
