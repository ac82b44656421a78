import io
import json
import sys

import pytest

from ddm.errors import Exit

URL = "https://example.org/files/a.iso?sig=s1gned"
FIELDS = [("User-Agent", "Mozilla"), ("Host", "example.org"), (":path", "/"), ("Accept", "*/*")]
SECRETS = [("Cookie", "sid=s3cret"), ("X-Api-Key", "s3cret")]


def entry(url=URL, status=200, asked=(), answered=(), redirect="", **response):
    def fields(pairs):
        return [{"name": name, "value": value} for name, value in pairs]

    return {
        "request": {"method": "GET", "url": url, "headers": fields(asked)},
        "response": {"status": status, "headers": fields(answered), "redirectURL": redirect}
        | response,
    }


@pytest.fixture
def har(home):
    """A HAR with these entries; its path."""

    def write(*entries):
        path = home / "page.har"
        path.write_text(json.dumps({"log": {"entries": entries}}))
        return path

    return write


@pytest.fixture
def page(har):
    """A page, a redirect, and the file behind a cookie."""
    attachment = [
        ("Content-Disposition", "attachment; filename=../evil"),
        ("Content-Length", "999"),
    ]
    return har(
        entry("https://example.org/", content={"size": 5000, "mimeType": "text/html"}),
        entry("https://example.org/get", 302, FIELDS + SECRETS, redirect="/files/a.iso?sig=s1gned"),
        entry(asked=FIELDS + SECRETS, answered=attachment),
        entry("blob:https://example.org/1"),
    )


def test_the_file_is_added_as_add_does(ddm, page, store, home):
    ran = ddm("import-har", "-d", "/files", page)

    (job,) = store.all()
    assert (ran.code, ran.out) == (0, "1\n")
    assert (job.spec.url, job.spec.directory, job.spec.name) == (URL, "/files", None)
    assert job.spec.headers == (("User-Agent", "Mozilla"), ("Accept", "*/*"))


def test_without_the_flag_one_sentence_names_what_was_left_out(ddm, page):
    assert ddm("import-har", page).err.splitlines() == [
        (
            "ddm: 1 of 4 entries: https://example.org/files/a.iso?sig=***, <0.1 MiB;"
            " not looked at: 1 not http or https"
        ),
        (
            "ddm: left out, as they may be secrets: X-Api-Key, Cookie for https://example.org;"
            " with --allow-cookies they are stored and sent"
        ),
    ]


def test_with_the_flag_secrets_are_stored_and_a_warning_says_for_whom_and_where(
    ddm, page, store, home
):
    ran = ddm("import-har", "--allow-cookies", "-q", page)

    (job,) = store.all()
    assert job.spec.headers[2:] == (("X-Api-Key", "s3cret"), ("Cookie", "sid=s3cret"))
    assert ran.err == (
        "ddm: warning: secrets are stored: X-Api-Key, Cookie for https://example.org; "
        f"in {home / 'state' / 'ddm' / 'jobs.db'}, which you alone can read, until `ddm remove`\n"
    )


def test_a_password_in_the_url_is_a_secret_too(ddm, har, store):
    path = har(entry("https://me:s3cret@example.org/a"))
    without = ddm("import-har", path)
    ddm("import-har", "--allow-cookies", path)

    assert "the password in its URL for https://example.org" in without.err
    assert [job.spec.url for job in store.all()] == [
        "https://example.org/a",
        "https://me:s3cret@example.org/a",
    ]


def test_the_flag_without_any_secret_says_so(ddm, har):
    ran = ddm("import-har", "--allow-cookies", har(entry()))

    assert "there are no cookies or credentials in this file" in ran.err


def test_a_dry_run_prints_what_would_be_added_and_writes_nothing(ddm, page, home):
    ran = ddm("import-har", "--dry-run", "--allow-cookies", "-d", "/files", page)

    assert (ran.code, ran.out) == (
        0,
        (
            "https://example.org/files/a.iso?sig=***\n"
            "    <0.1 MiB, attachment; to /files; with User-Agent, Accept, X-Api-Key, Cookie\n"
        ),
    )
    assert "warning: this would store secrets: X-Api-Key, Cookie" in ran.err
    assert not (home / "state").exists()


@pytest.mark.parametrize("pick", ["/get$", "iso", None])
def test_nothing_secret_is_ever_shown(ddm, page, pick):
    ran = ddm("import-har", "--allow-cookies", *(["--pick", pick] if pick else []), page)
    shown = ran.err + ran.out + ddm("status", "--json").out

    assert "s3cret" not in shown
    assert "s1gned" not in shown


def test_all_are_added_in_their_order(ddm, page, store):
    ran = ddm("import-har", "--pick", "all", page)

    assert ran.out == "1\n2\n"
    assert [job.spec.url for job in store.all()] == ["https://example.org/", URL]


def test_redirects_that_lead_to_no_file_are_told(ddm, har):
    ran = ddm("import-har", "--pick", "all", har(entry(), entry("http://h/", 302, redirect="/x")))

    assert "ddm: not followed: http://h/ redirects to http://h/x, which no entry" in ran.err


def test_a_long_list_of_names_is_cut(ddm, har):
    asked = [(f"X-{number}", "a") for number in range(10)]

    assert (
        "X-7, and 2 more for https://example.org;" in ddm("import-har", har(entry(asked=asked))).err
    )


def test_names_from_the_file_reach_the_terminal_escaped(ddm, har):
    ran = ddm("import-har", "--dry-run", har(entry("https://example.org/\u202e\x9b31m?a")))

    assert (ran.code, ran.out.isascii()) == (0, True)


def test_stdin_is_a_file_too(ddm, page, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(page.read_bytes())))

    assert ddm("import-har", "-").out == "1\n"


def test_a_bad_pattern_is_refused_before_the_file_is_read(ddm, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"no JSON")))
    ran = ddm("import-har", "--pick", "(", "-")

    assert ran.code == Exit.USAGE
    assert "--pick wants a regular expression" in ran.err


def test_a_file_that_is_no_har_is_refused_by_name(ddm, home, store):
    (home / "bad.har").write_text('{"log": {"entries": [')
    ran = ddm("import-har", "bad.har")

    assert (ran.code, store.all()) == (Exit.USAGE, [])
    assert ran.err == (
        "ddm: bad.har: this is no HAR: at byte 21 it ends in the middle; "
        "save the list of the browser's network panel as HAR again\n"
    )


def test_a_file_that_cannot_be_read_is_named(ddm, monkeypatch):
    class Broken(io.RawIOBase):
        name = "page.har"

        def readable(self):
            return True

        def readinto(self, _):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Broken())))
    ran = ddm("import-har", "-")

    assert ran.code == Exit.USAGE
    assert "could not be read: Input/output error" in ran.err


def test_a_priority_is_that_of_every_job(ddm, page, store):
    assert ddm("import-har", "--priority", -5, "--pick", "all", page).code == 0
    assert {job.spec.priority for job in store.all()} == {-5}


def test_a_limit_is_that_of_every_job(ddm, page, store):
    assert ddm("import-har", "--limit-rate", "5M", "--pick", "all", page).code == 0
    assert {job.spec.max_bytes_per_sec for job in store.all()} == {5 << 20}
