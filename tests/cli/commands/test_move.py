import pytest

from ddm.record import State, Wanted
from ddm.spec import JobSpec

SPEC = JobSpec("http://127.0.0.1/a", "/files", "a")


@pytest.fixture
def five(store):
    """Jobs 1 to 4 in the queue: 2 is paused, 3 in work; job 5 is done."""
    store.add([SPEC] * 5)
    for job_id, state in ((2, State.PAUSED), (3, State.RUNNING), (5, State.DONE)):
        store.set_state(job_id, state, None)
    store.wish([2], Wanted.PAUSE)
    return store


def queue(store):
    return [each.id for each in store.queue()]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((4, "first"), [4, 1, 2, 3]),
        ((1, "last"), [2, 3, 4, 1]),
        ((4, 2), [1, 4, 2, 3]),
        ((4, 3, "first"), [4, 3, 1, 2]),
        ((4, 3, 4, 2), [1, 4, 3, 2]),
        ((1, 2, 4), [3, 4, 1, 2]),
    ],
)
def test_jobs_go_where_they_were_moved(ddm, five, arguments, expected):
    assert ddm("move", *arguments).code == 0
    assert queue(five) == expected


def test_each_job_has_a_line_with_its_position(ddm, five):
    ran = ddm("move", 4, 1, "last")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        "ddm: 4 http://127.0.0.1/a: at position 3 of the queue\n"
        "ddm: 1 http://127.0.0.1/a: at position 4 of the queue\n"
    )
    assert ddm("move", "-q", 4, "first").err == ""


def test_status_lists_what_is_over_and_then_the_queue(ddm, five):
    ddm("move", 4, "first")
    rows = [line.split()[0] for line in ddm("status").out.splitlines()[1:-1]]

    assert rows == ["5", "4", "1", "2", "3"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((9, "first"), "there is no job 9; `ddm status` lists them"),
        ((5, "first"), "job 5 is done already; `ddm status` lists the queue"),
        ((1, 5), "there is no position 5: the queue has 4 jobs; say last"),
        ((1, "firts"), "'firts' is no position; say first, last, or a number, 1 for the first"),
        ((1, "0"), "'0' is no position; say first, last, or a number, 1 for the first"),
        ((1, "9" * 30), "is no position"),
        ((1,), "give the numbers of jobs, and where they go: say first, last, or a number"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_moved(ddm, five, arguments, said):
    ran = ddm("move", *arguments)

    assert ran.code == 2
    assert said in ran.err
    assert queue(five) == [1, 2, 3, 4]


def test_what_has_failed_or_is_to_be_removed_is_not_in_the_queue(ddm, five):
    five.set_state(1, State.FAILED, None)
    five.wish([3], Wanted.REMOVE)

    failed, going = ddm("move", 1, 4, "first"), ddm("move", 3, "first")

    assert failed.err == "ddm: job 1 has failed; `ddm resume 1` puts it into the queue\n"
    assert going.err == "ddm: job 3 is about to be removed\n"
    assert queue(five) == [2, 4]
