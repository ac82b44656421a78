"""`ddm checksum` as installed, beside coreutils."""

import os
import shutil
import subprocess

import pytest

from integration.servers.bodies import body
from integration.terminal import on_a_terminal

CONTENT = body(40 << 20, seed=22)

coreutils = pytest.mark.skipif(shutil.which("sha256sum") is None, reason="coreutils are missing")


@pytest.fixture
def files(download_dir):
    (download_dir / "large.bin").write_bytes(CONTENT)
    (download_dir / "odd \\ name\n").write_bytes(b"x")
    return ["large.bin", "odd \\ name\n"]


@coreutils
@pytest.mark.parametrize("name", ["sha256", "sha512", "sha1", "md5"])
def test_both_print_the_same_and_take_it(ddm, download_dir, files, name):
    theirs = subprocess.run(
        [f"{name}sum", *files], cwd=download_dir, capture_output=True, check=True, text=True
    ).stdout

    ours = ddm("checksum", "--algo", name, *files)
    assert (ours.code, ours.out, ours.err) == (0, theirs, "")
    checked = ddm("checksum", "--check", "-", stdin=theirs)
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.splitlines()[0] == "large.bin: OK"


def test_a_file_that_changed(ddm, download_dir, files):
    (download_dir / "SUMS").write_text(ddm("checksum", *files).out)
    with (download_dir / "large.bin").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(bytes([CONTENT[-1] ^ 1]))

    ended = ddm("checksum", "--quiet", "--check", "SUMS")

    assert (ended.code, ended.out) == (32, "large.bin: FAILED\n")
    assert ended.err == "ddm: 1 of 2 files did not match SUMS\n"


def test_a_file_that_is_missing(ddm):
    ended = ddm("checksum", "none")

    assert (ended.code, ended.out) == (3, "")
    assert ended.err == "ddm: could not read none: No such file or directory\n"


def test_on_a_terminal_the_line_is_gone_at_the_end(ddm, files):
    said = on_a_terminal(ddm, "checksum", "large.bin")

    assert said.rpartition("\x1b[K")[2].strip().endswith("  large.bin")


def test_help(ddm):
    ended = ddm("checksum", "--help")

    assert (ended.code, ended.err) == (0, "")
    for words in ("--algo", "--check", "--quiet", "ddm checksum --check SHA256SUMS"):
        assert words in ended.out
