from ddm.errors import Exit
from ddm.store.lock import ManagerLock


def test_an_empty_queue_is_said_and_is_no_error(ddm):
    ran = ddm("run")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith("ddm: nothing to do")


def test_every_queued_job_is_fetched_and_failures_are_told(ddm, refused):
    ddm("add", refused, refused + "2")
    ran = ddm("run", "--jobs", 1)

    assert ran.code == Exit.NETWORK
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == [
        "a.bin",
        "a.bin2",
        "0 of 2 done, 0 MiB",
    ]


def test_while_another_ddm_holds_the_queue_it_says_who(ddm, home):
    lock = ManagerLock.acquire(home / "state" / "ddm")
    ran = ddm("run")
    lock.release()

    assert ran.code == Exit.HELD
    assert ran.err.startswith("ddm: another ddm (process ")


def test_a_number_of_jobs_out_of_bounds_is_a_usage_error(ddm):
    assert ddm("run", "--jobs", "-1").code == Exit.USAGE


def test_jobs_that_trust_any_certificate_are_said_loudly(ddm, refused):
    ddm("add", "--insecure", refused)

    assert ddm("run", "-q").err.count("--insecure") == 1


def test_the_limits_of_this_run_go_before_the_configuration(ddm, refused, monkeypatch):
    monkeypatch.delenv("DDM_RETRY_MAX_ATTEMPTS")
    ddm("add", refused)

    assert "(gave up after 1 tries)" in ddm("run", "--max-tries", 1).err
