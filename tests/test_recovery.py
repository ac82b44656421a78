import pytest

from ddm.byteranges import RangeSet
from ddm.disk.localdisk import LocalDisk
from ddm.http.representation import Representation
from ddm.record import Mark, PartIdentity, State, Wanted
from ddm.recovery import recover
from ddm.spec import JobSpec
from ddm.store.jobs import JobStore

BOOT, SIZE = "boot", 100
PART = PartIdentity(BOOT, 1, 2, "7")
WRITTEN, SYNCED = RangeSet.of(0, 20), RangeSet.of(0, 10)


@pytest.fixture
def store(connect):
    return JobStore(connect())


@pytest.fixture
def begun(store, tmp_path):
    """Adds a job that has fetched 0..20 of 100 bytes, in a state."""

    def added(state=State.RUNNING, part=PART, size_bytes=SIZE, name="f"):
        (job_id,) = store.add([JobSpec("http://a.test/", str(tmp_path))])
        store.set_part(job_id, name, Representation(size_bytes, '"v"'), part, 1)
        store.set_progress(job_id, WRITTEN, SYNCED)
        store.set_state(job_id, state, None)
        return job_id

    return added


def mark(job_id=1, start=20, position=50, *, incarnation=1, device=1, inode=2):
    return Mark(job_id, incarnation, device, inode, start, position)


def recovered(store, *marks, boot_id=BOOT):
    recover(store, LocalDisk(boot_id), marks, boot_id)
    return store.get(1)


def test_marks_are_joined_into_what_was_written(store, begun):
    begun()
    record = recovered(store, mark(), mark(start=70, position=80), mark(start=15, position=30))

    assert record.written == RangeSet.of(0, 50).union(RangeSet.of(70, 80))
    assert record.synced == SYNCED


@pytest.mark.parametrize(
    "other",
    [mark(incarnation=0), mark(incarnation=2), mark(device=2), mark(inode=3), mark(position=SIZE + 1)],
    ids=["earlier-life", "later-life", "device", "inode", "past-the-end"],
)  # fmt: skip
def test_marks_of_another_file_or_life_are_not(store, begun, other):
    begun()

    assert recovered(store, other).written == WRITTEN


def test_marks_are_not_joined_to_claims_of_another_boot(store, begun):
    begun(part=PartIdentity("before", 1, 2, "7"))

    assert recovered(store, mark()).written == WRITTEN


def test_marks_of_a_file_of_unknown_length_are_joined(store, begun):
    begun(size_bytes=None)

    assert recovered(store, mark(position=1000)).written.total == 1000


def test_marks_of_jobs_that_are_gone_or_have_no_file_are_passed_over(store, tmp_path):
    store.add([JobSpec("http://a.test/", str(tmp_path))])

    assert recovered(store, mark(1), mark(2)).written == RangeSet()


@pytest.mark.parametrize("state", [State.PAUSED, State.DONE, State.FAILED])
def test_marks_of_a_job_at_rest_do_no_harm(store, begun, state):
    begun(state)
    record = recovered(store, mark())

    assert (record.state, record.written) == (state, RangeSet.of(0, 50))


@pytest.mark.parametrize("state", [state for state in State if state is not State.FINISHING])
def test_what_was_in_work_is_queued_again_and_the_rest_stays(store, begun, state):
    begun(state)

    assert recovered(store).state is (state if state.ended else State.QUEUED)


def test_a_wish_stays(store, begun):
    store.wish([begun()], Wanted.PAUSE)
    record = recovered(store)

    assert (record.state, record.wanted) == (State.QUEUED, Wanted.PAUSE)


@pytest.mark.parametrize("state", [State.FINISHING, State.RUNNING])
def test_a_rename_counts_only_where_it_was_about_to_come(store, begun, tmp_path, state):
    (tmp_path / "f").write_bytes(bytes(SIZE))
    found = (tmp_path / "f").stat()
    begun(state, PartIdentity(BOOT, found.st_dev, found.st_ino))

    assert recovered(store).state is (State.DONE if state is State.FINISHING else State.QUEUED)


def test_a_rename_that_did_not_come_any_more_comes_again(store, begun, tmp_path):
    (tmp_path / "f").write_bytes(b"somebody's")
    (tmp_path / "f.part").write_bytes(bytes(SIZE))
    found = (tmp_path / "f.part").stat()
    begun(State.FINISHING, PartIdentity(BOOT, found.st_dev, found.st_ino))

    assert recovered(store).state is State.QUEUED


def test_a_rename_is_recognised_in_another_boot(store, begun, tmp_path):
    (tmp_path / "f").write_bytes(bytes(SIZE))
    found = (tmp_path / "f").stat()
    begun(State.FINISHING, PartIdentity("before", found.st_dev, found.st_ino))

    assert recovered(store).state is State.DONE


def test_a_row_without_a_file_was_not_renamed(store, tmp_path):
    store.add([JobSpec("http://a.test/", str(tmp_path))])
    store.set_state(1, State.FINISHING, None)

    assert recovered(store).state is State.QUEUED


def test_it_is_one_transaction(store, begun, connect):
    begun()
    begun(State.FINISHING)
    other = connect()
    recovered(store, mark())

    assert other.changed()
    assert [record.state for record in JobStore(other).all()] == [State.QUEUED, State.QUEUED]
