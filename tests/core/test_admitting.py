"""From a row to a job in work; `test_job.py` has what of a row is believed."""

from ddm.core.commands import RecordState, StartTransfer
from ddm.core.job import most_segments
from ddm.limits import Limits
from ddm.record import State
from ddm.spec import JobSpec


def test_a_row_whose_url_was_tampered_with_fails_and_the_others_go_on(paper, of):
    said = paper.offer(1, "file:///etc/passwd")
    more = paper.offer(2)

    (failed,) = of(RecordState, said)
    assert (failed.job_id, failed.state) == (1, State.FAILED)
    assert len(of(StartTransfer, more)) == 1


def test_a_mirror_that_was_tampered_with_fails_the_row(paper, of):
    said = paper.offer(spec={"mirrors": ("gopher://example.org/",)})

    assert of(RecordState, said)[0].state is State.FAILED


def test_a_jobs_own_bound_lowers_the_configured_one_and_never_raises_it():
    limits = Limits(max_segments=8)
    assert [most_segments(JobSpec("", "/d", max_segments=n), limits) for n in (0, 3, 20)] == [
        8,
        3,
        8,
    ]
