import json
import time

import pytest

from ddm.core.view import LimitsView, QueueView
from ddm.errors import Exit
from ddm.live import LiveWriter
from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.store.lock import ManagerLock
from ddm.turns import Turns

SPEC = JobSpec("http://127.0.0.1/a", "/files", "a.bin")
NOBODY = (
    "ddm: no ddm is at work; `ddm config set max_bytes_per_sec 5M` holds from the next one on, "
    "`ddm run --limit-rate 5M` for one run\n"
)


@pytest.fixture
def at_work(home, store):
    """Another ddm, which has this limit whenever somebody looks."""
    state_dir = home / "state" / "ddm"
    lock = ManagerLock.acquire(state_dir)
    obeyed = [None]

    class Manager:
        def view(self):
            rate = store.asked_rate() if obeyed[0] is None else obeyed[0]
            return QueueView((), 0.0, 0, limits=LimitsView(64, 16, rate or 0))

        def turns(self):
            return Turns().figures()

    writer = LiveWriter(state_dir, Manager())
    yield writer, obeyed
    writer.close()
    lock.release()


@pytest.fixture
def turning(at_work, monkeypatch):
    """It turns while others sleep."""
    writer, obeyed = at_work
    now = iter(range(10**6))
    monkeypatch.setattr(time, "sleep", lambda _: writer.look(next(now)))
    return obeyed


def rates(store):
    return [job.spec.max_bytes_per_sec for job in store.all()]


def test_the_limit_of_a_job_is_in_its_row_and_told(ddm, store):
    store.add([SPEC] * 3)
    ran = ddm("limit", "5M", 1, 3)

    assert (ran.code, ran.err) == (
        0,
        "ddm: 1 http://127.0.0.1/a: at most 5 MiB/s\nddm: 3 http://127.0.0.1/a: at most 5 MiB/s\n",
    )
    assert rates(store) == [5 << 20, 0, 5 << 20]


def test_it_is_taken_off_again(ddm, store):
    store.add([SPEC])
    ddm("limit", "5M", 1)
    ran = ddm("limit", "off", 1)

    assert (ran.err, rates(store)) == ("ddm: 1 http://127.0.0.1/a: no limit of its own\n", [0])


def test_quiet_says_nothing(ddm, store):
    store.add([SPEC])

    assert ddm("limit", "-q", "5M", 1).err == ""


@pytest.mark.parametrize(
    ("job_id", "said"), [(9, "there is no job 9"), (1, "job 1 is done already"), (2, "about to be")]
)
def test_a_job_that_cannot_be_limited_is_named_and_nothing_changes(ddm, store, job_id, said):
    store.add([SPEC] * 3)
    store.set_state(1, State.DONE, None)
    store.wish([2], Wanted.REMOVE)
    ran = ddm("limit", "5M", 3, job_id)

    assert (ran.code, rates(store)) == (Exit.USAGE, [0, 0, 0])
    assert said in ran.err


def test_a_limit_of_all_is_for_a_ddm_that_is_at_work(ddm, store):
    ran = ddm("limit", "5M")

    assert (ran.code, ran.err) == (Exit.USAGE, NOBODY)
    assert store.asked_rate() is None


@pytest.mark.usefixtures("turning")
@pytest.mark.parametrize(
    ("said", "words"), [("5M", "at most 5 MiB/s"), ("off", "no limit"), ("2K", "at most 2 KiB/s")]
)
def test_a_ddm_that_is_at_work_obeys(ddm, said, words):
    ran = ddm("limit", said)

    assert ran.code == 0
    assert ran.err.startswith(f"ddm: all jobs together: {words}, until ddm ")


def test_one_that_does_not_answer_is_named(ddm, turning, monkeypatch):
    monkeypatch.setattr("ddm.cli.commands.limit._PATIENCE_S", 0.2)
    turning[0] = 7
    ran = ddm("limit", "5M")

    assert ran.code == Exit.UNFINISHED
    assert ran.err.startswith("ddm: asked for, but not done yet: ddm ")


def test_what_holds_is_shown_for_the_next_ddm_where_none_is_at_work(ddm, store, monkeypatch):
    store.add([SPEC] * 2)
    store.set_rate([2], 2048)
    monkeypatch.setenv("DDM_MAX_BYTES_PER_SEC", "5M")

    assert ddm("limit").out == "all jobs together: at most 5 MiB/s\n2 a.bin: at most 2 KiB/s\n"
    assert json.loads(ddm("limit", "--json").out) == {
        "version": 1,
        "manager": None,
        "max_bytes_per_sec": 5 << 20,
        "jobs": [{"id": 2, "max_bytes_per_sec": 2048}],
    }


def test_what_holds_is_shown_of_the_ddm_at_work(ddm, turning):
    turning[0] = 5 << 20

    assert ddm("limit").out == "all jobs together: at most 5 MiB/s\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("fast",), "is no speed"), (("--json", "5M"), "give no rate"), (("5M", "x"), "x")],
)
def test_what_makes_no_sense_is_refused(ddm, arguments, said):
    ran = ddm("limit", *arguments)

    assert ran.code == Exit.USAGE
    assert said in ran.err
