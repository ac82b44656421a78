import errno

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.byteranges import ByteRange, RangeSet
from ddm.disk.marks import Mark, Marks, NoMarks
from ddm.record import PartIdentity

HEADER_BYTES, SLOT_BYTES = 512, 48


class PaperPart:
    """A part file that remembers what was written where, and fails when told to."""

    def __init__(self, device=7, inode=9):
        self.identity = PartIdentity("boot-1", device, inode)
        self.written = RangeSet()
        self.broken = False

    def write_at(self, buffers, offset):
        if self.broken:
            raise OSError(errno.EIO, "Input/output error")
        self.written = self.written.add(ByteRange(offset, offset + sum(map(len, buffers))))


@pytest.fixture
def buffer():
    """Room for three slots."""
    return bytearray(HEADER_BYTES + 3 * SLOT_BYTES)


@pytest.fixture
def marks(buffer):
    made = Marks(buffer, "boot-1")
    made.clear()
    return made


def left(buffer, boot_id="boot-1"):
    """What the next process finds: (job, incarnation, start, position)."""
    found = Marks(bytearray(buffer), boot_id).found()
    return sorted((m.job_id, m.incarnation, m.start, m.position) for m in found)


def test_a_mark_begins_with_the_first_write_and_moves_with_the_next(marks, buffer):
    sink = marks.sink(PaperPart(), 5, 2)
    seen = [left(buffer)]
    for buffers, offset in (([b"ab", b"c"], 10), ([b"d"], 13), ([], 14)):
        sink.write_at(buffers, offset)
        seen.append(left(buffer))

    assert seen == [[], [(5, 2, 10, 13)], [(5, 2, 10, 14)], [(5, 2, 10, 14)]]


def test_a_mark_names_the_file_whatever_its_numbers_are(marks, buffer):
    most = (1 << 64) - 1
    marks.sink(PaperPart(device=-1, inode=most - 1), 1, 0).write_at([b"x"], 0)

    assert Marks(buffer, "boot-1").found() == (Mark(1, 0, most, most - 1, 0, 1),)


def test_every_transfer_has_a_mark_of_its_own(marks, buffer):
    part = PaperPart()
    marks.sink(part, 1, 0).write_at([b"ab"], 0)
    marks.sink(part, 1, 0).write_at([b"cd"], 100)
    marks.sink(part, 2, 0).write_at([b"e"], 5)

    assert left(buffer) == [(1, 0, 0, 2), (1, 0, 100, 102), (2, 0, 5, 6)]


def test_a_write_that_fails_marks_nothing(marks, buffer):
    part = PaperPart()
    sink = marks.sink(part, 1, 0)
    sink.write_at([b"ab"], 0)
    part.broken = True
    for offset in (2, 50):
        with pytest.raises(OSError, match="Input/output"):
            sink.write_at([b"cd"], offset)

    assert left(buffer) == [(1, 0, 0, 2)]


def test_a_write_elsewhere_begins_another_mark(marks, buffer):
    sink = marks.sink(PaperPart(), 1, 0)
    for offset in (0, 2, 50, 0):
        sink.write_at([b"ab"], offset)
    assert left(buffer) == [(1, 0, 0, 2), (1, 0, 0, 4), (1, 0, 50, 52)]

    marks.recorded(1, RangeSet.of(0, 60))
    assert left(buffer) == [(1, 0, 0, 2)]


def test_a_write_of_nothing_takes_no_slot(marks, buffer):
    marks.sink(PaperPart(), 1, 0).write_at([b""], 7)
    assert left(buffer) == []


def test_a_mark_stays_until_it_is_over_and_recorded(marks, buffer):
    sink = marks.sink(PaperPart(), 1, 0)
    sink.write_at([b"abcd"], 0)
    marks.recorded(1, RangeSet.of(0, 4))
    running = left(buffer)
    sink.end()
    sink.end()
    marks.recorded(1, RangeSet.of(0, 3))
    marks.recorded(2, RangeSet.of(0, 4))
    over = left(buffer)
    marks.recorded(1, RangeSet.of(0, 4))

    assert (running, over, left(buffer)) == ([(1, 0, 0, 4)], [(1, 0, 0, 4)], [])


def test_what_is_forgotten_is_the_job_s_alone_and_who_goes_on_is_marked_anew(marks, buffer):
    part = PaperPart()
    over, going, other = (marks.sink(part, job_id, 0) for job_id in (1, 1, 2))
    for sink, offset in ((over, 0), (going, 10), (other, 20)):
        sink.write_at([b"ab"], offset)
    over.end()
    marks.forget(1)
    forgotten = left(buffer)
    going.write_at([b"cd"], 12)

    assert forgotten == [(2, 0, 20, 22)]
    assert left(buffer) == [(1, 0, 12, 14), (2, 0, 20, 22)]


def test_a_transfer_that_ends_after_it_was_forgotten_leaves_nothing(marks, buffer):
    sink = marks.sink(PaperPart(), 1, 0)
    sink.write_at([b"ab"], 0)
    marks.forget(1)
    sink.end()

    assert left(buffer) == []


def test_without_a_free_slot_a_transfer_writes_unmarked_until_there_is_one(marks, buffer):
    part = PaperPart()
    sinks = [marks.sink(part, job_id, 0) for job_id in range(1, 5)]
    for sink in sinks:
        sink.write_at([b"ab"], 0)
    full = left(buffer)
    marks.forget(2)
    sinks[3].write_at([b"cd"], 2)

    assert full == [(1, 0, 0, 2), (2, 0, 0, 2), (3, 0, 0, 2)]
    assert left(buffer) == [(1, 0, 0, 2), (3, 0, 0, 2), (4, 0, 2, 4)]
    assert part.written == RangeSet.of(0, 4)


def test_slots_are_used_again(marks, buffer):
    part = PaperPart()
    for offset in range(0, 100, 2):
        sink = marks.sink(part, 1, 0)
        sink.write_at([b"ab"], offset)
        sink.end()
        assert left(buffer) == [(1, 0, offset, offset + 2)]
        marks.recorded(1, part.written)


def test_no_slot_is_taken_before_what_is_there_was_cleared(marks, buffer):
    marks.sink(PaperPart(), 1, 0).write_at([b"ab"], 0)
    second = Marks(buffer, "boot-1")
    sink = second.sink(PaperPart(), 2, 0)
    sink.write_at([b"ab"], 0)
    before = left(buffer)
    second.clear()
    sink.write_at([b"cd"], 2)

    assert (before, left(buffer)) == ([(1, 0, 0, 2)], [(2, 0, 2, 4)])


def test_another_boot_s_marks_are_not_found(marks, buffer):
    marks.sink(PaperPart(), 1, 0).write_at([b"ab"], 0)
    assert left(buffer) == [(1, 0, 0, 2)]
    assert left(buffer, "boot-2") == left(buffer, "boot-10") == left(buffer, "") == []


@pytest.mark.parametrize(("boot_id", "believed"), [("x" * 496, True), ("x" * 497, False)])
def test_a_boot_id_that_does_not_fit_is_never_believed(buffer, boot_id, believed):
    marks = Marks(buffer, boot_id)
    marks.clear()
    marks.sink(PaperPart(), 1, 0).write_at([b"ab"], 0)
    assert bool(left(buffer, boot_id)) is believed
    assert left(buffer, "x" * 496 + "y") == []


@pytest.mark.parametrize("word", [0, 1, 2])
def test_a_header_of_which_a_word_is_lost_is_nobody_s(marks, buffer, word):
    marks.sink(PaperPart(), 1, 0).write_at([b"ab"], 0)
    buffer[8 * word : 8 * word + 8] = b"\xff" * 8
    assert left(buffer) == []


@pytest.mark.parametrize(
    ("place", "value"), [(0, 0), (0, 1 << 63), (4, 2), (4, 3), (5, 0), (5, 1 << 63)]
)
def test_a_slot_that_makes_no_sense_is_passed_over(marks, buffer, place, value):
    sinks = [marks.sink(PaperPart(), job_id, 0) for job_id in (1, 2, 3)]
    for sink in sinks:
        sink.write_at([b"ab"], 0)
    memoryview(buffer).cast("Q")[64 + 6 + place] = value
    assert left(buffer) == [(1, 0, 0, 2), (3, 0, 0, 2)]


@settings(max_examples=100)
@given(st.binary(min_size=HEADER_BYTES, max_size=HEADER_BYTES + 4 * SLOT_BYTES))
def test_garbage_is_never_a_mark(garbage):
    assert left(garbage[: len(garbage) // 8 * 8]) == []


def test_after_closing_transfers_go_on_without_marks(marks, buffer):
    part = PaperPart()
    sink = marks.sink(part, 1, 0)
    sink.write_at([b"ab"], 0)
    marks.close()
    marks.close()
    sink.write_at([b"cd"], 2)
    sink.end()
    marks.recorded(1, part.written)
    marks.forget(1)

    assert left(buffer) == [(1, 0, 0, 2)]
    assert part.written == RangeSet.of(0, 4)


def test_no_marks_only_write():
    marks, part = NoMarks(), PaperPart()
    marks.clear()
    sink = marks.sink(part, 1, 0)
    sink.write_at([b"ab"], 0)
    sink.end()
    marks.recorded(1, part.written)
    marks.forget(1)

    assert (marks.found(), part.written) == ((), RangeSet.of(0, 2))
    marks.close()
