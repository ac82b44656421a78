import io
import os
import sys

import pytest

from ddm.cli.showing import voice


@pytest.fixture
def closed_pipe(monkeypatch):
    """A stdout that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        yield stdout


def test_a_result_goes_to_stdout_and_a_message_to_stderr(capsys):
    voice.result("/files/a")
    voice.say("hello")

    assert capsys.readouterr() == ("/files/a\n", "ddm: hello\n")


def test_a_path_that_is_not_utf8_is_printed_byte_for_byte(capfdbinary):
    voice.result(os.fsdecode(b"/files/\xff"))

    assert capfdbinary.readouterr().out == b"/files/\xff\n"


def test_what_the_encoding_of_stdout_has_not_is_escaped(monkeypatch):
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stdout)
    voice.show("文.iso")

    assert stdout.buffer.getvalue() == rb"\u6587.iso" + b"\n"


def test_a_reader_that_has_gone_is_no_error(closed_pipe, capsys):
    voice.result("/files/a")
    voice.result("/files/b")

    assert capsys.readouterr().err == ""


def test_a_full_disk_behind_stdout_is_named(monkeypatch, capsys):
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device, not a path of ours
        monkeypatch.setattr(sys, "stdout", full)
        voice.result("/files/a")
        voice.close_stdout()

    assert capsys.readouterr().err == "ddm: could not write to stdout: No space left on device\n"
