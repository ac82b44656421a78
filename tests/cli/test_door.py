import errno
import json
import os

import pytest

from ddm.cli.commands import add, pause
from ddm.errors import DDMError, Exit


@pytest.fixture
def broken(monkeypatch):
    """Make `ddm pause` raise something."""

    def make(error):
        def raises(*_, **__):
            raise error

        monkeypatch.setattr(pause, "opened_store", raises)

    return make


def test_the_version(ddm):
    assert ddm("--version").out.startswith("ddm ")


def test_no_command_shows_the_help(ddm):
    ran = ddm()

    assert ran.code == Exit.USAGE
    assert "Usage: ddm" in ran.err


def test_an_unknown_option_is_a_usage_error(ddm):
    ran = ddm("get", "--no-such-option")

    assert ran.code == Exit.USAGE
    assert "--no-such-option" in ran.err


def test_an_error_of_ours_is_its_sentence_and_its_status(ddm, broken):
    error = DDMError("the database is in the garden; fetch it")
    error.code = Exit.STATE
    broken(error)

    assert ddm("pause", "--all") == type(ddm("pause", "--all"))(
        Exit.STATE, "", "ddm: the database is in the garden; fetch it\n"
    )


def test_an_error_that_nobody_foresaw_is_one_sentence_and_a_traceback_in_the_log(ddm, broken, home):
    broken(ZeroDivisionError("division by zero"))
    ran = ddm("pause", "--all")
    path = home / "state" / "ddm" / "ddm.log"
    lines = [json.loads(line)["line"] for line in path.read_text().splitlines()]

    assert ran.code == Exit.UNEXPECTED
    assert ran.err == (
        "ddm: this should not have happened (ZeroDivisionError: division by zero); "
        f"the traceback is in {path}\n"
    )
    assert lines[0].startswith("Traceback")
    assert lines[-1] == "ZeroDivisionError: division by zero"


def test_where_the_log_cannot_be_written_the_traceback_is_shown(ddm, broken, home):
    (home / "state").write_text("in the way")
    broken(ZeroDivisionError("division by zero"))
    ran = ddm("pause", "--all")

    assert ran.code == Exit.UNEXPECTED
    assert "ddm: Traceback" in ran.err


def test_ctrl_c_outside_of_a_download_is_quiet(ddm, broken):
    broken(KeyboardInterrupt())
    ran = ddm("pause", "--all")

    assert (ran.code, ran.err.strip()) == (Exit.INTERRUPTED, "")


def test_a_reader_that_has_gone_is_quiet(ddm, monkeypatch):
    def gone(*_):
        raise BrokenPipeError

    monkeypatch.setattr(add.click, "echo", gone)
    monkeypatch.setattr("ddm.cli.showing.voice.close_stdout", lambda: None)
    ran = ddm("add", "http://127.0.0.1/a")

    assert (ran.code, ran.err) == (Exit.NO_READER, "")


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (errno.EPIPE, Exit.NO_READER, ""),
        (errno.ENOSPC, Exit.DISK_FULL, "ddm: could not write to stdout: No space left on device\n"),
    ],
)
def test_a_stdout_that_cannot_be_written_gets_a_status_of_its_own(
    ddm, monkeypatch, number, code, said
):
    def fails(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(add.click, "echo", fails)
    monkeypatch.setattr("ddm.cli.showing.voice.close_stdout", lambda: None)
    told = []
    monkeypatch.setattr(
        "ddm.cli.showing.voice.say", lambda sentence: told.append(f"ddm: {sentence}\n")
    )
    ran = ddm("add", "http://127.0.0.1/a")

    assert (ran.code, "".join(told)) == (code, said)
