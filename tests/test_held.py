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


def test_only_jobs_that_are_held_are():
    held = Held()
    before = bool(held)
    held.hold(A)

    assert (before, bool(held), A in held, B in held) == (False, True, True, False)


def test_what_is_released_comes_in_the_order_of_each_job_and_is_held_no_more():
    held = filled(start(5, A), start(6, B), ClosePart(A))

    assert held.release() == [start(5, A), ClosePart(A), start(6, B)]
    assert not held
    assert held.release() == []


def test_a_job_that_is_held_twice_keeps_what_waits():
    held = filled(ClosePart(A))
    held.hold(A)

    assert held.release() == [ClosePart(A)]


def test_what_waits_for_a_transfer_can_be_taken_back():
    on = ContinueTransfer(7, B, 0, 10)
    held = filled(start(5, A), ClosePart(B), on, start(6, B))

    assert [held.take_back(6), held.take_back(7), held.take_back(8)] == [start(6, B), on, None]
    assert held.release() == [start(5, A), ClosePart(B)]
