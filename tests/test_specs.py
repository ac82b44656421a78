"""What a program asks for, made into a job."""

import os
import shutil

import pytest

from ddm.errors import UsageError
from ddm.spec import JobSpec, Route
from ddm.specs import absolute, check, spec_of

URL = "https://example.org/f"


def test_a_directory_that_is_there_takes_the_file_under_the_servers_name(tmp_path):
    spec = spec_of(URL, tmp_path)
    assert (spec.directory, spec.name) == (str(tmp_path), None)


@pytest.mark.parametrize("dest", ["new/", "new/.", "new/.."])
def test_so_does_what_can_only_be_a_directory(tmp_path, dest):
    assert spec_of(URL, f"{tmp_path}/{dest}").name is None


def test_anything_else_is_the_path_of_the_file(tmp_path):
    spec = spec_of(URL, tmp_path / "new" / "name")
    assert (spec.directory, spec.name) == (str(tmp_path / "new"), "name")


def test_a_bare_name_is_in_the_current_directory(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert spec_of(URL, "name").directory == str(tmp_path)


def test_every_option_has_its_place(tmp_path):
    spec = spec_of(
        URL,
        tmp_path,
        headers={"X-A": "1"},
        checksums=[f"SHA256={'0' * 64}"],
        mirrors=["https://b.test/f"],
        overwrite=True,
        priority=5,
        max_segments=3,
        max_bytes_per_sec=7,
        proxy="http://p.test:1",
        ca_file=tmp_path / "ca",
        insecure=True,
        allow_downgrade=True,
    )
    assert spec.route == Route("http://p.test:1", str(tmp_path / "ca"), insecure=True)
    assert spec.headers == (("X-A", "1"),)
    assert str(spec.checksums[0]) == f"sha-256:{'0' * 64}"
    assert (spec.mirrors, spec.priority, spec.max_segments) == (("https://b.test/f",), 5, 3)
    assert (spec.max_bytes_per_sec, spec.overwrite, spec.allow_downgrade) == (7, True, True)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"headers": [("Range", "bytes=0-")]}, "Range"),
        ({"headers": {"X": "a\r\nb"}}, "X"),
        ({"checksums": ["abc"]}, "abc"),
        ({"mirrors": ["ftp://a.test/"]}, "ftp"),
        ({"priority": 101}, "101"),
        ({"max_segments": -1}, "max_segments"),
        ({"max_bytes_per_sec": -1}, "max_bytes_per_sec"),
        ({"proxy": "gopher://p.test"}, "proxy"),
    ],
)
def test_what_makes_no_sense_is_named(tmp_path, wrong, named):
    with pytest.raises(UsageError, match=named):
        spec_of(URL, tmp_path, **wrong)


def test_an_empty_place_is_none():
    with pytest.raises(UsageError, match="no place"):
        spec_of(URL, "")


def test_a_name_that_no_file_can_have_is_refused():
    with pytest.raises(UsageError):
        check([JobSpec(URL, "/", name="a/b")])


def test_a_current_directory_that_was_removed_is_said(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    shutil.rmtree(gone)
    with pytest.raises(UsageError, match="removed"):
        absolute(os.curdir)
