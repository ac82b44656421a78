import pytest

from ddm.cli.commands.pause import _tell
from ddm.record import State, Wanted
from ddm.spec import JobSpec

SPEC = JobSpec("http://127.0.0.1/a", "/files", "a")


def test_a_queued_job_is_paused_where_nobody_manages(ddm, store):
    store.add([SPEC, SPEC])
    ran = ddm("pause", 2, 2)

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "ddm: 2 http://127.0.0.1/a: paused\n"
    assert [job.state for job in store.all()] == [State.QUEUED, State.PAUSED]


def test_what_is_over_is_said_and_is_no_error(ddm, store):
    store.add([SPEC, SPEC, SPEC])
    for job_id, state in ((1, State.DONE), (2, State.FAILED)):
        store.set_state(job_id, state, None)
    ran = ddm("pause", 1, 2, 3)

    assert ran.code == 0
    assert [line.split(": ", 2)[2] for line in ran.err.splitlines()] == [
        "too late, it is done already",
        "it has failed already; `ddm resume 2` tries again",
        "paused",
    ]
    assert [job.wanted for job in store.all()] == [Wanted.RUN, Wanted.RUN, Wanted.PAUSE]


def test_all_is_what_is_not_over(ddm, store):
    store.add([SPEC] * 3)
    store.set_state(1, State.DONE, None)
    store.set_state(2, State.RUNNING, None)
    ran = ddm("pause", "--all")

    assert ran.err.count("paused") == 2
    assert [job.state for job in store.all()] == [State.DONE, State.PAUSED, State.PAUSED]


@pytest.mark.parametrize(
    ("state", "wanted", "words"),
    [
        (State.RUNNING, Wanted.PAUSE, None),
        (State.FINISHING, Wanted.PAUSE, None),
        (State.FINISHING, Wanted.RUN, "too late, it is being finished"),
        (State.DONE, Wanted.RUN, "too late, it is done already"),
        (State.PAUSED, Wanted.PAUSE, "paused"),
        (State.RUNNING, Wanted.REMOVE, "it is about to be removed"),
        (State.RUNNING, Wanted.RUN, "resumed by another command"),
    ],
)
def test_what_is_so_of_a_job_that_was_running(record, state, wanted, words):
    before = record(state=State.RUNNING)
    told = _tell(before, record(state=state, wanted=wanted))

    assert (told and told.words) == words


def test_a_job_that_is_gone_is_removed(record):
    assert _tell(record(), None).words == "it is removed already"
