"""429 and 503: the origin is asked less, and what was refused goes back to the others."""

from ddm.core.commands import RecordState, StartTransfer
from ddm.failures import Kind
from ddm.record import State

KIB, MIB = 1 << 10, 1 << 20


def test_a_503_makes_what_still_runs_the_limit_and_gives_the_piece_back(paper, of):
    paper.begin(100 * MIB)
    refused = [paper.live[t].expectation.range for t in (13, 14, 15, 16)]

    for transfer_id in (13, 14, 15, 16):
        assert of(StartTransfer, paper.break_off(transfer_id, Kind.THROTTLED)) == []

    assert paper.job.state is State.RUNNING
    assert paper.job.reason == "fewer connections: the server hiccupped"
    said = paper.end(1)
    assert [c.expectation.range.start for c in of(StartTransfer, said)] == [refused[0].start]
    assert len(paper.live) == 12


def test_one_more_is_tried_after_a_second(paper, of):
    paper.begin(100 * MIB)
    paper.break_off(16, Kind.THROTTLED)
    refused_s = paper.now

    said = paper.wait()

    assert paper.now == refused_s + 1.0
    assert len(of(StartTransfer, said)) == 1
    assert len(paper.live) == 16


def test_a_refused_trial_doubles_the_wait(paper):
    paper.begin(100 * MIB)
    paper.break_off(16, Kind.THROTTLED)
    paper.wait()

    paper.break_off(max(paper.live), Kind.THROTTLED)

    assert paper.engine.deadline() == paper.now + 2.0


def test_alone_it_waits_as_long_as_the_server_says(paper, of):
    paper.offer()

    said = paper.break_off(1, Kind.THROTTLED, retry_after_s=12.0)

    assert of(RecordState, said)[-1].state is State.WAITING
    assert paper.job.waiting_s == 12.0
    assert paper.engine.deadline() == paper.now + 12.0
    assert len(of(StartTransfer, paper.wait())) == 1


def test_a_server_that_wants_us_to_wait_too_long_fails_the_job(paper, one):
    paper.offer()

    failed = one(RecordState, paper.break_off(1, Kind.THROTTLED, retry_after_s=601.0))

    assert failed.state is State.FAILED
    assert "601 s, longer than max_wait_secs (600 s)" in failed.failure.message


def test_also_beside_others(paper):
    paper.begin(3 * MIB)
    paper.break_off(2, Kind.THROTTLED, retry_after_s=1e9)

    assert paper.states()[-1] is State.FAILED


def test_one_that_refuses_for_ever_is_given_up_after_a_few_requests(paper, of):
    paper.begin(100 * MIB)
    for _ in range(100):
        if not paper.engine.holds(1):
            break
        for transfer_id in list(paper.live):
            if transfer_id in paper.live:
                paper.break_off(transfer_id, Kind.THROTTLED)
        if paper.engine.holds(1):
            paper.wait()

    assert paper.states()[-1] is State.FAILED
    assert len(of(StartTransfer, paper.said)) < 50


def test_a_probe_that_is_refused_while_others_of_the_origin_run_keeps_its_place(paper):
    paper.begin(100 * MIB, 1, max_segments=8)
    paper.offer(2)

    paper.break_off(max(paper.live), Kind.THROTTLED)

    second = paper.engine.view(paper.now).jobs[1]
    assert (second.state, second.reason) == (State.WAITING, "the server hiccupped")
    paper.wait(1)
    assert paper.engine.view(paper.now).jobs[1].connections == 1


def test_a_jobs_wait_does_not_hold_up_another_origin(paper, of):
    paper.offer(1)
    paper.break_off(1, Kind.THROTTLED, retry_after_s=100.0)

    assert len(of(StartTransfer, paper.offer(2, "https://other.example/f"))) == 1
    assert of(StartTransfer, paper.offer(3)) == []


def test_hanging_up_on_one_more_connection_counts_as_a_refusal(paper, of):
    """Servers that count connections do not all say so."""
    paper.begin(100 * MIB)

    assert of(StartTransfer, paper.break_off(16, Kind.BROKEN)) == []

    assert paper.job.reason == "fewer connections: the server hiccupped"
    assert len(paper.live) == 15


def test_hanging_up_after_some_bytes_does_not(paper, of):
    paper.begin(100 * MIB)
    start = paper.live[16].expectation.range.start
    paper.bytes(16, start + 16 * KIB)

    said = paper.break_off(16, Kind.BROKEN)

    assert [c.expectation.range.start for c in of(StartTransfer, said)] == [start + 16 * KIB]
