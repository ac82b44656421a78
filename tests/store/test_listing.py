import pytest

from ddm.byteranges import ByteRange, RangeSet
from ddm.errors import DamagedError
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure, Wanted
from ddm.spec import JobSpec
from ddm.store.listing import Listing

SPEC = JobSpec("http://h/a", "/files", "a", headers=(("X-Key", "secret"),))
PART = PartIdentity("boot", 1, 2)
SOME = RangeSet([ByteRange(0, 3), ByteRange(5, 9)])


@pytest.fixture
def listing(database):
    return Listing(database)


def test_a_row_is_listed_as_the_store_has_it(jobs, listing):
    jobs.add([SPEC])
    jobs.set_part(1, "b", Representation(10, '"v"'), PART, 1)
    jobs.set_progress(1, SOME, RangeSet())
    jobs.set_state(1, State.FAILED, StoredFailure("not-found", "gone", 3))
    (found,) = listing.all()

    assert (found.id, found.state, found.wanted) == (1, State.FAILED, Wanted.RUN)
    assert (found.url, found.directory) == ("http://h/a", "/files")
    assert (found.asked_name, found.name, found.size_bytes) == ("a", "b", 10)
    assert (found.written, found.done_bytes) == (SOME, 7)
    assert found.error == StoredFailure("not-found", "gone", 3)


def test_a_file_that_is_whole_is_all_there(jobs, listing):
    jobs.add([SPEC])
    jobs.set_part(1, "b", Representation(10, '"v"'), PART, 1)
    jobs.set_state(1, State.DONE, None)
    (found,) = listing.all()

    assert (found.written, found.done_bytes) == (RangeSet.of(0, 10), 10)


def test_only_some_are_listed_those_that_are_missing_left_out(jobs, listing):
    jobs.add([SPEC] * 3)

    assert [job.id for job in listing.of([3, 9, 1])] == [1, 3]
    assert listing.count() == 3


def test_what_changed_since_is_listed(jobs, listing, wall):
    jobs.add([SPEC] * 3)
    wall[0] += 10
    jobs.set_state(2, State.RUNNING, None)

    assert [job.id for job in listing.changed_since(1_005.0)] == [2]


def test_what_another_process_writes_is_noticed_once(jobs, listing, connect):
    assert not listing.changed()
    with connect().transaction():
        pass
    connect().write(
        "INSERT INTO jobs (url, directory, created_s, updated_s) VALUES ('x', '/', 0, 0)"
    )

    assert listing.changed()
    assert not listing.changed()


def test_a_database_that_is_another_file_is_noticed(listing, path):
    assert not listing.replaced()
    path.rename(path.with_name("away"))

    assert listing.replaced()


def test_claims_that_do_not_fit_their_checksum_are_none(jobs, listing, database):
    jobs.add([SPEC])
    database.write("UPDATE jobs SET written = x'00000000010203'")

    assert listing.all()[0].written == RangeSet()


def test_a_row_that_makes_no_sense_names_itself(jobs, listing, database):
    jobs.add([SPEC])
    database.write("PRAGMA ignore_check_constraints = 1")
    database.write("UPDATE jobs SET state = 'nonsense'")

    with pytest.raises(DamagedError, match="job 1 in "):
        listing.all()
