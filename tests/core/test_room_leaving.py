"""Jobs that wait for room and are given up, stopped, steered or too late; and streams, which begin again."""

import pytest

from ddm.core.commands import ClosePart, RecordProgress, RecordState, ResetPart, StartTransfer
from ddm.core.events import RoomChecked, RoomGivenUp, StopRequested, WishChanged
from ddm.errors import Exit
from ddm.failures import Kind
from ddm.record import State, Wanted

KIB, MIB = 1 << 10, 1 << 20
WAY_OUT = "; what was fetched is kept, make room and run it again"


def fill(paper, full_disk, **begun):
    """A file of 3 MiB of which 256 KiB came before the disk was full; 5 MiB more are needed."""
    paper.lacking_bytes = 5 * MIB - 1
    paper.begin(3 * MIB, **begun)
    paper.end(1)
    paper.end(2, paper.positions[2], because=full_disk)
    assert paper.job.state is State.WAITING
    return paper


@pytest.fixture
def full(paper, full_disk):
    return fill(paper, full_disk)


def test_given_up_it_fails_with_the_amount_that_is_missing(full, full_disk, one, span):
    assert full.engine.stuck

    said = full.play(RoomGivenUp())

    failed = one(RecordState, said)
    assert (failed.state, failed.failure.code) == (State.FAILED, Exit.DISK_FULL)
    assert failed.failure.kind is Kind.DISK_FULL
    assert failed.failure.message == f"{full_disk.message} (5 MiB more are needed){WAY_OUT}"
    assert one(RecordProgress, said).synced == span(0, 256 * KIB)
    assert not full.engine.stuck


def test_only_those_that_wait_for_room_are_given_up(full):
    full.begin(3 * MIB, 2, url="https://two.example/f")

    full.play(RoomGivenUp())

    assert (full.states(1)[-1], full.states(2)[-1]) == (State.FAILED, State.RUNNING)


def test_without_a_job_nothing_is_stuck(paper):
    assert not paper.engine.stuck


def test_with_jobs_that_may_be_admitted_nothing_is_stuck(make_paper, full_disk):
    paper = fill(make_paper(max_total_connections=20), full_disk)
    assert paper.engine.stuck

    paper.offer(2, "https://two.example/f")

    assert not paper.engine.stuck


def test_where_room_is_there_but_of_no_use_it_is_stuck(paper, full_disk):
    """A quota."""
    paper.begin(3 * MIB, max_segments=1)
    paper.break_off(1, Kind.DISK_FULL)
    assert not paper.engine.stuck
    paper.wait()

    paper.end(max(paper.live), 0, because=full_disk)

    assert paper.engine.stuck
    paper.play(RoomGivenUp())
    assert paper.engine.take_left()[0].failure.message == full_disk.message + WAY_OUT


def test_a_stop_puts_it_back_into_the_queue(full, one, span):
    said = full.play(StopRequested())

    assert [type(c) for c in said] == [ClosePart, RecordProgress, RecordState]
    assert full.claims() == (span(0, 256 * KIB), span(0, 256 * KIB))
    assert full.states()[-1] is State.QUEUED
    assert full.engine.idle


@pytest.mark.parametrize(("wish", "removed"), [(Wanted.PAUSE, False), (Wanted.REMOVE, True)])
def test_a_wish_is_heeded_at_once(full, wish, removed):
    full.play(WishChanged(1, wish))

    (view,) = full.engine.take_left()
    assert (view.state, view.removed, view.failure) == (State.PAUSED, removed, None)


def test_its_time_runs_out_all_the_same(make_paper, full_disk):
    paper = fill(make_paper(timeout_secs=10.0), full_disk)

    while paper.engine.holds(1):
        paper.wait()

    (view,) = paper.engine.take_left()
    assert (view.state, view.failure.code) == (State.FAILED, Exit.TOO_SLOW)


def test_an_answer_after_it_left_is_ignored(full):
    full.play(StopRequested())

    assert full.play(RoomChecked(1, 0)) == []


@pytest.mark.parametrize("size", [3 * MIB, None])
def test_a_stream_begins_again(paper, full_disk, span, size):
    """The server cannot do ranges: a plain request, into a new file."""
    paper.offer()
    paper.head(size=size, partial=False)
    paper.bytes(1, MIB)
    paper.end(1, MIB, because=full_disk)
    assert paper.live == {}

    while paper.engine.holds(1):
        if not paper.live:
            paper.wait()
            continue
        (transfer_id,) = paper.live
        start = paper.live[transfer_id]
        if start.expectation.range is not None:
            paper.break_off(transfer_id, Kind.RANGE_IGNORED)
        elif paper.job.state is State.PROBING:
            paper.head(transfer_id, size=size, partial=False)
        else:
            paper.end(transfer_id, 3 * MIB)

    assert paper.states()[-1] is State.DONE
    assert [c for c in paper.said if isinstance(c, ResetPart)] != []
    assert paper.claims() == (span(0, 3 * MIB), span(0, 3 * MIB))


def test_a_probe_beside_an_open_file_is_made_again(paper, full_disk, of):
    """Of a resumed file, whose first head has not come when a neighbour finds the disk full."""
    paper.begin(3 * MIB, 1, max_segments=1)
    paper.end(1)
    paper.break_off(2, Kind.CHANGED, other_etag='"2"')
    paper.break_off(max(paper.live), Kind.CHANGED, other_etag='"3"')
    assert paper.job.state is State.PROBING  # begun again as a stream
    paper.begin(3 * MIB, 2, url="https://two.example/f")

    paper.end(max(paper.live), paper.positions[max(paper.live)], because=full_disk)
    assert paper.live == {}
    said = paper.wait()

    (plain,) = [c for c in of(StartTransfer, said) if c.job_id == 1]
    assert (plain.expectation.ask, plain.expectation.range) == (True, None)
