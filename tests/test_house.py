import select
import shutil

import pytest

from ddm.errors import Exit, HeldError, StateError, UsageError
from ddm.house import House
from ddm.http.representation import Representation
from ddm.limits import Limits
from ddm.record import PartIdentity, State
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore

BODY = bytes(range(256)) * 100


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def work(manager):
    while not manager.idle:
        manager.turn()


def test_a_job_is_fetched_in_turns(server, state, tmp_path):
    with House.open(state, Limits()) as manager:
        manager.work_on(manager.add([JobSpec(f"{server.url}/file", str(tmp_path))]))
        work(manager)

    assert (tmp_path / "file").read_bytes() == BODY


def test_without_a_state_directory_nothing_but_the_file_is_left(server, tmp_path):
    with House.open(None, Limits()) as manager:
        manager.work_on(manager.add([JobSpec(f"{server.url}/file", str(tmp_path))]))
        work(manager)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_whoever_is_second_is_told_who_holds_the_directory(state):
    with (
        House.open(state, Limits()),
        pytest.raises(HeldError, match="another manager of this process"),
    ):
        House.open(state, Limits())


def test_closing_lets_the_next_one_in_and_again_is_no_error(state):
    first = House.open(state, Limits())
    first.close()
    with House.open(state, Limits()):
        first.close()


def test_a_manager_that_could_not_open_its_database_holds_nothing(state):
    (state / "jobs.db").mkdir(parents=True)
    with pytest.raises(StateError, match=r"jobs\.db"):
        House.open(state, Limits())
    (state / "jobs.db").rmdir()
    House.open(state, Limits()).close()


def test_what_was_found_is_told(state):
    state.mkdir()
    (state / "jobs.db").write_bytes(b"no database" * 1000)
    (state / "marks").mkdir()
    with House.open(state, Limits()) as manager:
        damaged, unmarked = manager.notices

    assert f"{state / 'jobs.db'} was damaged" in damaged
    assert f"{state / 'marks'} cannot be used" in unmarked


@pytest.mark.parametrize(
    "spec",
    [
        JobSpec("ftp://a.test/x", "/tmp"),
        JobSpec("http://a.test/x", "/tmp", mirrors=("ftp://b.test/x",)),
        JobSpec("http://a.test/x", "/tmp", name="a/b"),
        JobSpec("http://a.test/x", "/tmp", headers=(("X", "a\r\nb"),)),
    ],
    ids=["scheme", "mirror", "name", "field"],
)
def test_a_job_that_makes_no_sense_is_refused_at_the_door(spec):
    with House.open(None, Limits()) as manager, pytest.raises(UsageError):
        manager.add([spec])


def test_a_job_that_another_process_added_is_taken_on(server, state, tmp_path, connect):
    with House.open(state, Limits()) as manager:
        manager.work_on(None)
        ended = []
        manager.listeners.on_ended = ended.append
        work(manager)
        JobStore(connect()).add([JobSpec(f"{server.url}/later", str(tmp_path))])
        while not ended:
            manager.turn()

    assert (tmp_path / "later").read_bytes() == BODY


def test_a_stop_ends_an_endless_wait(state, tmp_path):
    with House.open(state, Limits()) as manager:
        ids = manager.add([JobSpec("http://127.0.0.1:9/refused", str(tmp_path))])
        manager.work_on(ids)
        manager.turn(0)
        manager.stop()
        work(manager)

        assert manager.store.get(ids[0]).state is State.QUEUED


def test_a_job_left_in_the_middle_of_its_rename_is_done_if_the_name_is_there(state, tmp_path):
    (tmp_path / "renamed").write_bytes(BODY)
    there = (tmp_path / "renamed").stat()
    with House.open(state, Limits()) as manager:
        ids = manager.add([JobSpec(f"http://a.test/{n}", str(tmp_path)) for n in (1, 2)])
        for job_id, name in zip(ids, ("renamed", "absent"), strict=True):
            part = PartIdentity("boot", there.st_dev, there.st_ino)
            manager.store.set_part(job_id, name, Representation(len(BODY), '"v"'), part, 0)
            manager.store.set_state(job_id, State.FINISHING, None)
    with House.open(state, Limits()) as manager:
        states = [manager.store.get(job_id).state for job_id in ids]

    assert states == [State.DONE, State.QUEUED]


def test_when_all_that_is_left_waits_for_room_one_may_give_up(server, tmp_path):
    too_much = 2 * shutil.disk_usage(tmp_path).total
    with House.open(None, Limits()) as manager:
        (job_id,) = manager.add([JobSpec(f"{server.url}/huge?{too_much}", str(tmp_path))])
        manager.work_on(None)
        while not manager.stuck:
            manager.turn()
        waits = (manager.idle, manager.store.get(job_id).state)
        manager.give_up_waiting()
        work(manager)
        error = manager.store.get(job_id).error

    assert waits == (False, State.WAITING)
    assert error.code == Exit.DISK_FULL
    assert str(tmp_path / "huge.part") in error.message


def test_its_descriptor_is_ready_when_a_turn_has_something_to_do(server, tmp_path):
    with House.open(None, Limits()) as manager:
        manager.work_on(manager.add([JobSpec(f"{server.url}/nested", str(tmp_path))]))
        poll = select.poll()
        poll.register(manager.fileno(), select.POLLIN)
        while not manager.idle:
            due = manager.reactor.deadline()
            wait_ms = None if due is None else max(0, due - manager.reactor.now) * 1000 + 1
            poll.poll(wait_ms)
            manager.turn(0)

    assert (tmp_path / "nested").read_bytes() == BODY


def test_another_one_in_its_loop_describes_what_it_fetches_itself(server, tmp_path):
    spec = JobSpec(f"{server.url}/both", str(tmp_path))
    found = []
    with House.open(None, Limits()) as house, house.describing() as within:
        within.listeners.on_ended = lambda view: found.append(view.found)
        within.work_on(within.add([spec]))
        house.work_on(house.add([spec]))
        while not (house.idle and within.idle):
            house.turn()

    assert [(each.name, each.size_bytes) for each in found] == [("both", len(BODY))]
    assert (tmp_path / "both").read_bytes() == BODY
