import os
import sys
from contextlib import contextmanager

import pytest

from ddm.cli.working import to_stdout
from ddm.spec import JobSpec

URL = "http://127.0.0.1:9/a.bin"


@pytest.fixture
def stdout(monkeypatch):
    """Lets this process have another stdout for a while."""

    @contextmanager
    def given(file):
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", file)
            yield

    return given


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("-d", ["."]),
        ("--overwrite", []),
        ("--dry-run", []),
        ("--receipt", ["r.json"]),
        ("--force-restart", []),
    ],
)
def test_options_of_files_that_are_kept_are_refused(ddm, option, value):
    ran = ddm("get", "-o", "-", option, *value, URL)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"ddm: {option} is about files that are kept; -o - passes one on")


def test_a_list_is_refused(ddm, home):
    (home / "urls").write_text(URL)

    assert ddm("get", "-o", "-", "-i", home / "urls").code == 2


@pytest.mark.parametrize("urls", [(), (URL, URL + "2")], ids=["none", "two"])
def test_there_is_exactly_one_url(ddm, home, stdout, urls):
    with (home / "out").open("wb") as file, stdout(file):
        assert ddm("get", "-o", "-", *urls).code == 2


def test_a_closed_stdout_is_refused(ddm, stdout):
    with stdout(None):
        ran = ddm("get", "-o", "-", URL)

    assert (ran.code, ran.err) == (2, "ddm: stdout is closed; -o - writes the file to it\n")


def test_a_terminal_is_refused(ddm, stdout):
    ours, theirs = os.openpty()
    with os.fdopen(theirs, "wb") as terminal, stdout(terminal):
        ran = ddm("get", "-o", "-", URL)
    os.close(ours)

    assert ran.code == 2
    assert "stdout is a terminal" in ran.err
    assert "name a file with -o" in ran.err


def test_what_failed_before_the_first_byte_says_nothing_of_stdout(here, refused, home, capsys):
    with (home / "out").open("wb") as file:
        code = to_stdout.pass_on(here, JobSpec(refused, str(home)), file.fileno())

    said = capsys.readouterr()
    assert (code, (home / "out").read_bytes(), said.out) == (6, b"", "")
    assert "taken back" not in said.err
    assert said.err.count("\n") == 1


def test_nothing_is_kept_of_it(ddm, refused, home, stdout):
    with (home / "out").open("wb") as file, stdout(file):
        assert ddm("get", "-o", "-", refused).code == 6

    assert not (home / "state" / "ddm" / "jobs.db").exists()
    assert [path.name for path in home.iterdir() if path.is_file()] == ["out"]
