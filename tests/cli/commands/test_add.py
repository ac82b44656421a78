import io
import sys

import pytest

from ddm.errors import Exit
from ddm.spec import Route
from ddm.store.lock import ManagerLock


def test_ids_are_printed_one_a_line_and_the_jobs_are_in_the_store(ddm, store):
    ran = ddm("add", "http://127.0.0.1/a", "http://127.0.0.1/b", "-d", "/files")

    assert (ran.code, ran.out, ran.err) == (0, "1\n2\n", "")
    assert [(job.spec.url, job.spec.directory) for job in store.all()] == [
        ("http://127.0.0.1/a", "/files"),
        ("http://127.0.0.1/b", "/files"),
    ]


def test_the_same_url_again_is_another_job(ddm):
    ddm("add", "http://127.0.0.1/a")

    assert ddm("add", "http://127.0.0.1/a").out == "2\n"


def test_it_works_while_another_ddm_holds_the_queue(ddm, home):
    lock = ManagerLock.acquire(home / "state" / "ddm")

    assert ddm("add", "http://127.0.0.1/a").out == "1\n"
    lock.release()


def test_a_damaged_queue_is_kept_aside_and_a_new_one_begun(ddm, home):
    path = home / "state" / "ddm" / "jobs.db"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database" * 1000)
    ran = ddm("add", "http://127.0.0.1/a")

    assert (ran.code, ran.out) == (0, "1\n")
    assert "it is kept as" in ran.err


def test_urls_come_from_stdin(ddm, monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b"http://127.0.0.1/a\n# no\nhttp://127.0.0.1/b\n"))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert ddm("add", "-i", "-").out == "1\n2\n"


def test_one_bad_url_adds_nothing(ddm, store):
    ran = ddm("add", "http://127.0.0.1/a", "ftp://127.0.0.1/b")

    assert ran.code == Exit.USAGE
    assert store.all() == []


def test_how_to_ask_is_stored_and_status_shows_nothing_of_it(ddm, store, home):
    (home / "ca.pem").touch()
    secrets = ("-H", "X-Key: s3cret", "--cookie", "a=s3cret", "--user", "me:s3cret")
    route = ("--proxy", "http://me:s3cret@127.0.0.1:1", "--cacert", "ca.pem", "--insecure")
    ran = ddm("add", *secrets, *route, "--referer", "http://h/s3cret", "http://127.0.0.1/a")

    (job,) = store.all()
    assert [name for name, _ in job.spec.headers] == [
        "X-Key",
        "Cookie",
        "Referer",
        "Authorization",
    ]
    assert job.spec.route == Route(
        "http://me:s3cret@127.0.0.1:1", str(home / "ca.pem"), insecure=True
    )
    assert ran.err.count("warning: --insecure") == 1
    shown = ran.err + ddm("status").out + ddm("status", "--json").out + repr(job)
    assert "s3cret" not in shown
    assert "bWU6czNjcmV0" not in shown


@pytest.mark.parametrize(("options", "hint"), [([], True), (["-q"], False)])
def test_on_a_terminal_the_next_step_is_told(ddm, monkeypatch, options, hint):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    ran = ddm("add", *options, "http://127.0.0.1/a")

    assert ran.out == "1\n"
    assert ("`ddm run`" in ran.err) == hint


def test_a_dry_run_queues_nothing(ddm, refused, store):
    ran = ddm("add", "--dry-run", refused)

    assert (ran.code, ran.out) == (Exit.NETWORK, "")
    assert store.all() == []


def test_a_job_of_the_queue_is_never_for_stdout(ddm, store):
    ran = ddm("add", "-o", "-", "http://127.0.0.1/a")

    assert (ran.code, store.all()) == (Exit.USAGE, [])
    assert "`ddm get`" in ran.err


def test_a_limit_of_each_goes_with_the_job_and_a_list_says_it_better(ddm, store, home):
    (home / "list").write_text("http://127.0.0.1/a\n  max-download-limit=2K\nhttp://127.0.0.1/b\n")

    assert ddm("add", "--limit-rate", "5M", "-i", home / "list").code == 0
    assert [job.spec.max_bytes_per_sec for job in store.all()] == [2048, 5 << 20]
