from ddm.core.view import unreadable
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.record import JobRecord, State, Wanted
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
