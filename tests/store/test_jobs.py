import pytest
from msgspec.structs import replace

from ddm.byteranges import ByteRange, RangeSet
from ddm.entry import Claims, Entry, File, NewState
from ddm.http.representation import Representation
from ddm.record import PartIdentity, Receipt, State, StoredFailure, Wanted
from ddm.spec import Checksum, JobSpec
from ddm.store.jobs import JobStore

SPEC = JobSpec("http://127.0.0.1/f?a=b", "/d")
PART = PartIdentity("boot-1", (1 << 64) - 1, (1 << 64) - 2, "mount-1")
SEEN = Representation(7_000, 'W/"é"', "yesterday", "gzip")
WRITTEN = RangeSet((ByteRange(0, 300), ByteRange(500, 900)))
SYNCED = RangeSet.of(0, 200)
VOUCHED = (Checksum("sha-256", "ab"), Checksum("md5", "cd"))
FAILURE = StoredFailure("broken", "the network broke at \udcff", 6)


def ids(records):
    return [record.id for record in records]


def test_a_state_comes_back_with_its_failure_and_goes_without(jobs, wall):
    jobs.add([SPEC, SPEC])
    wall[0] = 2_000.0
    jobs.set_state(1, State.FAILED, FAILURE)
    found = jobs.get(1)
    assert (found.state, found.updated_s) == (State.FAILED, 2_000.0)
    assert found.error == StoredFailure("broken", "the network broke at \\udcff", 6)
    jobs.set_state(1, State.DONE, None)
    assert (jobs.get(1).state, jobs.get(1).error) == (State.DONE, None)
    assert jobs.get(2).state is State.QUEUED


def test_part_and_progress_come_back_as_they_were(jobs):
    jobs.add([SPEC])
    jobs.set_part(1, "n\udcff", SEEN, PART, 4, VOUCHED)
    jobs.set_progress(1, WRITTEN, SYNCED)
    found = jobs.get(1)
    assert (found.name, found.part, found.incarnation) == ("n\udcff", PART, 4)
    assert (found.written, found.synced, found.vouched) == (WRITTEN, SYNCED, VOUCHED)
    seen = Representation(found.size_bytes, found.etag, found.last_modified, found.content_coding)
    assert seen == SEEN


def test_claims_stay_with_the_same_part(jobs):
    jobs.add([SPEC])
    jobs.set_part(1, "n", SEEN, PART, 0, VOUCHED)
    jobs.set_progress(1, WRITTEN, SYNCED)
    jobs.set_part(1, "n", SEEN, PART, 0)
    assert (jobs.get(1).written, jobs.get(1).synced) == (WRITTEN, SYNCED)
    assert jobs.get(1).vouched == ()


@pytest.mark.parametrize("other", [{"boot_id": "boot-2"}, {"mount": "mount-2"}, {"mount": ""}])
def test_of_the_same_part_in_another_trust_epoch_only_what_was_synced_stays(jobs, other):
    jobs.add([SPEC])
    jobs.set_part(1, "n", SEEN, PART, 0)
    jobs.set_progress(1, WRITTEN, SYNCED)
    jobs.set_part(1, "n", SEEN, replace(PART, **other), 0)
    assert (jobs.get(1).written, jobs.get(1).synced) == (SYNCED, SYNCED)
    assert jobs.get(1).part == replace(PART, **other)


@pytest.mark.parametrize(
    ("part", "incarnation"),
    [(PART, 1), (replace(PART, inode=5), 0), (replace(PART, device=5), 0)],
)
def test_claims_go_with_the_part_that_they_were_about(jobs, part, incarnation):
    jobs.add([SPEC, SPEC])
    for job_id in (1, 2):
        jobs.set_part(job_id, "n", SEEN, PART, 0)
        jobs.set_progress(job_id, WRITTEN, SYNCED)
    jobs.set_part(1, "n", SEEN, part, incarnation)
    assert (jobs.get(1).written, jobs.get(1).synced) == (RangeSet(), RangeSet())
    assert jobs.get(2).written == WRITTEN


def test_what_a_dead_process_left_in_work_is_queued_again(jobs):
    jobs.add([SPEC] * len(State))
    for job_id, state in enumerate(State, start=1):
        jobs.set_state(job_id, state, None)
    left = jobs.recover()
    stay = (State.QUEUED, State.FINISHING, State.DONE, State.FAILED, State.PAUSED)
    assert left == [n for n, state in enumerate(State, start=1) if state not in stay]
    assert jobs.counts() == {
        state: 0 if state not in stay else 1 + len(left) * (state is State.QUEUED)
        for state in State
    }
    assert ids(jobs.in_state(State.FINISHING)) == [list(State).index(State.FINISHING) + 1]
    assert jobs.recover() == []


def test_a_turn_is_written_in_one_transaction(jobs, connect):
    jobs.add([SPEC])
    other = JobStore(connect())
    with jobs.transaction(durable=True):
        jobs.set_part(1, "n", SEEN, PART, 0)
        jobs.set_progress(1, WRITTEN, SYNCED)
        assert other.get(1).part is None
    assert other.get(1).written == WRITTEN


def test_writing_to_a_job_that_is_gone_is_no_error(jobs):
    jobs.set_state(7, State.DONE, None)
    jobs.set_part(7, "n", SEEN, PART, 0)
    jobs.set_progress(7, WRITTEN, SYNCED)
    jobs.drop_wish(7)
    jobs.remove(7)
    assert jobs.get(7) is None


@pytest.mark.parametrize("state", State)
def test_only_a_job_that_is_done_has_been_checked(jobs, state):
    jobs.add([SPEC])
    jobs.set_state(1, State.DONE, None)
    jobs.check_again(1)
    jobs.set_state(1, state, None)
    assert jobs.get(1).checking == (state is not State.DONE)


def test_a_dead_process_left_a_check_that_goes_on(jobs):
    jobs.add([SPEC])
    jobs.set_state(1, State.DONE, None)
    jobs.check_again(1)
    jobs.set_state(1, State.PROBING, None)
    assert jobs.recover() == [1]
    assert (jobs.get(1).state, jobs.get(1).checking) == (State.QUEUED, True)


def test_a_wish_that_cannot_be_fulfilled_is_dropped(jobs):
    jobs.add([SPEC, SPEC])
    jobs.wish([1], Wanted.PAUSE)
    jobs.wish([2], Wanted.REMOVE, delete_files=True)
    jobs.drop_wish(1)
    jobs.drop_wish(2)
    assert [record.wanted for record in jobs.all()] == [Wanted.RUN, Wanted.RUN]
    assert not jobs.get(2).delete_files


def test_a_removed_job_is_gone_and_no_other(jobs):
    jobs.add([SPEC] * 3)
    jobs.remove(2)
    assert ids(jobs.all()) == [1, 3]
    assert jobs.add([SPEC]) == [4]


def test_a_receipt_is_kept(jobs):
    jobs.add([SPEC])
    receipt = Receipt(("https://a.test/f",), ((Checksum("md5", "0" * 32), "user"),), 1.5, 7, 3)
    jobs.write(1, Entry(receipt=receipt))
    assert jobs.get(1).receipt == receipt


def test_mirrors_are_kept(jobs):
    spec = replace(SPEC, mirrors=("https://b.test/f", "https://c.test/f"))
    jobs.add([spec])
    assert jobs.get(1).spec == spec


def test_all_that_is_new_of_a_job_is_stored_in_one_stroke(jobs, wall):
    jobs.add([SPEC, SPEC])
    wall[0] = 2_000.0
    receipt = Receipt(("https://a.test/f",), (), 1.5, 7, 3)
    file, claims = File("n", SEEN, PART, 4, VOUCHED), Claims(WRITTEN, SYNCED)
    jobs.write(1, Entry(file, claims, NewState(State.FAILED, FAILURE), receipt))
    found = jobs.get(1)

    assert (found.name, found.part, found.incarnation, found.vouched) == ("n", PART, 4, VOUCHED)
    assert (found.written, found.synced) == (WRITTEN, SYNCED)
    assert (found.state, found.error.kind, found.receipt) == (State.FAILED, "broken", receipt)
    assert (found.updated_s, jobs.get(2).updated_s) == (2_000.0, 1_000.0)


def test_claims_that_come_with_another_file_are_about_that_one(jobs):
    jobs.add([SPEC])
    jobs.set_part(1, "n", SEEN, PART, 0)
    jobs.set_progress(1, WRITTEN, SYNCED)
    jobs.write(1, Entry(File("n", SEEN, PART, 1), Claims(SYNCED, RangeSet())))

    assert (jobs.get(1).written, jobs.get(1).synced) == (SYNCED, RangeSet())
