"""When time has something to do next; what it then does has its tests beside what it is about."""

from ddm.core.commands import CancelTransfer, CheckRoom, RecordProgress, SyncFile
from ddm.core.events import StopRequested
from ddm.failures import Kind
from ddm.limits import RECORD_INTERVAL_S, ROOM_POLL_S, SYNC_INTERVAL_S
from ddm.record import State

MIB = 1 << 20


def test_without_a_job_never(paper):
    assert paper.engine.deadline() is None


def test_a_transfer_is_looked_at_after_the_stall_timeout(paper):
    paper.offer()

    assert paper.engine.deadline() == paper.now + paper.limits.stall_timeout_secs


def test_claims_then_syncs_are_due_before_that(paper, of):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)  # recorded at once, for it is the first time
    began_s = paper.now
    paper.bytes(1, 2000)

    assert of(RecordProgress, paper.wait()) != []
    assert paper.now == began_s + RECORD_INTERVAL_S
    assert of(SyncFile, paper.wait()) != []
    assert paper.now == began_s + SYNC_INTERVAL_S


def test_the_next_look_for_room_is_due_and_nothing_else_of_that_job(paper, of):
    paper.lacking_bytes = 1
    paper.begin(3 * MIB)
    paper.break_off(1, Kind.DISK_FULL)

    assert paper.engine.deadline() == paper.now + ROOM_POLL_S
    assert len(of(CheckRoom, paper.wait())) == 1


def test_room_is_not_looked_for_by_a_job_that_leaves(paper):
    paper.lacking_bytes = 1
    paper.begin(3 * MIB)
    paper.answers[CancelTransfer] = lambda _: None
    paper.break_off(1, Kind.DISK_FULL)
    paper.play(StopRequested())

    assert paper.engine.deadline() == paper.now + paper.limits.stall_timeout_secs


def test_a_job_has_its_time_however_it_spends_it(make_paper, full_disk):
    paper = make_paper(timeout_secs=2.5)
    paper.lacking_bytes = 1
    paper.begin(3 * MIB)
    due_s = paper.now + 2.5
    paper.end(1, 0, because=full_disk)
    paper.wait()
    paper.wait()

    assert paper.engine.deadline() == due_s
    paper.wait()
    assert paper.states()[-1] is State.FAILED


def test_a_try_that_waits_is_due_at_its_time(paper):
    paper.offer()
    paper.break_off(1, Kind.THROTTLED, retry_after_s=7.0)

    assert paper.engine.deadline() == paper.now + 7.0


def test_what_waits_for_an_origin_is_due_when_that_may_be_asked_again(make_paper):
    paper = make_paper(max_segments=1)
    paper.offer(1)
    paper.break_off(1, Kind.THROTTLED, retry_after_s=7.0)
    paper.wait(1.0)
    paper.offer(2)

    assert paper.engine.deadline() == paper.now + 6.0
