import pytest

from ddm.record import JobRecord, State, StoredFailure, Wanted
from ddm.spec import Checksum, JobSpec
from ddm.testing.scenario import Scenario
from ddm.testing.story import Violation
from ddm.testing.verdict import Judge


@pytest.fixture
def judge(internet, disk, story):
    return Judge(Scenario((), []), internet, disk, story)


def record(state, kind="broken", *, path="f", **spec):
    error = StoredFailure(kind, "why", 6) if state is State.FAILED else None
    spec = JobSpec(f"http://a.test/{path}", "/d", **spec)
    return JobRecord(1, spec, Wanted.RUN, state, "f", error=error)


def test_what_can_be_had_has_to_be_done(judge):
    judge.check_end(record(State.DONE))
    with pytest.raises(Violation, match="ended failed: why"):
        judge.check_end(record(State.FAILED))


@pytest.mark.parametrize("state", [State.QUEUED, State.PAUSED, State.RUNNING])
def test_nothing_is_left_in_between(judge, state):
    with pytest.raises(Violation, match=f"ended {state.value}"):
        judge.check_end(record(state))


def test_what_is_not_there_may_fail_and_never_be_done(judge):
    judge.check_end(record(State.FAILED, path="nothing"))
    with pytest.raises(Violation, match="there is no file"):
        judge.check_end(record(State.DONE, path="nothing"))


def test_a_checksum_of_no_version_is_never_done(judge):
    wrong = (Checksum("sha-256", "0" * 64),)

    judge.check_end(record(State.FAILED, "digest-mismatch", checksums=wrong))
    with pytest.raises(Violation, match="checksum"):
        judge.check_end(record(State.DONE, checksums=wrong))


def test_a_file_is_in_the_way_only_if_there_is_one(judge, disk):
    with pytest.raises(Violation, match="ended failed"):
        judge.check_end(record(State.FAILED, "file-exists", name="f"))
    disk.put_foreign("/d/f")
    judge.check_end(record(State.FAILED, "file-exists", name="f"))


def test_a_second_file_for_one_job_is_seen(judge, disk, part, version):
    part.write_at([version.body.read(0, version.body.size)], 0)
    part.sync()
    part.publish(exact=True)

    judge.check_strays([record(State.DONE)], [])
    judge.check_strays([], ["/d/f"])
    with pytest.raises(Violation, match="are there"):
        judge.check_strays([], [])
