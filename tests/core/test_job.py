import pytest

from ddm.byteranges import RangeSet
from ddm.core.job import NEXT, Ending, Job, admit
from ddm.core.meter import Meter
from ddm.core.segment import Phase, Segment
from ddm.failures import CANCELLED
from ddm.http import url as urls
from ddm.http.representation import Representation
from ddm.record import JobRecord, PartIdentity, State, Wanted
from ddm.spec import JobSpec

URL = urls.parse("https://example.org/f")
PART = PartIdentity("boot-1", 1, 7)
HALF = RangeSet.of(0, 50)


@pytest.fixture
def job():
    return Job(1, JobSpec(str(URL), "/d"), URL, URL, 16, Meter(3.0))


def admitted(**row):
    spec = JobSpec(str(URL), "/d")
    return admit(JobRecord(1, spec, Wanted.RUN, State.QUEUED, **row), URL, 16, Meter(3.0))


def flowing(start, stop, speed_bps=None):
    return Segment(
        start, stop, ranged=True, asks=False, phase=Phase.FLOWING, position=start,
        transfer_id=start, speed_bps=speed_bps,
    )  # fmt: skip


def test_every_state_leads_to_an_end():
    for state, after in NEXT.items():
        assert State.FAILED in after, state
    assert State.DONE in NEXT[State.FINISHING]
    assert State.QUEUED not in NEXT[State.FINISHING]


def test_a_fresh_row_claims_nothing():
    job = admitted()

    assert (job.state, job.size_bytes, job.claimed, job.whole) == (State.QUEUED, None, False, False)


def test_claims_are_taken_over_with_what_the_file_was():
    job = admitted(
        name="f", size_bytes=100, etag='"1"', part=PART, written=HALF, synced=HALF, incarnation=3
    )

    assert job.representation == Representation(100, '"1"')
    assert (job.recorded_written, job.recorded_synced) == (HALF, HALF)
    assert (job.name, job.incarnation, job.recorded_part) == ("f", 3, PART)
    assert job.claimed


def test_claims_of_what_cannot_be_recognised_again_are_not_believed():
    job = admitted(name="f", size_bytes=100, etag='W/"1"', part=PART, written=HALF, synced=HALF)

    assert job.representation is None
    assert not job.claimed
    assert job.recorded_part == PART


def test_claims_without_a_part_file_are_not_believed():
    assert not admitted(name="f", size_bytes=100, etag='"1"', written=HALF).claimed


def test_it_is_whole_when_nothing_is_missing_and_the_length_is_known(job):
    job.done = RangeSet.of(0, 100)
    assert not job.whole
    job.representation = Representation(100)
    assert job.whole
    job.done = HALF
    assert not job.whole


def test_what_a_segment_brought_is_kept_exactly(job):
    segment = flowing(100, 200)
    job.part_fresh = True

    job.keep(segment, 130, 5.0)

    assert job.done == RangeSet.of(100, 130)
    assert (job.unrecorded, job.part_fresh) == (True, False)
    job.unrecorded = False
    job.keep(segment, 130, 5.0)
    assert not job.unrecorded


def test_the_segment_that_waits_shortest_goes_first(job):
    assert job.waiting_segment() is None
    job.segments = [flowing(0, 10), flowing(10, 20), flowing(20, 30)]
    job.segments[1].wait(CANCELLED, 9.0)
    job.segments[2].wait(CANCELLED, 5.0)

    assert job.waiting_segment() is job.segments[2]
    assert job.live == 1


def test_a_new_connection_is_expected_to_bring_the_median(job):
    assert job.speed_guess_bps() is None
    job.segments = [flowing(n, n + 1, speed) for n, speed in enumerate([None, 9.0, 1.0, 5.0])]

    assert job.speed_guess_bps() == 5.0


def test_claims_are_due_a_second_after_the_last_record_unless_it_is_leaving(job):
    job.recorded_s = 10.0
    assert job.record_due_s is None
    job.unrecorded = job.part_open = True
    assert job.record_due_s == 11.0

    job.ending = Ending(State.QUEUED)

    assert job.record_due_s is None


def test_it_is_leaving_when_it_ends_and_when_it_begins_again(job):
    assert not job.leaving
    job.restarting = CANCELLED
    assert job.leaving
