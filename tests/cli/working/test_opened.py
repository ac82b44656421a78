import pytest

from ddm.cli.working.opened import opened_store, put_in_order
from ddm.errors import DamagedError, HeldError
from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.store.lock import ManagerLock

SPEC = JobSpec("http://127.0.0.1/a", "/files")


@pytest.fixture
def damaged(home):
    """A database that is none."""
    path = home / "state" / "ddm" / "jobs.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database" * 1000)
    return path


def test_the_queue_is_that_of_everybody(store):
    with opened_store() as opened:
        opened.add([SPEC])

    assert [job.spec for job in store.all()] == [SPEC]


def test_a_damaged_one_is_kept_aside_and_said(damaged, capsys):
    with opened_store() as opened:
        ids = opened.add([SPEC])
    (aside,) = damaged.parent.glob("jobs.db.damaged-*[0-9]")

    assert ids == [1]
    assert aside.read_bytes().startswith(b"no database")
    assert str(aside) in capsys.readouterr().err


def test_a_damaged_one_that_another_manages_is_left_alone(damaged):
    lock = ManagerLock.acquire(damaged.parent)
    with pytest.raises(DamagedError), opened_store():
        pass
    lock.release()

    assert damaged.read_bytes().startswith(b"no database")


def test_a_wish_is_in_force_once_it_was_put_in_order(store):
    store.add([SPEC])
    store.wish([1], Wanted.PAUSE)
    put_in_order()

    assert store.get(1).state is State.PAUSED


def test_where_another_manages_nothing_is_put_in_order(home, store):
    lock = ManagerLock.acquire(home / "state" / "ddm")
    with pytest.raises(HeldError):
        put_in_order()
    lock.release()


def test_damage_that_only_a_look_at_all_of_it_shows_is_found(home, store):
    store.add([SPEC] * 200)
    store._database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    store._database.close()
    path = home / "state" / "ddm" / "jobs.db"
    content = bytearray(path.read_bytes())
    content[-4096:] = b"\xff" * 4096
    path.write_bytes(content)
    with opened_store() as opened:
        found = opened.all()

    assert found == []
    assert len(list(path.parent.glob("jobs.db.damaged-*[0-9]"))) == 1
