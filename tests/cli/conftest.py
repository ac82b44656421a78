import socket
from dataclasses import dataclass

import pytest

from ddm.byteranges import RangeSet
from ddm.cli import door
from ddm.cli.showing.tally import Picture
from ddm.cli.working.session import session
from ddm.core.view import JobView, LimitsView, QueueView
from ddm.lateness import LateFigures, LateTurn
from ddm.live import Live
from ddm.record import JobRecord, State, Wanted
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore
from ddm.store.listing import ListedJob
from ddm.store.rows import claims_out
from ddm.turns import LongTurn, TurnFigures

MIB = 1 << 20

LONG_TURN = LongTurn(0.08, 0.009, "writing", 0.071, 1.5)
LATE = LateFigures(1, LateTurn(0.32, "asyncio", 1.5))


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Directories of the test's own for state and configuration; it is the current one as well."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("DDM_CONFIG", "NO_COLOR", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ddm(home, capsys):
    """Run one command line in this process."""

    def run(*arguments):
        code = door.run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def store(home):
    """The store that `ddm` uses."""
    database = open_database(home / "state" / "ddm" / "jobs.db")
    yield JobStore(database)
    database.close()


@pytest.fixture
def refused(monkeypatch):
    """A URL that nobody answers, and one try is enough."""
    monkeypatch.setenv("DDM_RETRY_MAX_ATTEMPTS", "1")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and never listens
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/a.bin"


@pytest.fixture
def here(home):
    """A quiet session."""
    with session(quiet=True) as made:
        yield made


@pytest.fixture
def job_view():
    def make(**changes):
        values = {
            "id": 1,
            "state": State.RUNNING,
            "name": "a.iso",
            "directory": "/files",
            "url": "http://host/a.iso",
            "size_bytes": 512 * MIB,
            "done_bytes": 120 * MIB,
            "speed_bps": 98.0 * MIB,
            "eta_s": 4.0,
            "connections": 16,
            "segments_done": 3,
            "segments_total": 8,
        }
        return JobView(**(values | changes))

    return make


@pytest.fixture
def picture(job_view):
    def make(*jobs, **changes):
        values = {
            "jobs": jobs or (job_view(),),
            "done": 3,
            "failed": 0,
            "total": 24,
            "done_bytes": 120 * MIB,
            "size_bytes": 512 * MIB,
            "speed_bps": 98.0 * MIB,
            "connections": 16,
        }
        return Picture(**(values | changes))

    return make


@pytest.fixture
def record():
    def make(**changes):
        values = {
            "id": 1,
            "spec": JobSpec("http://me:secret@host/a.iso?sig=secret", "/files"),
            "wanted": Wanted.RUN,
            "state": State.QUEUED,
        }
        return JobRecord(**(values | changes))

    return make


@pytest.fixture
def listed():
    """A row as a list reads it."""

    def make(**changes):
        values = {
            "id": 1,
            "wanted": Wanted.RUN,
            "state": State.QUEUED,
            "checking": False,
            "url": "http://me:secret@host/a.iso?sig=secret",
            "directory": "/files",
            "asked_name": None,
            "name": None,
            "size_bytes": None,
            "claims": b"",
            "error": None,
            "created_s": 0.0,
            "updated_s": 0.0,
        }
        values |= changes
        claims = claims_out(values["claims"]) if values["claims"] else RangeSet()
        return ListedJob(**values, written_bytes=claims.total)

    return make


@pytest.fixture
def live():
    """What a manager says of these jobs in work."""

    def make(*views, **changes):
        queue = {
            "jobs": views,
            "speed_bps": sum(view.speed_bps for view in views),
            "connections": sum(view.connections for view in views),
            "limits": LimitsView(64, 16, 0),
        }
        turns = TurnFigures(2, 0.1, (1, 0, 0, 0, 0, 0, 1, 0, 0, 0), LONG_TURN, late=LATE)
        return Live(4711, 0.0, QueueView(**(queue | changes)), turns=turns)

    return make
