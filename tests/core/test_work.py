import pytest

from ddm.core.circumstances import Ending
from ddm.core.commands import CancelTransfer
from ddm.core.work import InvariantError
from ddm.failures import CANCELLED
from ddm.record import State

MIB = 1 << 20


@pytest.fixture
def work(paper):
    """The desk of an engine with one running job."""
    paper.begin(3 * MIB)
    paper.engine._work.out = []
    return paper.engine._work


def test_a_change_of_state_that_the_table_does_not_have_raises_with_the_story(work):
    with pytest.raises(InvariantError, match=r"(?s)job 1 cannot go from .*DONE.*StartTransfer\("):
        work.move(work.jobs[1], State.DONE)


def test_the_same_state_again_is_not_recorded_again(work):
    work.move(work.jobs[1], State.RUNNING)

    assert work.out == []


def test_giving_up_cancels_and_keeps_why(work):
    segment = work.jobs[1].segments[0]

    work.give_up(segment, CANCELLED)

    assert work.out == [CancelTransfer(1)]
    assert segment.given_up == CANCELLED


def test_what_has_no_transfer_cannot_be_given_up(work):
    segment = work.jobs[1].segments[0]
    segment.transfer_id = None

    work.give_up(segment, CANCELLED)

    assert work.out == []


def test_the_first_ending_counts(work):
    job = work.jobs[1]
    work.end(job, Ending(State.QUEUED))
    cancelled = list(work.out)

    work.fail(job, CANCELLED)

    assert job.ending == Ending(State.QUEUED)
    assert work.out == cancelled


def test_transfers_are_numbered_once_for_all_jobs(paper, work):
    paper.begin(3 * MIB, 2)

    assert sorted(work.transfers) == list(range(1, work.next_transfer_id))
