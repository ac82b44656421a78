import pytest

from ddm.byteranges import RangeSet
from ddm.core.admitting import admit
from ddm.core.circumstances import Ending, Room
from ddm.core.job import Job
from ddm.core.meter import Meter
from ddm.core.segment import Phase, Segment
from ddm.errors import Exit
from ddm.failures import CANCELLED, Failure, Kind
from ddm.http import url as urls
from ddm.http.representation import Representation
from ddm.limits import Limits
from ddm.record import JobRecord, PartIdentity, State, Wanted
from ddm.spec import Checksum, JobSpec

URL = urls.parse("https://example.org/f")
PART = PartIdentity("boot-1", 1, 7)
HALF = RangeSet.of(0, 50)


@pytest.fixture
def job():
    return Job(1, JobSpec(str(URL), "/d"), URL, URL, URL, 16, Meter(3.0))


def admitted(**row):
    spec = JobSpec(str(URL), "/d")
    return admit(JobRecord(1, spec, Wanted.RUN, State.QUEUED, **row), [URL], Limits())


def flowing(start, stop, speed_bps=None):
    return Segment(
        start, stop, ranged=True, asks=False, phase=Phase.FLOWING, position=start,
        transfer_id=start, speed_bps=speed_bps,
    )  # fmt: skip


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


def test_a_row_that_is_only_checked_claims_nothing_and_knows_what_the_file_was():
    whole = RangeSet.of(0, 100)
    job = admitted(
        name="f",
        size_bytes=100,
        etag='W/"1"',
        part=PART,
        written=whole,
        synced=whole,
        checking=True,
    )

    assert (job.checking, job.claimed, job.whole) == (True, False, False)
    assert job.representation == Representation(100, 'W/"1"')


def test_what_the_server_vouched_for_comes_back_from_the_row_with_the_claims():
    vouched = (Checksum("md5", "a" * 32),)
    row = {"name": "f", "size_bytes": 100, "part": PART, "written": HALF, "vouched": vouched}

    assert admitted(etag='"1"', **row).vouched == vouched
    assert admitted(etag=None, **row).vouched == ()


def test_a_sync_is_due_five_seconds_after_the_last_one_began_if_something_came(job):
    job.state, job.synced_s = State.RUNNING, 10.0
    assert job.sync_due_s is None
    job.part_open, job.done = True, HALF
    assert job.sync_due_s == 15.0

    job.syncing = HALF
    assert job.sync_due_s is None
    job.syncing, job.synced = None, HALF
    assert job.sync_due_s is None


def test_no_sync_is_due_of_one_that_leaves_or_brings_nothing_more(job):
    job.part_open, job.done = True, HALF
    for job.state in (State.QUEUED, State.VERIFYING, State.FINISHING):
        assert job.sync_due_s is None
    job.state, job.ending = State.WAITING, Ending(State.PAUSED)
    assert job.sync_due_s is None


def test_what_is_disclaimed_is_gone_from_every_claim(job):
    job.done = job.synced = job.syncing = RangeSet.of(0, 100)

    job.disclaim(RangeSet.of(50, 100))
    assert (job.done, job.synced, job.syncing) == (HALF, HALF, HALF)
    job.disclaim(RangeSet())
    assert (job.done, job.synced, job.syncing) == (HALF, HALF, HALF)
    job.disclaim()
    assert (job.done, job.synced, job.syncing) == (RangeSet(),) * 3


def test_after_a_failed_sync_nothing_more_is_kept(job):
    segment, job.poisoned = flowing(100, 200), True

    job.keep(segment, 130, 5.0)

    assert (segment.position, job.done) == (130, RangeSet())


def test_the_reason_to_wait_for_room_names_what_is_missing_in_whole_mib():
    room = Room(Failure(Kind.DISK_FULL, "no room for f", Exit.DISK_FULL), None, 0.0, 0.0)
    for room.lacking_bytes in (None, 0, -5):
        assert room.reason == "no room for f"

    room.lacking_bytes = (1 << 20) + 1

    assert room.reason == "no room for f (2 MiB more are needed)"
