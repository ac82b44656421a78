"""A house without a real network: engine, performer, store and disk are real, time and servers are not.

And a real server, for the manager.
"""

import contextlib
import random
import re
import sqlite3
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest

from ddm.core.engine import Engine
from ddm.core.events import QueueChanged
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import Marks
from ddm.errors import BusyError
from ddm.limits import Limits
from ddm.log import open_log
from ddm.performer import Performer
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from ddm.testing.body import Body, Version
from ddm.testing.clock import VirtualClock
from ddm.testing.network import SimNetwork
from ddm.testing.origin import Internet, Origin
from ddm.testing.resolver import SimResolver
from ddm.testing.served import ServedFile, Traits
from ddm.testing.story import Story

MARKS_BYTES = 8 * (64 + 6 * 64)
BODY = bytes(range(256)) * 100
GATED_BYTES = 4 << 20
PATIENCE_S = 60.0


class Sync:
    """A sync of the log; it takes its time."""

    over, error = False, None

    def result(self):
        if self.error is not None:
            raise self.error


class Store(JobStore):
    """The real one, and a list of what was committed: whether it was synced, and which files there were then.

    unreadable: a writer was stopped while it told where the log ends, so that nobody can read. syncs: where the disk is
    slow, all that were begun.
    """

    def __init__(self, database, wall, directory):
        super().__init__(database, wall)
        self._directory = directory
        self.commits, self.unreadable, self.syncs = [], False, None

    def sync(self):
        if self.syncs is not None:
            self.syncs.append(Sync())
            return self.syncs[-1]
        if self.commits:
            self.commits[-1] = (True, self.commits[-1][1])
        return super().sync()

    def _select(self, *asked):
        if self.unreadable:
            raise BusyError("locking protocol")
        return super()._select(*asked)

    @contextlib.contextmanager
    def transaction(self, *, durable=False):
        outermost = not self._database._connection.in_transaction
        with super().transaction(durable=durable):
            yield
        if outermost:
            self.commits.append((durable, {path.name for path in self._directory.iterdir()}))


class House:
    """Files at http://a.test/NAME, fetched into `directory`; wishes and other writers come in by `other`."""

    def __init__(self, directory, path, sizes, traits):
        self.directory, self.path = directory, path
        directory.mkdir()
        self.clock = VirtualClock()
        self.bodies = {name: Body(name, size) for name, size in sizes.items()}
        self.files = {
            f"/{name}": ServedFile([(0.0, Version(body, '"v"', None))], traits)
            for name, body in self.bodies.items()
        }
        self.internet = Internet([Origin("a.test", self.files)], random.Random(1))
        self.log_path = path.parent / "ddm.log"
        self.ended = []
        with contextlib.ExitStack() as exits:
            self.database = exits.enter_context(contextlib.closing(open_database(path)))
            self.database.wait_for_others(0)
            self.store = Store(self.database, self.clock.wall, directory)
            self.other = JobStore(exits.enter_context(contextlib.closing(open_database(path))))
            self.log = exits.enter_context(contextlib.closing(open_log(self.log_path)))
            self.marks = Marks(bytearray(MARKS_BYTES), "boot")
            self.marks.clear()
            exits.callback(self.leave)
            self.restart()
            self.close = exits.pop_all().close

    def leave(self):
        """As if killed."""
        self.performer.close()

    def restart(self):
        """A performer that knows of nothing, as after a run of ddm."""
        self.network = SimNetwork(self.internet, clock=self.clock, story=Story("performer"))
        self.engine = Engine(Limits(), chance=random.Random(1), user_agent="test")
        self.disk = LocalDisk("boot")
        self.performer = Performer(
            self.engine, network=self.network, disk=self.disk, store=self.store,
            marks=self.marks, clock=self.clock, log=self.log,
            names=SimResolver(self.clock, Story("names"), random.Random(1)),
        )  # fmt: skip
        self.performer.listeners.on_ended = self.ended.append
        self.performer.submit(QueueChanged())

    def spec(self, file, /, **more):
        return JobSpec(f"http://a.test/{file}", str(self.directory), **more)

    def add(self, *files, **more):
        """Queue jobs: the id of one, or a list."""
        ids = self.store.add([self.spec(file, **more) for file in files])
        self.performer.submit(QueueChanged())
        return ids if len(ids) > 1 else ids[0]

    def wish(self, job_id, wanted, **more):
        """As another process, which the manager notices."""
        self.other.wish([job_id], wanted, **more)
        self.performer.queue_changed()

    @contextlib.contextmanager
    def busy(self):
        """Another process is in the middle of writing."""
        with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            yield

    def state(self, job_id):
        """What the row says."""
        return self.store.get(job_id).state

    def at_work(self, job_id):
        """What the engine says: the state, None if it has not got the job."""
        jobs = {view.id: view.state for view in self.engine.view(self.clock.now()).jobs}
        return jobs.get(job_id)

    def turn(self):
        due = [t for t in (self.network.deadline(), self.performer.deadline()) if t is not None]
        self.clock.advance_to(max(self.clock.now(), min(due)))
        self.network.advance(self.clock.now())
        self.performer.pump(self.clock.now())

    def turn_until(self, found):
        """Turn until `found()` is true; how many turns it took."""
        turns = 0
        while not found():
            assert turns < 10_000, "it never comes true"
            self.turn()
            turns += 1
        return turns

    def work(self):
        return self.turn_until(lambda: self.performer.idle)

    def holds_all_of(self, name, at=None):
        body = self.bodies[name]
        return (self.directory / (at or name)).read_bytes() == body.read(0, body.size)


@pytest.fixture
def build(tmp_path):
    """Builds a house that serves files of these sizes, and closes it at the end."""
    with contextlib.ExitStack() as exits:

        def built(sizes, **traits):
            house = House(
                tmp_path / "files", tmp_path / "state" / "jobs.db", sizes, Traits(**traits)
            )
            exits.callback(house.close)
            return house

        yield built


@pytest.fixture
def connect(tmp_path):
    """Opens a database at `state/jobs.db`, each time with a connection of its own that waits for nobody."""
    with contextlib.ExitStack() as exits:

        def connected():
            database = open_database(tmp_path / "state" / "jobs.db")
            database.wait_for_others(0)
            return exits.enter_context(contextlib.closing(database))

        yield connected


class Server(ThreadingHTTPServer):
    """BODY at every path but /none and /gated; of a path with a query only the head, with that length.

    /gated: any range of GATED_BYTES zeros. Half of it comes, then, once `gate` is set, all but the last byte, which
    comes once `end` is set.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.gate, self.end = Event(), Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        match self.path:
            case "/none":
                self._head(404, 0)
            case "/gated":
                self._gated()
            case _ if "?" in self.path:
                self._head(200, int(self.path.partition("?")[2]))
                self.server.end.wait(PATIENCE_S)
            case _:
                self._head(200, len(BODY))
                self.wfile.write(BODY)

    def _gated(self):
        first, last = map(int, re.findall(r"\d+", self.headers["Range"]))
        size = min(last + 1, GATED_BYTES) - first
        content_range = f"bytes {first}-{first + size - 1}/{GATED_BYTES}"
        self._head(206, size, **{"Content-Range": content_range, "ETag": '"v"'})
        with contextlib.suppress(ConnectionError):
            self.wfile.write(bytes(size // 2))
            self.server.gate.wait(PATIENCE_S)
            self.wfile.write(bytes(size - size // 2 - 1))
            self.server.end.wait(PATIENCE_S)
            self.wfile.write(bytes(1))

    def _head(self, status, length, **fields):
        self.send_response(status)
        for name, value in {"Content-Length": str(length), **fields}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as http:
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield http
        http.gate.set()
        http.end.set()
        http.shutdown()
        thread.join()
