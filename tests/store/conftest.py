import pytest

from ddm.store.database import open_database
from ddm.store.jobs import JobStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "jobs.db"


@pytest.fixture
def connect(path):
    """Opens the database, each time with a connection of its own, and closes it at the end."""
    opened = []

    def connected(where=path, **options):
        opened.append(open_database(where, **options))
        return opened[-1]

    yield connected
    for database in opened:
        database.close()


@pytest.fixture
def database(connect):
    return connect()


@pytest.fixture
def wall():
    """The time that it is: a list of one number."""
    return [1_000.0]


@pytest.fixture
def jobs(database, wall):
    return JobStore(database, lambda: wall[0])
