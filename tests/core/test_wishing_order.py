"""A user moves a job that is in work: what gets free goes by the new order."""

from ddm.core.events import OrderChanged, WishChanged
from ddm.record import State, Wanted

MIB = 1 << 20
PAUSE = WishChanged(1, Wanted.PAUSE)


def test_a_job_that_was_moved_is_handed_what_is_free_before_others(make_paper):
    paper = make_paper(max_total_connections=1, max_jobs=3)
    for job_id in (1, 2, 3):
        paper.offer(job_id, f"https://h{job_id}.example/f", place=float(job_id))
    assert {command.job_id for command in paper.live.values()} == {1}

    paper.play(OrderChanged(3, 0, 1.5))
    paper.play(PAUSE)

    assert [command.job_id for command in paper.live.values()] == [3]
    assert [job.id for job in paper.engine.view(paper.now).jobs] == [3, 2]


def test_a_higher_priority_goes_before_a_lower_place(make_paper):
    paper = make_paper(max_total_connections=1, max_jobs=3)
    for job_id in (1, 2, 3):
        paper.offer(job_id, f"https://h{job_id}.example/f", place=float(job_id))

    paper.play(OrderChanged(3, 1, 3.0))
    paper.play(PAUSE)

    assert [command.job_id for command in paper.live.values()] == [3]
    assert paper.engine.asked() == {2: (0, 2.0, 0), 3: (1, 3.0, 0)}


def test_a_new_order_takes_nothing_from_a_job_that_runs(paper):
    paper.begin(3 * MIB)

    assert paper.play(OrderChanged(1, -100, 9.0)) == []
    assert paper.play(OrderChanged(7, 0, 1.0)) == []
    assert paper.job.state is State.RUNNING
