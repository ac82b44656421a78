from ddm.byteranges import ByteRange
from ddm.core.commands import ClosePart, ContinueTransfer, StartTransfer
from ddm.held import Held
from ddm.http.request import Request
from ddm.http.response import Expectation

A, B = 1, 2


def start(transfer_id, job_id):
    request, expectation = Request("http://a.test/", ()), Expectation(ByteRange(0, 10))
    return StartTransfer(transfer_id, job_id, request, expectation, alone=True)


def filled(*commands):
    held = Held()
    for command in commands:
        held.hold(command.job_id)
        held.add(command.job_id, command)
    return held


def release(held, until=9):
    """What is free once the claims are committed, and the syncs up to this one over."""
    held.committed(1)
    return held.release(lambda number: number <= until)


def test_only_jobs_that_are_held_are():
    held = Held()
    before = bool(held)
    held.hold(A)

    assert (before, bool(held), A in held, B in held) == (False, True, True, False)


def test_what_is_released_comes_in_the_order_of_each_job_and_is_held_no_more():
    held = filled(start(5, A), start(6, B), ClosePart(A))

    assert release(held) == [start(5, A), ClosePart(A), start(6, B)]
    assert not held
    assert release(held) == []


def test_a_job_that_is_held_twice_keeps_what_waits():
    held = filled(ClosePart(A))
    held.hold(A)

    assert release(held) == [ClosePart(A)]


def test_what_waits_for_a_transfer_can_be_taken_back():
    on = ContinueTransfer(7, B, 0, 10)
    held = filled(start(5, A), ClosePart(B), on, start(6, B))

    assert [held.take_back(6), held.take_back(7), held.take_back(8)] == [start(6, B), on, None]
    assert release(held) == [start(5, A), ClosePart(B)]


def test_nothing_is_released_before_it_is_committed_and_that_is_on_the_disk():
    held = filled(ClosePart(A))
    assert held.uncommitted
    assert held.release(lambda _: True) == []

    assert release(held, until=0) == []
    assert not held.uncommitted
    assert A in held
    assert release(held, until=1) == [ClosePart(A)]


def test_jobs_wait_for_their_own_claims_alone():
    held = filled(ClosePart(A))
    held.committed(1)
    held.hold(B)
    held.add(B, ClosePart(B))

    assert held.release(lambda number: number <= 1) == [ClosePart(A)]
    held.committed(2)
    assert held.release(lambda number: number <= 1) == []
    assert held.release(lambda number: number <= 2) == [ClosePart(B)]


def test_claims_that_shrink_again_are_waited_for_again():
    held = filled(ClosePart(A))
    held.committed(1)
    held.hold(A)

    assert held.uncommitted
    assert held.release(lambda _: True) == []
    assert release(held) == [ClosePart(A)]
