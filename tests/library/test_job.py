"""A job in hand, beside a keeper that is asked."""

import pytest
from msgspec.structs import replace

from ddm.core.view import recorded
from ddm.errors import DownloadError, Exit
from ddm.failures import Failure, Kind
from ddm.library.job import Job
from ddm.library.waiting import Room
from ddm.record import JobRecord, State, Wanted
from ddm.spec import JobSpec

SPEC = JobSpec("http://me:secret@a.test/f?token=secret", "/files")
RECORD = JobRecord(3, SPEC, Wanted.RUN, State.RUNNING, name="f")


class Keeper:
    """Writes down what it is asked for."""

    def __init__(self):
        self.now = None
        self.asked = []

    def picture(self, _job):
        return self.now

    def __getattr__(self, asked):
        return lambda *jobs, **more: self.asked.append((asked, *jobs, more))


@pytest.fixture
def keeper():
    return Keeper()


@pytest.fixture
def job(keeper):
    return Job(keeper, Room(), SPEC, 3)


def view(state, **more):
    return replace(recorded(RECORD), state=state, **more)


def test_before_it_has_a_row_it_is_queued(keeper):
    job = Job(keeper, Room(), SPEC, None)
    assert (job.state, job.over, job.id) == (State.QUEUED, False, None)


def test_it_stands_as_its_manager_says(job, keeper):
    keeper.now = view(State.RUNNING, done_bytes=7)
    assert (job.state, job.view().done_bytes) == (State.RUNNING, 7)


def test_its_result_is_the_path_of_the_file(job):
    job.left(view(State.DONE))
    assert job.over
    assert str(job.result()) == "/files/f"


def test_there_is_no_result_before_it_is_over(job):
    with pytest.raises(DownloadError, match="not over") as raised:
        job.result()
    assert raised.value.code is Exit.UNFINISHED


def test_a_failure_is_an_exception_with_its_exit_status(job):
    failure = Failure(Kind.NOT_FOUND, "the server answered 404 Not Found", Exit.NOT_FOUND)
    job.left(view(State.FAILED, failure=failure))
    with pytest.raises(DownloadError, match="404") as raised:
        job.result()
    assert raised.value.code is Exit.NOT_FOUND


def test_one_that_was_removed_says_so(job):
    job.left(view(State.RUNNING, removed=True))
    with pytest.raises(DownloadError, match="was removed"):
        job.result()
    job.goes_on()
    assert job.over


@pytest.mark.parametrize("state", [State.PAUSED, State.QUEUED])
def test_one_that_rests_is_not_over(job, state):
    job.left(view(state))
    assert not job.over


def test_one_that_goes_on_is_not_over_any_more(job, keeper):
    job.left(view(State.FAILED))
    keeper.now = view(State.QUEUED)
    job.goes_on()
    assert (job.over, job.state) == (False, State.QUEUED)


def test_what_it_is_asked_is_asked_of_its_manager(job, keeper):
    job.pause()
    job.resume()
    job.remove(delete_files=True)
    job.explain()
    job.story()
    assert keeper.asked == [
        ("pause", job, {}),
        ("resume", job, {}),
        ("remove", job, {"delete_files": True}),
        ("explain", job, {}),
        ("story", job, {}),
    ]


def test_no_word_of_it_has_a_secret(job):
    words = [repr(job)]
    with pytest.raises(DownloadError) as raised:
        job.result()
    assert "secret" not in " ".join([*words, str(raised.value)])
