import pytest

from ddm.cli.commands.resume import _tell
from ddm.errors import Exit
from ddm.record import State, StoredFailure, Wanted
from ddm.spec import JobSpec

SPEC = JobSpec("http://127.0.0.1/a", "/files", "a")
ERROR = StoredFailure("broken", "reset", Exit.NETWORK)


def test_a_paused_job_is_queued_again(ddm, store):
    store.add([SPEC])
    ddm("pause", 1)
    ran = ddm("resume", 1)

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == "ddm: 1 http://127.0.0.1/a: queued; `ddm run` fetches it\n"
    assert (store.get(1).state, store.get(1).wanted) == (State.QUEUED, Wanted.RUN)


def test_a_failed_job_is_queued_again_without_its_error(ddm, store):
    store.add([SPEC])
    store.set_state(1, State.FAILED, ERROR)
    ran = ddm("resume", 1)

    assert ran.code == 0
    assert (store.get(1).state, store.get(1).error) == (State.QUEUED, None)


def test_all_is_what_is_paused_and_what_failed(ddm, store):
    store.add([SPEC] * 4)
    store.set_state(1, State.DONE, None)
    store.set_state(2, State.FAILED, ERROR)
    store.wish([3], Wanted.PAUSE)
    ran = ddm("resume", "--all")

    assert [line.split()[1] for line in ran.err.splitlines()] == ["2", "3"]
    assert [job.state for job in store.all()] == [State.DONE, *[State.QUEUED] * 3]


def test_a_job_that_is_done_is_said_and_is_no_error(ddm, store):
    store.add([SPEC])
    store.set_state(1, State.DONE, None)
    ran = ddm("resume", 1)

    assert ran.code == 0
    assert ran.err.endswith(": it is done already\n")
    assert store.get(1).state is State.DONE


@pytest.mark.parametrize(
    ("state", "wanted", "words"),
    [
        (State.PAUSED, Wanted.RUN, None),
        (State.PAUSED, Wanted.PAUSE, "paused again by another command"),
        (State.QUEUED, Wanted.RUN, "queued; `ddm run` fetches it"),
        (State.RUNNING, Wanted.RUN, "it is in work"),
        (State.RUNNING, Wanted.REMOVE, "too late, it is about to be removed"),
        (State.DONE, Wanted.RUN, "it is done already"),
        (State.FAILED, Wanted.RUN, "it has failed again: reset"),
    ],
)
def test_what_is_so_of_a_job_that_was_paused(record, state, wanted, words):
    error = ERROR if state is State.FAILED else None
    told = _tell(record(state=State.PAUSED), record(state=state, wanted=wanted, error=error))

    assert (told and told.words) == words


def test_a_job_that_is_gone_is_removed(record):
    assert _tell(record(), None).words == "it is removed already"
