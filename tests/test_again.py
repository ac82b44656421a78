import pytest
from msgspec.structs import replace

from ddm import again
from ddm.again import Queued
from ddm.byteranges import RangeSet
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure, Wanted
from ddm.spec import Checksum, JobSpec
from ddm.store.jobs import JobStore


@pytest.fixture
def spec(tmp_path):
    return JobSpec("http://127.0.0.1/a.bin", str(tmp_path))


@pytest.fixture
def store(connect):
    return JobStore(connect())


@pytest.fixture
def queue(store, spec):
    """Asks for the job, in other words if there are some; its number, and what is said of it."""

    def queued(asked=None, **more):
        (found,) = again.queue(store, [asked or spec], **more)
        return found

    return queued


@pytest.fixture
def fetched(store, spec, tmp_path):
    """A job that is done, its file of three bytes in its place."""
    (job_id,) = store.add([spec])
    store.set_part(job_id, "a.bin", Representation(3), PartIdentity("boot", 1, 1), 0)
    store.set_state(job_id, State.DONE, None)
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    return path


def test_a_file_that_is_there_is_to_be_checked(queue, store, spec, fetched):
    assert queue() == Queued(1, checking=True)
    assert (store.get(1).state, store.get(1).checking) == (State.QUEUED, True)


def test_a_file_that_somebody_is_checking_is_the_same_job(queue, store, spec, fetched):
    store.check_again(1)

    assert queue(force_restart=True) == Queued(1, checking=True)
    assert store.get(1).checking


def test_a_check_is_asked_for_with_the_options_given_now(queue, store, spec, fetched):
    other = replace(spec, headers=(("Cookie", "new=1"),))
    queue(other)

    assert store.get(1).spec == other


@pytest.mark.parametrize(
    "changes", [{"overwrite": True}, {"checksums": (Checksum("md5", "0" * 32),)}]
)
def test_a_file_that_is_to_be_another_is_a_new_job(queue, store, spec, fetched, changes):
    assert queue(replace(spec, **changes)).id == 2
    assert store.get(1).state is State.DONE


@pytest.mark.parametrize("content", [None, b"somebody else's"])
def test_a_file_that_is_gone_or_has_another_size_is_a_new_job(queue, store, spec, fetched, content):
    fetched.unlink() if content is None else fetched.write_bytes(content)

    assert queue().id == 2


def test_a_paused_job_goes_on(queue, store, spec):
    store.add([spec])
    store.set_state(1, State.PAUSED, None)
    store.wish([1], Wanted.PAUSE)

    assert queue().id == 1
    assert (store.get(1).state, store.get(1).wanted) == (State.QUEUED, Wanted.RUN)


def test_a_job_that_is_to_be_paused_is_not_any_more(queue, store, spec):
    store.add([spec])
    store.set_state(1, State.RUNNING, None)
    store.wish([1], Wanted.PAUSE)
    queue()

    assert (store.get(1).state, store.get(1).wanted) == (State.RUNNING, Wanted.RUN)


def test_a_job_that_is_to_be_removed_is_nobody_s(queue, store, spec):
    store.add([spec])
    store.wish([1], Wanted.REMOVE)

    assert queue().id == 2


@pytest.mark.parametrize("force_restart", [True, False])
def test_only_a_forced_restart_forgets_what_was_fetched(queue, store, spec, force_restart):
    store.add([spec])
    store.set_part(1, "a", Representation(3, etag='"1"'), PartIdentity("boot", 1, 1), 0)
    store.set_state(1, State.FAILED, StoredFailure("changed", "another", 41))
    queue(force_restart=force_restart)

    assert (store.get(1).etag is None) is force_restart
    assert (store.get(1).state, store.get(1).error) == (State.QUEUED, None)


def test_a_job_in_work_is_not_begun_again_and_that_is_said(queue, store, spec):
    store.add([spec])
    store.set_state(1, State.RUNNING, None)
    note = f"{spec.url}: it is in work already, and is not begun again"

    assert queue(force_restart=True) == Queued(1, note=note)


def test_a_job_in_work_keeps_its_options(queue, store, spec):
    store.add([spec])
    store.set_state(1, State.RUNNING, None)
    note = f"{spec.url}: it is in work already, and keeps the options it has"

    assert queue(replace(spec, overwrite=True)) == Queued(1, note=note)
    assert store.get(1).spec == spec


@pytest.mark.parametrize("digest", [True, False])
def test_what_came_from_several_places_counts_only_while_a_digest_decides(
    queue, store, spec, digest
):
    joined = replace(
        spec, checksums=(Checksum("md5", "0" * 32),), mirrors=("http://127.0.0.2/a.bin",)
    )
    store.add([joined])
    store.set_part(1, "a.bin", Representation(3, '"2"'), PartIdentity("boot", 1, 1), 0)
    store.set_progress(1, RangeSet.of(0, 2), RangeSet())
    store.set_state(1, State.FAILED, StoredFailure("broken", "reset", 4))
    other = () if not digest else (Checksum("md5", "1" * 32),)
    queue(replace(joined, checksums=other))

    assert bool(store.get(1).written) == digest


@pytest.mark.parametrize(
    ("listed", "said", "expected"), [(0, None, 5), (0, 0, 0), (7, None, 7), (-3, -3, -3)]
)
@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.DONE])
@pytest.mark.usefixtures("fetched")
def test_a_priority_is_given_where_one_is_said(queue, store, spec, listed, said, expected, state):
    store.prioritize(1, 5)
    store.set_state(1, state, None)
    asked = replace(spec, priority=listed)

    assert queue(asked, priority=said).id == 1
    assert store.get(1).spec == replace(spec, priority=expected)


@pytest.mark.parametrize(("listed", "expected"), [(0, 5000), (7000, 7000)])
@pytest.mark.usefixtures("fetched")
def test_a_limit_is_given_where_a_list_says_one(queue, store, spec, listed, expected):
    store.set_rate([1], 5000)
    store.set_state(1, State.QUEUED, None)

    queue(replace(spec, max_bytes_per_sec=listed))
    assert store.get(1).spec == replace(spec, max_bytes_per_sec=expected)
