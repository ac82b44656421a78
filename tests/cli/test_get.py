import pytest

from ddm.errors import Exit
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure
from ddm.spec import JobSpec


@pytest.fixture
def fetched(store, refused, home):
    """A job that is done, its file of three bytes in the current directory."""
    (job_id,) = store.add([JobSpec(refused, str(home))])
    store.set_part(job_id, "a.bin", Representation(3), PartIdentity("boot", 1, 1), 0)
    store.set_state(job_id, State.DONE, None)
    path = home / "a.bin"
    path.write_bytes(b"abc")
    return path


def test_a_file_that_is_there_is_said_and_not_asked_for(ddm, fetched, refused):
    ran = ddm("get", refused)

    assert (ran.code, ran.out) == (0, f"{fetched}\n")
    assert ran.err == "ddm: a.bin: it is there already; nothing to do\n"


def test_a_quiet_get_of_a_file_that_is_there_says_nothing(ddm, fetched, refused):
    ran = ddm("get", "-q", refused)

    assert (ran.code, ran.out, ran.err) == (0, "", "")


@pytest.mark.parametrize("other", ["-o", "-d"])
def test_another_name_or_directory_is_another_job(ddm, fetched, refused, store, other):
    ddm("get", refused, other, "b")

    assert len(store.all()) == 2


def test_a_file_that_is_gone_is_a_new_job(ddm, fetched, refused, store):
    fetched.unlink()
    ran = ddm("get", refused)

    assert ran.code == Exit.NETWORK
    assert [job.state for job in store.all()] == [State.DONE, State.FAILED]


def test_a_file_of_another_size_is_a_new_job(ddm, fetched, refused, store):
    fetched.write_bytes(b"somebody else's")
    ddm("get", refused)

    assert len(store.all()) == 2


def test_a_job_that_failed_goes_on(ddm, refused, store, home):
    store.add([JobSpec(refused, str(home))])
    store.set_state(1, State.FAILED, StoredFailure("broken", "reset", Exit.NETWORK))
    ran = ddm("get", refused)

    assert [job.id for job in store.all()] == [1]
    assert ran.code == Exit.NETWORK
    assert ran.err.startswith("ddm: a.bin: could not connect")
    assert ran.err.count("\n") == 1


def test_the_same_url_twice_is_one_job(ddm, refused, store):
    ddm("get", refused, refused)

    assert len(store.all()) == 1


def test_an_empty_list_is_no_error(ddm, home):
    (home / "urls.txt").write_text("# nothing today\n")

    assert ddm("get", "-i", "urls.txt").code == 0


def test_a_bad_configuration_has_its_own_status(ddm, monkeypatch, refused):
    monkeypatch.setenv("DDM_MAX_JOBS", "many")

    assert ddm("get", refused).code == Exit.BAD_CONFIG
