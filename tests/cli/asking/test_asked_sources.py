import io
import sys
from pathlib import Path

import pytest

from ddm.cli.asking.asked_sources import absolute, from_stdin, listed, of_command, of_entry
from ddm.errors import UsageError
from ddm.sources.curl_command import CurlCommand
from ddm.sources.urllist import Entry
from ddm.spec import Checksum, JobSpec, Route

MD5 = Checksum("md5", "a" * 32)
LIKE = JobSpec(
    "", "/files", headers=(("Cookie", "a=b"), ("X-Key", "1")), max_segments=4, overwrite=True,
    checksums=(MD5,), route=Route("http://p:1", "/ca.pem"),
)  # fmt: skip


def _file(content, name="urls.txt"):
    file = io.BytesIO(content)
    if name:
        file.name = name
    return file


def test_a_list_is_read_with_its_name():
    assert listed(_file(b"http://h/a\n out=b\n")) == [Entry(1, "http://h/a", name="b")]

    with pytest.raises(UsageError, match=r"^urls\.txt, line 1: "):
        listed(_file(b"nope"))


def test_a_stream_without_a_name_is_the_list():
    with pytest.raises(UsageError, match=r"^the list, line 1: "):
        listed(_file(b"nope", name=None))


def test_a_line_without_an_end_is_not_read_whole():
    file = _file(b"h" * 10_000_000)

    with pytest.raises(UsageError, match="longer than 128 KiB"):
        listed(file)
    assert file.tell() < 1_000_000


def test_what_a_list_does_not_say_is_as_the_command_line_says():
    assert of_entry(Entry(1, "http://h/a"), LIKE) == JobSpec(
        "http://h/a", "/files", headers=LIKE.headers, max_segments=4, overwrite=True,
        checksums=(MD5,), route=LIKE.route,
    )  # fmt: skip


def test_what_a_list_says_goes_before_the_command_line(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    sha1 = Checksum("sha-1", "b" * 40)
    entry = Entry(
        1, "http://h/a", ("http://m/a",), "b", "~/x", (("x-key", "2"),), (sha1,), 2, False, ""
    )

    assert of_entry(entry, LIKE) == JobSpec(
        "http://h/a", f"{tmp_path}/x", "b", (("Cookie", "a=b"), ("x-key", "2")), 2, (sha1,),
        Route("", "/ca.pem"), overwrite=False, mirrors=("http://m/a",),
    )  # fmt: skip


def test_the_command_line_goes_before_a_curl_command():
    command = CurlCommand(
        "http://h/a", (("cookie", "old=1"), ("Accept", "b")), "c", Route("http://q:1", "/other.pem")
    )
    spec = of_command(command, LIKE)

    assert (spec.url, spec.name, spec.route) == ("http://h/a", "c", LIKE.route)
    assert spec.headers == (("Accept", "b"), ("Cookie", "a=b"), ("X-Key", "1"))


def test_a_curl_command_alone_is_taken_as_it_is(capsys):
    command = CurlCommand(
        "http://h/a", (("Cookie", "a=b"),), None, Route("http://q:1", "/c.pem", insecure=True)
    )

    assert of_command(command, JobSpec("", "/files")) == JobSpec(
        "http://h/a", "/files", headers=command.headers, route=command.route
    )
    assert "warning: --insecure" in capsys.readouterr().err


def test_a_curl_command_comes_from_stdin(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(b"curl 'http://h/a' -H 'Accept: b'\n"))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert from_stdin() == CurlCommand("http://h/a", (("Accept", "b"),))


def test_a_directory_of_a_list_may_be_a_strange_one():
    assert of_entry(Entry(1, "http://h/a", directory="~no-such-user/x"), LIKE).directory == str(
        Path.cwd() / "~no-such-user/x"
    )


def test_a_relative_directory_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert [absolute("."), absolute("x/"), absolute("x/..")] == [
        str(tmp_path),
        str(tmp_path / "x"),
        str(tmp_path),
    ]


def test_a_current_directory_that_was_removed_is_said(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()

    with pytest.raises(UsageError, match="the current directory was removed"):
        absolute(".")
    assert absolute("/files") == "/files"


@pytest.mark.parametrize(("said", "expected"), [(None, 5), (0, 0), (-7, -7)])
def test_a_priority_of_the_list_goes_before_that_of_the_command_line(said, expected):
    entry = Entry(1, "http://h/a", priority=said)

    assert of_entry(entry, JobSpec("", "/files", priority=5)).priority == expected
