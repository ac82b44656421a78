"""Admission, fairness, budget, leaving: what the engine does with many jobs."""

import pytest

from ddm.core.commands import (
    OfferJobs,
    RecordLesson,
    RecordState,
    StartTransfer,
    SyncFile,
)
from ddm.core.events import (
    BytesWritten,
    FilePublished,
    HeadArrived,
    LessonsKnown,
    PartClosed,
    QueueChanged,
    TimePassed,
    TransferEnded,
)
from ddm.core.work import InvariantError
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http import url as urls
from ddm.http.representation import Representation
from ddm.http.response import Ask
from ddm.lesson import Lesson
from ddm.record import State

MIB = 1 << 20


def test_nothing_is_due_in_an_empty_engine(paper):
    assert paper.engine.idle
    assert paper.engine.deadline() is None
    assert paper.play(TimePassed()) == []


def test_a_changed_queue_makes_it_ask_for_as_many_jobs_as_there_is_room_for(paper):
    assert paper.play(QueueChanged()) == [OfferJobs(64)]
    assert paper.engine.idle


def test_it_does_not_ask_again_before_something_changes(paper):
    paper.play(QueueChanged())

    assert paper.play(TimePassed()) == []


def test_max_jobs_limits_what_is_admitted(make_paper):
    paper = make_paper(max_jobs=2)
    assert paper.play(QueueChanged()) == [OfferJobs(2)]
    paper.offer(1)
    paper.offer(2)

    assert paper.play(QueueChanged()) == []
    assert not paper.engine.idle


def test_a_job_that_left_makes_room_and_that_is_asked_about_once(make_paper, of):
    paper = make_paper(max_jobs=1)
    paper.offer()

    assert of(OfferJobs, paper.break_off(1, Kind.NOT_FOUND)) == [OfferJobs(1)]
    assert paper.play(TimePassed()) == []
    assert [view.id for view in paper.engine.take_left()] == [1]
    assert paper.engine.take_left() == []


def test_an_admitted_job_is_held_and_shown(paper):
    paper.offer(5)

    assert paper.engine.holds(5)
    assert paper.engine.admitted == 1
    assert [job.id for job in paper.engine.view(paper.now).jobs] == [5]


def test_a_job_offered_twice_is_admitted_once(paper):
    paper.offer()

    assert paper.offer() == []


def test_a_row_with_a_bad_url_fails_alone(paper, one):
    paper.offer(1)
    said = paper.offer(2, "ftp://example.org/f")

    recorded = one(RecordState, said)
    assert (recorded.job_id, recorded.state) == (2, State.FAILED)
    assert recorded.failure.code == Exit.USAGE
    (left,) = paper.engine.take_left()
    assert (left.id, left.state, left.failure) == (2, State.FAILED, recorded.failure)
    assert paper.engine.holds(1)
    assert not paper.engine.holds(2)


def test_every_job_has_a_connection_before_any_has_two(make_paper, of):
    paper = make_paper(max_total_connections=4)
    paper.begin(100 * MIB)
    assert len(paper.live) == 4
    for job_id in (2, 3, 4):
        assert of(StartTransfer, paper.offer(job_id)) == []

    for _ in range(3):
        paper.end(next(t for t, c in paper.live.items() if c.job_id == 1))

    assert sorted(c.job_id for c in paper.live.values()) == [1, 2, 3, 4]


def test_what_is_free_goes_to_the_job_with_the_fewest_connections(make_paper):
    paper = make_paper(max_total_connections=6)
    paper.begin(100 * MIB, 1)
    paper.offer(2)
    paper.end(1, 256 << 10)
    paper.head(next(t for t, c in paper.live.items() if c.job_id == 2), size=100 * MIB)

    for _ in range(4):
        paper.end(next(t for t, c in paper.live.items() if c.job_id == 1))

    assert sorted(c.job_id for c in paper.live.values()) == [1, 1, 1, 2, 2, 2]


def test_the_budgets_are_never_exceeded_whatever_is_offered(make_paper):
    paper = make_paper(max_total_connections=8, max_connections_per_host=3, max_segments=5)
    for job_id in range(1, 9):
        paper.offer(job_id, f"https://host{job_id % 4}.example/f")
    for transfer_id in list(paper.live):
        paper.head(transfer_id, size=40 * MIB)  # Paper checks the budgets after every event

    assert len(paper.live) == 8


def test_a_row_may_ask_for_fewer_connections_but_not_for_more(paper):
    paper.begin(100 * MIB, max_segments=3)
    assert len(paper.live) == 3

    paper.begin(100 * MIB, 2, url="https://other.example/f", max_segments=99)
    assert len(paper.live) == 3 + 16


def test_one_job_alone_may_read_more_at_once(paper, one):
    assert one(StartTransfer, paper.offer(1)).alone
    assert not one(StartTransfer, paper.offer(2)).alone


def test_news_of_transfers_that_are_over_is_ignored(paper):
    assert paper.play(BytesWritten(9, 1)) == []
    assert paper.play(TransferEnded(9, 1, None)) == []
    assert paper.play(HeadArrived(9, Ask(Representation(1), 0, 1, partial=True))) == []


def test_news_of_a_file_of_no_job_is_a_bug(paper):
    with pytest.raises(InvariantError, match="not admitted"):
        paper.engine.handle(FilePublished(9, "f"), 1.0)


def test_a_part_file_that_closes_while_its_job_goes_on_is_a_bug(paper):
    paper.begin(1000)
    with pytest.raises(AssertionError, match="goes on"):
        paper.engine.handle(PartClosed(1, None), paper.now)


def test_the_story_of_a_job_is_told_oldest_first(paper):
    paper.offer()

    story = paper.engine.explain(1, paper.now, story=True).story

    assert story[0].text == "taken into work"
    assert story[-1].text.startswith("request 1 asks for ")


def test_a_failure_leaves_with_its_cause(paper):
    paper.offer()
    gone = Failure(Kind.NOT_FOUND, "the server answered 404 Not Found", Exit.NOT_FOUND, 404)

    assert paper.end(1, 0, because=gone)[0] == RecordState(1, State.FAILED, gone)
    (left,) = paper.engine.take_left()
    assert (left.state, left.failure) == (State.FAILED, gone)


def test_who_waits_at_a_full_origin_is_in_nobodys_way(make_paper, one, of):
    paper = make_paper(max_total_connections=3, max_connections_per_host=1)
    paper.play(QueueChanged())
    said = [paper.offer(job_id, f"https://full.example/{job_id}") for job_id in (1, 2, 3)]

    assert one(OfferJobs, said[-1]).room == 2
    assert len(of(StartTransfer, paper.offer(4, "https://free.example/f"))) == 1


def test_who_has_every_byte_and_waits_for_the_disk_is_in_nobodys_way(make_paper, one, of):
    paper = make_paper(max_total_connections=2)
    paper.answers[SyncFile] = lambda _: None
    paper.play(QueueChanged())
    paper.offer(1)
    paper.offer(2)
    paper.head(1, size=10)
    said = paper.end(1, 10)

    assert paper.states(1)[-1] is State.FINISHING
    assert one(OfferJobs, said).room == 1
    assert len(of(StartTransfer, paper.offer(3))) == 1


def test_but_not_more_jobs_than_the_user_said(make_paper, of):
    paper = make_paper(max_total_connections=3, max_connections_per_host=1, max_jobs=2)
    paper.play(QueueChanged())

    assert of(OfferJobs, paper.offer(1) + paper.offer(2)) == []


def test_what_an_origin_taught_is_to_be_kept_when_it_is_new(paper, of):
    said = paper.begin(100 * (1 << 20)) + paper.end(1)
    (lesson,) = of(RecordLesson, said)
    assert (lesson.origin.host, lesson.lesson.ranges, lesson.lesson.small) == (
        "example.org",
        True,
        False,
    )

    assert of(RecordLesson, paper.end(2)) == []
    (refused,) = of(RecordLesson, paper.break_off(16, Kind.THROTTLED, status=503))
    assert (refused.lesson.limit, refused.lesson.refusal) == (15, "503")


def test_what_was_learned_before_holds_from_the_first_request_on(paper, of):
    origin = urls.parse("https://example.org/").origin
    paper.play(LessonsKnown({origin: Lesson(limit=3, refusal="503", refused_s=paper.now)}))
    paper.begin(100 * (1 << 20))

    assert len(paper.live) == 3
