"""What time brings about: recording progress, and giving up what stalls."""

from ddm.core.commands import (
    CancelTransfer,
    RecordProgress,
    RecordState,
    StartTransfer,
)
from ddm.record import State

MIB = 1 << 20


def test_progress_is_recorded_for_all_jobs_together_about_once_a_second(paper, of, span):
    paper.begin(10 * MIB, 1)
    paper.begin(10 * MIB, 2, url="https://other.example/f")
    first = min(t for t, c in paper.live.items() if c.job_id == 1)
    second = min(t for t, c in paper.live.items() if c.job_id == 2)
    paper.bytes(first, 1000)
    paper.bytes(second, 2000)
    recorded_s = paper.now
    paper.said.clear()
    paper.now += 0.5
    paper.bytes(first, 3000)
    paper.bytes(second, 4000)
    assert of(RecordProgress, paper.said) == []
    assert paper.engine.deadline() == recorded_s + 1.0

    said = of(RecordProgress, paper.wait())

    assert said == [
        RecordProgress(1, span(0, 3000), span()),
        RecordProgress(2, span(0, 4000), span()),
    ]


def test_a_transfer_that_brings_too_little_is_cancelled_and_tried_again(paper, one, of):
    paper.begin(256 * 1024, max_segments=1)
    paper.bytes(1, 100 * 1024)
    begun_s = paper.now
    paper.now = begun_s + 60
    paper.bytes(1, 100 * 1024 + 1)
    said = paper.wait(0)
    assert of(CancelTransfer, said) == []  # 100 KiB in the first minute

    said = paper.wait(60)

    assert one(CancelTransfer, said).transfer_id == 1
    again = one(StartTransfer, said)
    assert again.expectation.range.start == 100 * 1024 + 1


def test_what_our_own_limit_leaves_a_transfer_is_no_stall(make_paper, of):
    paper = make_paper(max_bytes_per_sec=400, max_segments=1)
    paper.begin(10 * MIB)
    paper.bytes(1, 100 * 60)

    assert of(CancelTransfer, paper.wait()) == []


def test_a_stalled_transfer_that_was_whole_all_the_same_is_whole(make_paper, one):
    paper = make_paper(stall_bytes_per_sec=1 << 30)
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(1000)
    assert one(CancelTransfer, paper.wait(60)).transfer_id == 1

    paper.end(1, 1000)

    assert paper.states()[-1] is State.DONE


def test_one_that_was_given_up_already_is_not_given_up_again(make_paper, of):
    paper = make_paper(stall_bytes_per_sec=1 << 30)
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(1000)

    assert [len(of(CancelTransfer, paper.wait(60))) for _ in range(3)] == [1, 0, 0]


def test_a_full_disk_outweighs_that_the_transfer_was_cancelled(make_paper, full_disk):
    paper = make_paper(stall_bytes_per_sec=1 << 30)
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(1000)
    paper.wait(60)

    paper.end(1, 10, because=full_disk)

    assert RecordState(1, State.WAITING, full_disk) in paper.said
