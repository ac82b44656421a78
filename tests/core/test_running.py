"""While bytes come: pieces, tries, waits, and what a failure of one range does to the others."""

from ddm.core.commands import (
    StartTransfer,
    SyncFile,
)
from ddm.failures import Kind
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


def test_a_connection_that_is_done_goes_on_with_the_next_piece(paper, ranges):
    paper.begin(200 * MIB)

    (piece,) = ranges(paper.end(2))

    assert piece[0] == max(c.expectation.range.start for c in paper.live.values())


def test_the_pieces_make_the_file(paper, ranges, span):
    paper.begin(70 * MIB + 1)
    paper.fetch_all()

    asked = ranges(paper.said)
    assert sum(stop - start for start, stop in asked) == 70 * MIB + 1
    assert paper.claims() == (span(0, 70 * MIB + 1), span(0, 70 * MIB + 1))
    assert paper.states() == [State.PROBING, State.RUNNING, State.FINISHING, State.DONE]


def test_it_is_finished_when_its_last_transfer_has_ended_not_when_its_last_byte_is_there(paper, of):
    """Both were written in one turn; the one whose end comes later would find its job gone."""
    paper.begin(600 * KIB)
    paper.bytes(1, 256 * KIB)
    paper.bytes(2, 600 * KIB)

    assert of(SyncFile, paper.end(1)) == []
    assert of(SyncFile, paper.end(2)) == [SyncFile(1, 600 * KIB)]
    assert paper.states()[-1] is State.DONE


def test_one_that_turns_out_too_long_at_its_end_is_not_whole(paper):
    paper.begin(600 * KIB)
    paper.bytes(2, 600 * KIB)
    paper.end(1)

    paper.break_off(2, Kind.BAD_RESPONSE)

    assert paper.job.state is State.WAITING
    assert paper.job.done_bytes == 256 * KIB


def test_one_transfer_that_waits_leaves_a_job_running(paper):
    paper.begin(3 * MIB)
    paper.break_off(2, Kind.UNREACHABLE)

    assert paper.job.state is State.RUNNING
    assert paper.job.waiting_s is None


def test_a_job_that_takes_a_piece_while_a_segment_waits_is_running(make_paper):
    paper = make_paper(max_connections_per_host=3)
    paper.begin(3 * MIB, 1, max_segments=2)
    paper.offer(2)
    while len(mine := [t for t, c in paper.live.items() if c.job_id == 1]) > 1:
        paper.break_off(max(mine), Kind.SERVER_ERROR, retry_after_s=50.0)
    paper.break_off(mine[0], Kind.THROTTLED)
    assert paper.job.state is State.WAITING

    paper.wait(2)

    assert paper.job.connections == 1
    assert paper.job.state is State.RUNNING


def test_a_whole_range_whose_connection_breaks_after_the_last_byte_is_whole(paper, of):
    paper.begin(3 * MIB)
    stop = paper.live[2].expectation.range.stop

    paper.break_off(2, Kind.BROKEN, stop)
    paper.fetch_all()

    assert paper.states()[-1] is State.DONE


def test_shares_are_counted_over_the_connections_that_can_be_had(make_paper, of):
    """With room for two connections an eighth of the file each would only be more requests."""
    paper = make_paper(max_connections_per_host=2)
    said = paper.begin(16 * MIB)

    (first,) = [c.expectation.range for c in of(StartTransfer, said)]
    assert len(first) == 4 * MIB


def test_a_piece_that_was_whole_when_it_was_given_up_is_not_asked_for_again(paper, of):
    """A neighbour's disk is full; this file's last byte has just come."""
    paper.offer(1, "https://a.example/f", max_segments=1)
    paper.head(1, size=256 * KIB)
    paper.offer(2, "https://b.example/g", max_segments=1)
    paper.head(2, size=3 * MIB)
    paper.bytes(1, 256 * KIB)
    paper.break_off(2, Kind.DISK_FULL)

    assert State.DONE in paper.states(1)
    assert [c.job_id for c in of(StartTransfer, paper.said)].count(1) == 1
