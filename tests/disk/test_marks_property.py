import sys
from contextlib import contextmanager

from hypothesis import given, settings
from hypothesis import strategies as st

from ddm.byteranges import RangeSet
from ddm.disk import marks as marks_module
from ddm.disk.marks import Marks
from ddm.record import PartIdentity

SLOT_BYTES, HEADER_BYTES = 48, 512
JOBS = (1, 2)
IDENTITY = PartIdentity("boot-1", 7, 9)

# (what, job, transfer of the job, offset, length); each deed takes what it needs of it.
DEEDS = st.tuples(
    st.sampled_from(("write", "go on", "go on", "end", "record", "forget")),
    st.sampled_from(JOBS),
    st.integers(0, 2),
    st.integers(0, 40),
    st.integers(0, 5),
)


class PaperPart:
    identity = IDENTITY

    def write_at(self, buffers, offset):
        pass


@contextmanager
def traced(trace):
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


class Model:
    """What may be believed of each job, beside the marks that say it."""

    def __init__(self, slots):
        self.buffer = bytearray(HEADER_BYTES + slots * SLOT_BYTES)
        self.marks = Marks(self.buffer, "boot-1")
        self.marks.clear()
        self.sinks, self.stops = {}, {}
        self.written = dict.fromkeys(JOBS, RangeSet())
        self.recorded = dict.fromkeys(JOBS, RangeSet())

    def do(self, what, job, transfer, offset, length):
        who = (job, transfer)
        if what in ("write", "go on"):
            if who not in self.sinks:
                self.sinks[who] = self.marks.sink(PaperPart(), job, 0)
            start = self.stops.get(who, offset) if what == "go on" else offset
            self.sinks[who].write_at([bytes(length)], start)
            self.stops[who] = start + length
            self.written[job] = self.written[job].union(RangeSet.of(start, start + length))
        elif what == "end" and who in self.sinks:
            self.sinks.pop(who).end()
        elif what == "record":
            self.recorded[job] = self.written[job]
            self.marks.recorded(job, self.recorded[job])
        elif what == "forget":
            self.marks.forget(job)
            self.written[job] = self.recorded[job] = RangeSet()

    def found(self, job):
        marks = Marks(bytearray(self.buffer), "boot-1").found()
        ranges = (RangeSet.of(m.start, m.position) for m in marks if m.job_id == job)
        return RangeSet().union(RangeSet(r for each in ranges for r in each))


def test_whatever_line_a_process_dies_at_its_marks_are_true():
    """The deeds are run under a tracer, which looks at a copy of the marks before every line of theirs."""
    model, believable, lines = Model(slots=3), set(), []

    def trace(frame, event, _):
        if frame.f_code.co_filename != marks_module.__file__:
            return None
        if event == "line":
            found = Marks(bytearray(model.buffer), "boot-1").found()
            lines.append(frame.f_lineno)
            assert {(m.job_id, m.start, m.position) for m in found} <= believable
        return trace

    for start, job in ((0, 1), (7, 2), (20, 1), (30, 2)):
        sink = model.marks.sink(PaperPart(), job, 0)
        believable |= {(job, start, start + 3), (job, start, start + 5)}
        with traced(trace):
            sink.write_at([bytes(3)], start)
            sink.write_at([bytes(2)], start + 3)
            sink.end()
            model.marks.recorded(1, RangeSet.of(0, 100))
    believable |= {(2, 100, 101)}
    with traced(trace):
        model.marks.forget(2)
        model.marks.sink(PaperPart(), 2, 0).write_at([bytes(1)], 100)
        model.marks.clear()
    assert len(lines) > 100


@settings(max_examples=150)
@given(st.lists(DEEDS, max_size=40))
def test_with_slots_enough_marks_and_record_say_exactly_what_was_written(deeds):
    model = Model(slots=64)
    for deed in deeds:
        model.do(*deed)
        for job in JOBS:
            assert model.found(job).union(model.recorded[job]) == model.written[job]


@settings(max_examples=150)
@given(st.lists(DEEDS, max_size=40))
def test_with_too_few_slots_marks_are_missing_but_never_wrong(deeds):
    model = Model(slots=2)
    for deed in deeds:
        model.do(*deed)
        for job in JOBS:
            assert model.found(job).is_subset(model.written[job])
