import pytest

from ddm.byteranges import RangeSet
from ddm.core.view import LimitsView, OriginView, recorded, unreadable
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.record import JobRecord, State, StoredFailure, Wanted
from ddm.spec import JobSpec

KIB, MIB = 1 << 10, 1 << 20


def test_a_job_that_has_just_begun_shows_the_name_it_will_probably_get(paper):
    paper.offer(1, "https://user:pw@example.org/dir/f.iso?sig=1")

    assert paper.job.name == "f.iso"
    assert paper.job.url == "https://***@example.org/dir/f.iso?sig=***"
    assert (paper.job.state, paper.job.directory) == (State.PROBING, "/d")
    assert (paper.job.size_bytes, paper.job.done_bytes, paper.job.eta_s) == (None, 0, None)


def test_the_name_that_the_user_gave_is_shown_before_any_other(paper):
    paper.offer(name="mine")

    assert paper.job.name == "mine"


def test_speed_and_time_left_come_from_what_came_lately(paper):
    paper.begin(11 * MIB)
    paper.now += 1
    paper.bytes(1, 128 * KIB)
    paper.now += 1
    paper.bytes(1, 256 * KIB)

    assert paper.job.done_bytes == 256 * KIB
    assert paper.job.speed_bps == 128 * KIB
    assert paper.job.eta_s == (11 * MIB - 256 * KIB) / (128 * KIB)


def test_without_a_length_no_time_left_is_said(paper):
    paper.offer()
    paper.head(size=None, partial=False)
    paper.bytes(1, 1000)

    assert paper.job.eta_s is None
    assert paper.job.speed_bps > 0


def test_pieces_and_connections_are_counted(paper):
    paper.begin(3 * MIB)
    paper.end(1)

    assert paper.job.segments_done == 1
    assert paper.job.segments_total == 1 + paper.job.connections
    assert paper.job.connections == len(paper.live)


def test_a_job_that_waits_says_how_long_and_for_what(paper):
    paper.offer()
    paper.break_off(1, Kind.THROTTLED, retry_after_s=30.0)
    paper.now += 10

    assert (paper.job.state, paper.job.waiting_s) == (State.WAITING, 20.0)
    assert paper.job.reason == "the server hiccupped"


def test_the_queue_is_the_sum_of_its_jobs_in_order_of_id(paper):
    paper.begin(3 * MIB, 2)
    paper.begin(3 * MIB, 1, url="https://other.example/f")
    paper.bytes(1, 1000)

    view = paper.engine.view(paper.now)

    assert [job.id for job in view.jobs] == [1, 2]
    assert view.connections == len(paper.live)
    assert view.speed_bps == sum(job.speed_bps for job in view.jobs) > 0


def test_a_row_that_cannot_become_a_job_is_shown_with_its_failure():
    why = Failure(Kind.REFUSED, "no URL for DDM", Exit.USAGE)
    spec = JobSpec("gopher://example.org/f?x=1", "/d", "mine")

    view = unreadable(JobRecord(4, spec, Wanted.RUN, State.QUEUED), why)

    assert (view.id, view.state, view.name, view.failure) == (4, State.FAILED, "mine", why)
    assert view.url == "gopher://example.org/f?x=***"


def test_a_job_that_is_not_in_work_stands_as_its_row_says():
    spec = JobSpec("https://example.org/f?x=1", "/d", max_bytes_per_sec=7)
    error = StoredFailure("not-found", "the server answered 404 Not Found", Exit.NOT_FOUND)
    written = RangeSet.of(0, 30)
    record = JobRecord(4, spec, Wanted.RUN, State.FAILED, "f", 90, written=written, error=error)

    view = recorded(record)

    assert (view.name, view.size_bytes, view.done_bytes, view.done) == ("f", 90, 30, written)
    assert view.failure == Failure(Kind.NOT_FOUND, error.message, Exit.NOT_FOUND)
    assert (view.url, view.max_bytes_per_sec) == ("https://example.org/f?x=***", 7)


@pytest.mark.parametrize(("state", "checking"), [(State.DONE, False), (State.QUEUED, True)])
def test_one_whose_file_is_whole_has_all_of_it(state, checking):
    spec = JobSpec("https://example.org/f", "/d")
    record = JobRecord(4, spec, Wanted.RUN, state, "f", 90, checking=checking)
    assert recorded(record).done_bytes == 90


def test_a_failure_that_only_a_newer_ddm_knows_is_shown_all_the_same():
    spec = JobSpec("https://example.org/f", "/d")
    error = StoredFailure("eaten-by-a-grue", "it was dark", 250)
    failure = recorded(JobRecord(4, spec, Wanted.RUN, State.FAILED, error=error)).failure
    assert failure == Failure(Kind.INTERNAL, "it was dark", Exit.UNEXPECTED)


def test_one_admitted_job_can_be_shown_alone(paper):
    paper.offer()
    assert paper.engine.picture(1, paper.now) == paper.engine.view(paper.now).jobs[0]
    assert paper.engine.picture(2, paper.now) is None


def test_the_ranges_that_are_there_and_those_on_their_way_are_shown(paper, span):
    paper.begin(11 * MIB)
    paper.bytes(1, 128 * KIB)

    assert paper.job.done == span(0, 128 * KIB)
    first = paper.job.segments[0]
    assert (first.start, first.position, first.stop) == (0, 128 * KIB, 256 * KIB)
    assert all(segment.live for segment in paper.job.segments)
    assert paper.job.origin == "https://example.org"


def test_a_segment_that_waits_is_not_live(paper):
    paper.offer()
    paper.break_off(1, Kind.THROTTLED, retry_after_s=30.0)

    assert [segment.live for segment in paper.job.segments] == [False]


def test_the_origins_and_the_limits_in_force_are_shown(make_paper):
    paper = make_paper(max_total_connections=8, max_connections_per_host=4, max_bytes_per_sec=1000)
    paper.begin(90 * MIB, 1)
    view = paper.engine.view(paper.now)

    assert view.origins == (OriginView("https://example.org", 4, 4),)
    assert view.limits == LimitsView(8, 4, 1000)


def test_an_origin_that_refuses_says_what_it_taught_and_when_it_is_asked_again(paper):
    paper.offer()
    paper.break_off(1, Kind.THROTTLED, retry_after_s=30.0)
    paper.now += 10
    (origin,) = paper.engine.view(paper.now).origins

    assert (origin.connections, origin.limit, origin.learned) == (0, 1, True)
    assert (origin.waiting_s, origin.trial_s) == (20.0, 140.0)
