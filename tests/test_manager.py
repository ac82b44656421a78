import os
import select
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from ddm.errors import HeldError, UsageError
from ddm.http.representation import Representation
from ddm.limits import Limits
from ddm.manager import Manager
from ddm.record import PartIdentity, State
from ddm.spec import JobSpec

BODY = bytes(range(256)) * 100


class Handler(BaseHTTPRequestHandler):
    """The same body at every path but /none."""

    def do_GET(self):
        found = self.path != "/none"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(BODY) if found else 0))
        self.end_headers()
        self.wfile.write(BODY if found else b"")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


def work(manager):
    while not manager.idle:
        manager.turn()


def test_a_job_is_fetched_in_turns(server, state, tmp_path):
    with Manager.open(state, Limits()) as manager:
        manager.work_on(manager.add([JobSpec(f"{server}/file", str(tmp_path))]))
        work(manager)

    assert (tmp_path / "file").read_bytes() == BODY


def test_without_a_state_directory_nothing_but_the_file_is_left(server, tmp_path):
    with Manager.open(None, Limits()) as manager:
        manager.work_on(manager.add([JobSpec(f"{server}/file", str(tmp_path))]))
        work(manager)

    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_whoever_is_second_is_told_who_holds_the_directory(state):
    with Manager.open(state, Limits()), pytest.raises(HeldError, match=str(os.getpid())):
        Manager.open(state, Limits())


def test_closing_lets_the_next_one_in(state):
    Manager.open(state, Limits()).close()
    Manager.open(state, Limits()).close()


def test_a_manager_that_could_not_open_its_database_holds_nothing(state):
    state.mkdir()
    (state / "jobs.db").write_bytes(b"no database" * 1000)
    with pytest.raises(Exception, match=r"jobs\.db"):
        Manager.open(state, Limits())
    (state / "jobs.db").unlink()
    Manager.open(state, Limits()).close()


@pytest.mark.parametrize(
    "spec",
    [
        JobSpec("ftp://a.test/x", "/tmp"),
        JobSpec("http://a.test/x", "/tmp", name="a/b"),
        JobSpec("http://a.test/x", "/tmp", headers=(("X", "a\r\nb"),)),
    ],
    ids=["scheme", "name", "field"],
)
def test_a_job_that_makes_no_sense_is_refused_at_the_door(spec):
    with Manager.open(None, Limits()) as manager, pytest.raises(UsageError):
        manager.add([spec])


def test_a_job_that_another_process_added_is_taken_on(server, state, tmp_path):
    with Manager.open(state, Limits()) as manager:
        manager.work_on(None)
        ended = []
        manager.on_ended = ended.append
        work(manager)
        with Manager.open(None, Limits()) as other:
            assert other.idle
        from ddm.store.database import open_database  # noqa: PLC0415 - as another process would
        from ddm.store.jobs import JobStore  # noqa: PLC0415

        database = open_database(state / "jobs.db")
        JobStore(database).add([JobSpec(f"{server}/later", str(tmp_path))])
        database.close()
        while not ended:
            manager.turn()

    assert (tmp_path / "later").read_bytes() == BODY


def test_a_stop_ends_an_endless_wait(state, tmp_path):
    with Manager.open(state, Limits()) as manager:
        ids = manager.add([JobSpec("http://127.0.0.1:9/refused", str(tmp_path))])
        manager.work_on(ids)
        manager.turn(0)
        manager.stop()
        work(manager)

        assert manager.store.get(ids[0]).state is State.QUEUED


def test_a_job_left_in_the_middle_of_its_rename_is_done_if_the_name_is_there(state, tmp_path):
    (tmp_path / "renamed").write_bytes(BODY)
    there = (tmp_path / "renamed").stat()
    with Manager.open(state, Limits()) as manager:
        ids = manager.add([JobSpec(f"http://a.test/{n}", str(tmp_path)) for n in (1, 2)])
        for job_id, name in zip(ids, ("renamed", "absent"), strict=True):
            part = PartIdentity("boot", there.st_dev, there.st_ino)
            manager.store.set_part(job_id, name, Representation(len(BODY), '"v"'), part, 0)
            manager.store.set_state(job_id, State.FINISHING, None)
    with Manager.open(state, Limits()) as manager:
        states = [manager.store.get(job_id).state for job_id in ids]

    assert states == [State.DONE, State.QUEUED]


def test_its_descriptor_is_ready_when_a_turn_has_something_to_do(server, tmp_path):
    with Manager.open(None, Limits()) as manager:
        manager.work_on(manager.add([JobSpec(f"{server}/nested", str(tmp_path))]))
        poll = select.poll()
        poll.register(manager.fileno(), select.POLLIN)
        while not manager.idle:
            due = manager.reactor.deadline()
            wait_ms = None if due is None else max(0, due - manager.reactor.now) * 1000 + 1
            poll.poll(wait_ms)
            manager.turn(0)

    assert (tmp_path / "nested").read_bytes() == BODY
