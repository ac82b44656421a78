import math

import pytest
from msgspec.structs import replace

from ddm.core.view import recorded
from ddm.errors import UsageError
from ddm.library.pace import Pace
from ddm.record import JobRecord, State, Wanted
from ddm.spec import JobSpec

SPEC = JobSpec("http://a.test/f", "/files")


def view(job_id, done_bytes):
    record = JobRecord(job_id, SPEC, Wanted.RUN, State.RUNNING)
    return replace(recorded(record), done_bytes=done_bytes)


def ids(views):
    return [view.id for view in views]


@pytest.fixture
def pace():
    return Pace(4.0)


def test_only_jobs_of_which_more_is_there_are_told(pace):
    assert ids(pace.moved([view(1, 10), view(2, 0)], 0.0)) == [1]
    assert ids(pace.moved([view(1, 10), view(2, 7)], 1.0)) == [2]


def test_what_a_job_began_with_is_no_progress(pace):
    pace.begin(view(1, 500))
    assert ids(pace.moved([view(1, 500)], 0.0)) == []
    pace.end(1)
    assert ids(pace.moved([view(1, 500)], 1.0)) == [1]


def test_less_than_before_is_told_too(pace):
    pace.begin(view(1, 500))
    assert ids(pace.moved([view(1, 0)], 0.0)) == [1]


def test_it_is_told_so_often_and_no_more(pace):
    assert pace.due(100.0)
    pace.moved([], 100.0)
    assert [pace.due(at) for at in (100.1, 100.24, 100.25)] == [False, False, True]


def test_a_turn_is_wanted_only_if_there_was_one_since(pace):
    assert pace.deadline() is None
    pace.due(100.0)
    pace.moved([], 100.0)
    assert pace.deadline() is None
    pace.due(100.1)
    assert pace.deadline() == 100.25
    pace.due(100.25)
    pace.moved([], 100.25)
    assert pace.deadline() is None


@pytest.mark.parametrize(("per_s", "next_s"), [(1000.0, 0.05), (math.inf, 0.05), (0.5, 2.0)])
def test_it_is_told_no_more_often_than_it_is_known(per_s, next_s):
    pace = Pace(per_s)
    pace.moved([], 0.0)
    pace.due(0.01)
    assert pace.deadline() == next_s


def test_none_is_told_where_none_is_wanted():
    pace = Pace(0.0)
    assert not pace.due(100.0)
    assert pace.deadline() is None


@pytest.mark.parametrize("per_s", [-1.0, math.nan])
def test_a_rate_that_makes_no_sense_is_refused(per_s):
    with pytest.raises(UsageError, match="progress_per_s is"):
        Pace(per_s)
