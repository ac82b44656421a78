import hashlib

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from ddm.cli import get
from ddm.cli.group import ddm as group
from ddm.cli.session import session
from ddm.errors import Exit
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure
from ddm.spec import Checksum, JobSpec, Route


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


def test_an_option_given_now_replaces_that_of_last_time(ddm, refused, store, home):
    ddm("get", "--cookie", "old=1", refused)
    ran = ddm("get", "--cookie", "new=secret", "--insecure", refused)

    (job,) = store.all()
    assert job.spec.headers == (("Cookie", "new=secret"),)
    assert job.spec.route == Route(insecure=True)
    assert f"ddm: {refused}: goes on with the options given now\n" in ran.err
    assert "secret" not in ran.err


def test_the_same_options_again_are_no_news(ddm, refused):
    ddm("get", "-H", "X-Key: 1", refused)

    assert "options" not in ddm("get", "-H", "X-Key: 1", refused).err


def test_a_job_in_work_keeps_its_options(home, refused, store, capsys):
    spec = JobSpec(refused, str(home))
    store.add([spec])
    store.set_state(1, State.RUNNING, None)
    with session(quiet=False) as here:
        ids = get._jobs(here, store, [replace(spec, overwrite=True)], force_restart=False)

    assert ids == [1]
    assert "it is in work already, and keeps the options it has" in capsys.readouterr().err
    assert store.get(1).spec == spec


def test_a_file_that_is_there_is_fetched_again_to_be_overwritten(ddm, fetched, refused, store):
    ran = ddm("get", "--overwrite", refused)

    assert ran.code == Exit.NETWORK
    assert [job.state for job in store.all()] == [State.DONE, State.FAILED]
    assert fetched.read_bytes() == b"abc"


def test_a_file_that_is_there_with_the_right_digest_is_not_asked_for(ddm, fetched, refused, store):
    ran = ddm("get", "--checksum", f"md5:{hashlib.md5(b'abc').hexdigest()}", refused)

    assert (ran.code, len(store.all())) == (0, 1)


def test_a_file_that_is_there_with_another_digest_is_a_new_job(ddm, fetched, refused, store):
    ran = ddm("get", "--checksum", "md5:" + "0" * 32, refused)

    assert ran.code == Exit.NETWORK
    assert store.get(2).spec.checksums == (Checksum("md5", "0" * 32),)


def test_the_limits_of_this_run_go_before_the_configuration(ddm, refused, monkeypatch):
    monkeypatch.delenv("DDM_RETRY_MAX_ATTEMPTS")

    assert "(gave up after 1 tries)" in ddm("get", "--max-tries", 1, refused).err


def test_insecure_is_said_loudly(ddm, refused):
    assert ddm("get", "-q", "--insecure", refused).err.count("warning: --insecure") == 1


def test_a_file_of_authorities_has_to_exist(ddm, refused):
    ran = ddm("get", "--cacert", "none.pem", refused)

    assert ran.code == Exit.USAGE
    assert "none.pem" in ran.err


def test_the_help_fits_on_eighty_columns():
    said = CliRunner().invoke(group, ["get", "--help"], terminal_width=80).output

    assert max(map(len, said.splitlines())) <= 80
