import pytest

from ddm.cli.asking.chosen import named, named_or_all
from ddm.errors import UsageError
from ddm.record import State
from ddm.spec import JobSpec


@pytest.fixture
def three(store):
    store.add([JobSpec("http://127.0.0.1/a", "/files")] * 3)
    store.set_state(2, State.DONE, None)
    return store


def _unfinished(job):
    return not job.state.ended


def test_each_number_is_one_job_in_the_order_given(three):
    assert [job.id for job in named(three, (3, 1, 3))] == [3, 1]


def test_a_number_that_no_job_has_is_named(three):
    with pytest.raises(UsageError, match="there is no job 7; `ddm status` lists them"):
        named(three, (1, 7))


def test_all_are_those_that_are_meant(three):
    found = named_or_all(three, (), everything=True, among=_unfinished)

    assert [job.id for job in found] == [1, 3]


def test_a_number_may_be_any_job(three):
    found = named_or_all(three, (2,), everything=False, among=_unfinished)

    assert [job.id for job in found] == [2]


@pytest.mark.parametrize(("ids", "everything"), [((), False), ((1,), True)])
def test_it_is_either_numbers_or_all(three, ids, everything):
    with pytest.raises(UsageError, match="or --all"):
        named_or_all(three, ids, everything=everything, among=_unfinished)
