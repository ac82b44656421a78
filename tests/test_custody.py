import fcntl
from contextlib import closing

import pytest

from ddm.byteranges import RangeSet
from ddm.custody import Custody
from ddm.disk import libc
from ddm.errors import HeldError, StateError
from ddm.http.representation import Representation
from ddm.record import State, Wanted
from ddm.spec import JobSpec
from ddm.store.database import open_database
from ddm.store.jobs import JobStore

BTRFS = 0x9123683E
SEEN = Representation(100, '"v"')


@pytest.fixture
def state(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def spec(tmp_path):
    return JobSpec("http://a.test/", str(tmp_path))


@pytest.fixture
def killed(state, spec, tmp_path):
    """Leaves behind a job that has 0..10 in its row and 0..30 in its file, as kill -9 does."""

    def left(incarnation=0):
        with Custody.take(state) as custody:
            (job_id,) = custody.store.add([spec])
            part = custody.disk.open_part(
                str(tmp_path), "f", exact=True, size_bytes=100, resume=None
            ).result()
            custody.store.set_part(job_id, "f", SEEN, part.identity, 0)
            custody.store.set_progress(job_id, RangeSet.of(0, 10), RangeSet())
            custody.store.set_state(job_id, State.RUNNING, None)
            custody.marks.sink(part, job_id, incarnation).write_at([bytes(30)], 0)
            part.close()
        return job_id

    return left


def test_whoever_is_second_is_told_who_holds_it(state):
    with Custody.take(state), pytest.raises(HeldError, match="another manager of this process"):
        Custody.take(state)


def test_letting_go_lets_the_next_one_in_and_again_is_no_error(state):
    first = Custody.take(state)
    first.close()
    with Custody.take(state):
        first.close()
        with pytest.raises(HeldError):
            Custody.take(state)


def test_a_new_directory_is_private_and_holds_three_files(state):
    with Custody.take(state) as custody:
        names = {path.name for path in state.iterdir()}

    assert custody.notices == ()
    assert {"jobs.db", "manager.lock", "marks"} <= names
    assert state.stat().st_mode & 0o077 == 0


def test_what_a_dead_manager_had_written_is_found(state, killed):
    job_id = killed()
    with Custody.take(state) as custody:
        record = custody.store.get(job_id)
        left = custody.marks.found()

    assert (record.state, record.written) == (State.QUEUED, RangeSet.of(0, 30))
    assert left == ()


def test_marks_of_another_life_of_a_file_are_not_believed(state, killed):
    job_id = killed(incarnation=1)
    with Custody.take(state) as custody:
        assert custody.store.get(job_id).written == RangeSet.of(0, 10)


def test_marks_of_another_boot_are_not_believed(state, killed, monkeypatch):
    job_id = killed()
    monkeypatch.setenv("DDM_BOOT_ID", "another")
    with Custody.take(state) as custody:
        assert custody.store.get(job_id).written == RangeSet.of(0, 10)


def test_wishes_that_nobody_heeded_are_put_in_force(state, spec):
    with Custody.take(state) as custody:
        ids = custody.store.add([spec, spec, spec])
        custody.store.set_state(ids[0], State.RUNNING, None)
    with closing(open_database(state / "jobs.db")) as database:
        JobStore(database).wish(ids[:2], Wanted.PAUSE)
        JobStore(database).wish(ids[2:], Wanted.REMOVE)
    with Custody.take(state) as custody:
        found = [(record.id, record.state) for record in custody.store.all()]

    assert found == [(ids[0], State.PAUSED), (ids[1], State.PAUSED)]


def test_a_damaged_database_is_kept_and_a_new_queue_begun(state, spec):
    with Custody.take(state) as custody:
        custody.store.add([spec])
    (state / "jobs.db").write_bytes(b"no database" * 1000)
    with Custody.take(state) as custody:
        (notice,) = custody.notices
        jobs = custody.store.all()
    (aside,) = state.glob("jobs.db.damaged-*")

    assert jobs == []
    assert str(aside) in notice
    assert aside.read_bytes() == b"no database" * 1000


def test_marks_are_not_joined_to_the_jobs_of_a_new_queue(state, spec, killed):
    killed()
    (state / "jobs.db").write_bytes(b"no database" * 1000)
    with Custody.take(state) as custody:
        (job_id,) = custody.store.add([spec])
    with Custody.take(state) as custody:
        assert custody.store.get(job_id).written == RangeSet()


def test_without_a_marks_file_it_works_and_says_what_that_costs(state, spec):
    (state / "marks").mkdir(parents=True)
    with Custody.take(state) as custody:
        (notice,) = custody.notices
        asked = {"exact": True, "size_bytes": None, "resume": None}
        part = custody.disk.open_part(spec.directory, "f", **asked).result()
        custody.marks.sink(part, 1, 0).write_at([b"abc"], 0)
        part.close()

    assert notice.startswith(
        f"{state / 'marks'} cannot be used (Is a directory); if ddm is killed, "
    )


@pytest.fixture
def copying(state, monkeypatch):
    """The state directory is on Btrfs, whose mappings are not safe on a full disk."""
    asked = libc.file_system

    def file_system(fd, path):
        return BTRFS if path.startswith(str(state)) else asked(fd, path)

    monkeypatch.setattr(libc, "file_system", file_system)


def test_on_a_file_system_that_cannot_have_them_marks_are_where_the_boot_lives(
    state, tmp_path, monkeypatch, copying, killed
):
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    job_id = killed()
    with Custody.take(state) as custody:
        assert custody.notices == ()
        assert custody.store.get(job_id).written == RangeSet.of(0, 30)

    assert (runtime / "ddm").stat().st_mode & 0o077 == 0


def test_each_state_directory_has_marks_of_its_own_there(
    state, tmp_path, monkeypatch, copying, killed
):
    runtime = tmp_path / "runtime"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    job_id = killed()
    with Custody.take(state.with_name("state-2")):
        pass
    with Custody.take(state) as custody:
        assert custody.store.get(job_id).written == RangeSet.of(0, 30)


@pytest.mark.parametrize("runtime", [None, "file"])
def test_without_such_a_place_it_works_and_says_so(state, tmp_path, monkeypatch, copying, runtime):
    (tmp_path / "file").touch()
    if runtime is None:
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    else:
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / runtime))
    with Custody.take(state) as custody:
        (notice,) = custody.notices

    assert "is fetched again" in notice


def test_who_could_not_open_the_database_holds_nothing(state):
    state.mkdir()
    (state / "jobs.db").mkdir()
    with pytest.raises(StateError, match=r"jobs\.db"):
        Custody.take(state)
    (state / "jobs.db").rmdir()
    Custody.take(state).close()


def test_without_a_directory_everything_is_in_memory(spec, tmp_path):
    with Custody.take(None) as first, Custody.take(None) as second:
        first.store.add([spec])

        assert second.store.all() == []
        assert (first.notices, first.marks.found()) == ((), ())
    assert list(tmp_path.iterdir()) == []


def test_what_is_kept_of_an_origin_and_makes_no_sense_is_told_once_and_dropped(state):
    with Custody.take(state) as custody:
        custody.database.write("INSERT INTO hosts VALUES ('https:a.test:443', '{', 0)")

    with Custody.take(state) as custody:
        assert custody.notices == (
            "what was kept of https:a.test:443 cannot be read and is forgotten",
        )
    with Custody.take(state) as custody:
        assert custody.notices == ()


def test_a_limit_that_a_manager_was_asked_for_is_not_the_next_one_s(state):
    with Custody.take(state) as custody:
        custody.store.ask_rate(5000)
    with closing(open_database(state / "jobs.db")) as database:
        store = JobStore(database)
        assert store.asked_rate() is None
        store.ask_rate(7000)  # too late: nobody is there

    with Custody.take(state) as custody:
        assert custody.store.asked_rate() is None


def test_what_has_a_lock_is_known_and_what_came_to_nobody_is_let_go(state, spec, tmp_path):
    with Custody.take(state) as custody:
        assert len(custody.descriptors()) == 1
        custody.disk.open_part(str(tmp_path), "f", exact=True, size_bytes=None, resume=None)
        assert len(custody.descriptors()) == 2

    assert custody.descriptors() == (-1,)
    with (tmp_path / "f.part").open() as part:
        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
