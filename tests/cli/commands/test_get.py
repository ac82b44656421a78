import hashlib
import json

import pytest

from ddm.errors import Exit
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State, StoredFailure
from ddm.spec import Checksum, JobSpec, Route


@pytest.fixture
def fetched(home):
    """The file of three bytes that was fetched."""
    path = home / "a.bin"
    path.write_bytes(b"abc")
    return path


@pytest.fixture
def known(store, home, fetched):
    """Makes a job that has fetched that file."""

    def make(url):
        (job_id,) = store.add([JobSpec(url, str(home))])
        representation = Representation(3, etag='"one"')
        store.set_part(job_id, "a.bin", representation, PartIdentity("boot", 1, 1), 0)
        store.set_state(job_id, State.DONE, None)
        return url

    return make


@pytest.fixture
def gone(known, refused):
    """Its URL, where nobody answers any more."""
    return known(refused)


@pytest.fixture
def unchanged(known, httpserver):
    """Its URL, where the server still has it."""
    httpserver.expect_request("/a.bin").respond_with_data(status=304, headers={"ETag": '"one"'})
    return known(httpserver.url_for("/a.bin"))


@pytest.fixture
def changed(known, httpserver):
    """Its URL, where the server has another file by now."""
    httpserver.expect_request("/a.bin").respond_with_data(b"other", headers={"ETag": '"two"'})
    return known(httpserver.url_for("/a.bin"))


def test_a_file_that_is_there_and_could_not_be_checked_is_an_error_and_stays(
    ddm, fetched, gone, store
):
    ran = ddm("get", gone)

    assert (ran.code, ran.out) == (Exit.NETWORK, "")
    assert ran.err.startswith("ddm: a.bin: ")
    assert [job.state for job in store.all()] == [State.DONE]
    assert fetched.read_bytes() == b"abc"


def test_a_file_that_is_there_and_still_the_server_s_is_nothing_to_do(ddm, fetched, unchanged):
    ran = ddm("get", unchanged)

    assert (ran.code, ran.out) == (0, f"{fetched}\n")
    assert ran.err == "ddm: a.bin: it is there already; nothing to do\n"


def test_a_file_that_changed_on_the_server_is_said_and_stays(ddm, fetched, changed, store):
    ran = ddm("get", changed)

    assert (ran.code, ran.out) == (Exit.CHANGED, "")
    assert ran.err.startswith("ddm: a.bin: ")
    assert "--overwrite" in ran.err
    assert [job.state for job in store.all()] == [State.DONE]
    assert fetched.read_bytes() == b"abc"


def test_a_quiet_get_of_a_file_that_is_there_says_nothing(ddm, fetched, unchanged):
    ran = ddm("get", "-q", unchanged)

    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_a_paused_job_goes_on(ddm, refused, store, home):
    store.add([JobSpec(refused, str(home))])
    ddm("pause", 1)
    ran = ddm("get", refused)

    assert ran.code == Exit.NETWORK
    assert [job.state for job in store.all()] == [State.FAILED]


@pytest.mark.parametrize("other", ["-o", "-d"])
def test_another_name_or_directory_is_another_job(ddm, fetched, gone, store, other):
    ddm("get", gone, other, "b")

    assert len(store.all()) == 2


def test_a_file_that_is_gone_is_a_new_job(ddm, fetched, gone, store):
    fetched.unlink()
    ran = ddm("get", gone)

    assert ran.code == Exit.NETWORK
    assert [job.state for job in store.all()] == [State.DONE, State.FAILED]


def test_a_file_of_another_size_is_a_new_job(ddm, fetched, gone, store):
    fetched.write_bytes(b"somebody else's")
    ddm("get", gone)

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


def test_a_file_that_is_there_is_fetched_again_to_be_overwritten(ddm, fetched, gone, store):
    ran = ddm("get", "--overwrite", gone)

    assert ran.code == Exit.NETWORK
    assert [job.state for job in store.all()] == [State.DONE, State.FAILED]
    assert fetched.read_bytes() == b"abc"


def test_a_file_that_is_there_with_the_right_digest_is_the_same_job(ddm, fetched, unchanged, store):
    ran = ddm("get", "--checksum", f"md5:{hashlib.md5(b'abc').hexdigest()}", unchanged)

    assert (ran.code, len(store.all())) == (0, 1)


def test_a_file_that_is_there_with_another_digest_is_a_new_job(ddm, fetched, gone, store):
    ran = ddm("get", "--checksum", "md5:" + "0" * 32, gone)

    assert ran.code == Exit.NETWORK
    assert store.get(2).spec.checksums == (Checksum("md5", "0" * 32),)


def test_the_limits_of_this_run_go_before_the_configuration(ddm, refused, monkeypatch):
    monkeypatch.delenv("DDM_RETRY_MAX_ATTEMPTS")

    assert "(gave up after 1 try)" in ddm("get", "--max-tries", 1, refused).err


def test_insecure_is_said_loudly(ddm, refused):
    assert ddm("get", "-q", "--insecure", refused).err.count("warning: --insecure") == 1


def test_a_file_of_authorities_has_to_exist(ddm, refused):
    ran = ddm("get", "--cacert", "none.pem", refused)

    assert ran.code == Exit.USAGE
    assert "none.pem" in ran.err


def test_a_receipt_tells_of_the_jobs_of_this_command_alone(ddm, refused, store, home, unchanged):
    store.add([JobSpec("http://127.0.0.1/other", str(home))])
    ran = ddm("get", "--receipt", "r.json", unchanged, refused)

    found = json.loads((home / "r.json").read_text())
    assert ran.code == found["exit_status"] == Exit.NETWORK
    assert [(job["state"], job["exit_status"]) for job in found["jobs"]] == [
        ("done", 0),
        ("failed", Exit.NETWORK),
    ]


def test_a_receipt_that_cannot_be_written_is_known_before(ddm, refused, store):
    ran = ddm("get", "--receipt", "none/r.json", refused)

    assert ran.code == Exit.USAGE
    assert store.all() == []


def test_a_dry_run_writes_no_receipt_and_says_so(ddm, refused, home):
    ran = ddm("get", "--dry-run", "--receipt", str(home / "r.json"), refused)

    assert (ran.code, ran.err) == (
        Exit.USAGE,
        "ddm: --receipt tells what was fetched; --dry-run fetches nothing\n",
    )


def test_a_dry_run_queues_nothing(ddm, refused, store):
    ran = ddm("get", "--dry-run", "--max-tries", 1, refused)

    assert (ran.code, ran.out) == (Exit.NETWORK, "")
    assert store.all() == []


@pytest.mark.parametrize(("options", "told"), [([], False), (["-v"], True), (["-q", "-v"], False)])
def test_v_tells_the_states(ddm, refused, options, told):
    assert ("probing" in ddm("get", *options, refused).err) is told
