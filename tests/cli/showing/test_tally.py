from ddm.cli.showing import outcome
from ddm.cli.showing.tally import Tally
from ddm.core.view import QueueView
from ddm.record import State, StoredFailure

MIB = 1 << 20


def _tally(*outcomes, left=0):
    tally = Tally()
    tally.outcomes = dict(enumerate(outcomes))
    tally.left = lambda: left
    return tally


def _done(record, size_bytes):
    return outcome.of_record(record(state=State.DONE, name="a", size_bytes=size_bytes))


def test_jobs_that_are_over_and_jobs_in_work_are_summed(record, job_view):
    tally = _tally(_done(record, 100 * MIB), left=1)
    view = job_view(id=9, done_bytes=20 * MIB, size_bytes=60 * MIB)
    found = tally.picture(QueueView((view,), speed_bps=10.0 * MIB, connections=4))

    assert (found.done, found.failed, found.total) == (1, 0, 2)
    assert (found.done_bytes, found.size_bytes) == (120 * MIB, 160 * MIB)
    assert found.words == ("1 of 2 done", "120 of 160 MiB (75 %)", "10.0 MiB/s", "4 s left")


def test_the_total_is_not_known_while_a_size_is_missing(job_view):
    view = job_view(id=9, size_bytes=None)
    found = _tally(left=1).picture(QueueView((view,), speed_bps=1.0, connections=1))

    assert (found.size_bytes, found.eta_s) == (None, None)


def test_the_total_is_not_known_while_jobs_wait_outside(job_view):
    found = _tally(left=2).picture(QueueView((job_view(id=9),), speed_bps=1.0, connections=1))

    assert found.size_bytes is None
    assert found.words == ("0 of 2 done", "120 MiB", "<0.1 MiB/s")


def test_a_job_that_failed_is_counted_apart(record):
    error = StoredFailure("broken", "reset", 6)
    failed = outcome.of_record(record(state=State.FAILED, error=error))
    found = _tally(failed, left=1).picture(QueueView((), speed_bps=0.0, connections=0))

    assert found.words[:2] == ("0 of 2 done", "1 failed")


def test_a_job_that_is_over_is_not_in_work_any_more(record, job_view):
    tally = _tally(_done(record, MIB))
    found = tally.picture(QueueView((job_view(id=0),), speed_bps=0.0, connections=0))

    assert found.jobs == ()


def test_a_job_that_was_paused_and_goes_on_is_in_work_again(record, job_view):
    paused = outcome.of_record(record(state=State.PAUSED))
    found = _tally(paused, left=1).picture(QueueView((job_view(id=0),), 0.0, 0))

    assert ([job.id for job in found.jobs], found.failed, found.total) == ([0], 0, 1)


def test_expected_jobs_are_left_until_they_have_an_outcome(record):
    tally = Tally()
    tally.expect([1, 2])
    before = tally.left()
    tally.outcomes[1] = _done(record, 1)

    assert (before, tally.left()) == (2, 1)
