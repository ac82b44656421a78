import hashlib
import os
import shutil
import subprocess

import pytest

from ddm.cli import door
from ddm.cli.commands import checksum
from ddm.spec import Checksum


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def files(home):
    """Writes files into the current directory."""

    def written(**contents):
        for name, data in contents.items():
            (home / name).write_bytes(data)

    return written


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("a b", "00  a b"),
        ("a\nb", "\\00  a\\nb"),
        ("a\\b", "\\00  a\\\\b"),
        ("a\rb", "\\00  a\\rb"),
    ],
)
def test_a_line_escapes_what_would_break_it(name, line):
    assert checksum.gnu_line(Checksum("sha-256", "00"), name) == line


def test_digests_are_printed_as_sha256sum_does(ddm, files):
    files(a=b"x", b=b"")

    ran = ddm("checksum", "a", "./b")

    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"{sha256(b'x')}  a\n{sha256(b'')}  ./b\n"


@pytest.mark.parametrize("spelling", ["sha-512", "SHA512", "sha512"])
def test_another_algorithm(ddm, files, spelling):
    files(a=b"x")

    assert (
        ddm("checksum", "--algo", spelling, "a").out == f"{hashlib.sha512(b'x').hexdigest()}  a\n"
    )


def test_a_file_of_several_slices(ddm, files):
    data = bytes(range(256)) * 4096 * 9
    files(a=data)

    assert ddm("checksum", "a").out == f"{sha256(data)}  a\n"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="coreutils are missing")
def test_sha256sum_prints_the_same_and_takes_it(home, capfdbinary):
    names = ["a b", "*", "\\", "new\nline", os.fsdecode(b"\xff"), " "]
    for name in names:
        (home / name).write_bytes(name.encode(errors="surrogateescape"))
    coreutils = subprocess.run(["sha256sum", "--", *names], capture_output=True, check=True).stdout

    door.run(["checksum", "--", *names])

    said = capfdbinary.readouterr().out
    assert said == coreutils
    subprocess.run(["sha256sum", "--quiet", "-c"], input=said, check=True)


def test_check_compares_every_file_that_is_named(ddm, files):
    files(a=b"x", b=b"y", SUMS=f"{sha256(b'x')}  a\nSHA256 (b) = {sha256(b'y')}\n".encode())

    ran = ddm("checksum", "--check", "SUMS")

    assert (ran.code, ran.out, ran.err) == (0, "a: OK\nb: OK\n", "")


def test_check_tells_what_does_not_match(ddm, files):
    files(a=b"x", b=b"y", SUMS=f"{sha256(b'x')}  a\n{sha256(b'x')}  b\n".encode())

    ran = ddm("checksum", "--check", "SUMS")

    assert (ran.code, ran.out) == (32, "a: OK\nb: FAILED\n")
    assert ran.err == "ddm: 1 of 2 files did not match SUMS\n"


def test_quiet_leaves_out_what_is_ok(ddm, files):
    files(a=b"x", b=b"y", SUMS=f"{sha256(b'x')}  a\n{sha256(b'x')}  b\n".encode())

    assert ddm("checksum", "-q", "--check", "SUMS").out == "b: FAILED\n"


def test_check_of_a_file_elsewhere_by_its_name(ddm, files, home):
    (home / "dir").mkdir()
    (home / "dir" / "a").write_bytes(b"x")
    files(SUMS=f"{sha256(b'x')}  ./images/a\n{sha256(b'x')}  b\n".encode())

    assert ddm("checksum", "--check", "SUMS", "dir/a").out == "dir/a: OK\n"


def test_a_file_that_the_sums_do_not_name_is_not_ok(ddm, files):
    files(a=b"x", SUMS=f"{sha256(b'x')}  b\n".encode())

    ran = ddm("checksum", "--check", "SUMS", "a")

    assert (ran.code, ran.out, ran.err) == (2, "", "ddm: SUMS has no digest of a\n")


def test_a_digest_alone_is_of_the_file_that_is_named(ddm, files):
    files(a=b"x", SUMS=sha256(b"x").encode())

    assert ddm("checksum", "--check", "SUMS", "a").out == "a: OK\n"
    ran = ddm("checksum", "--check", "SUMS")
    assert (ran.code, ran.out) == (2, "")
    assert "does not say which file" in ran.err


def test_what_is_missing_is_told_and_the_rest_is_read(ddm, files):
    files(a=b"x")

    ran = ddm("checksum", "none", "a")

    assert (ran.code, ran.out) == (3, f"{sha256(b'x')}  a\n")
    assert ran.err == "ddm: could not read none: No such file or directory\n"


def test_what_is_missing_fails_a_check(ddm, files):
    files(SUMS=f"{sha256(b'x')}  none\n".encode())

    ran = ddm("checksum", "--check", "SUMS")

    assert (ran.code, ran.out) == (3, "none: FAILED open or read\n")


def test_a_mismatch_is_graver_than_a_missing_file(ddm, files):
    files(a=b"x", SUMS=f"{sha256(b'x')}  none\n{sha256(b'y')}  a\n".encode())

    assert ddm("checksum", "--check", "SUMS").code == 32


def test_a_pipe_or_a_directory_is_not_waited_for(ddm, home):
    os.mkfifo(home / "pipe")

    ran = ddm("checksum", "pipe", home)

    assert (ran.code, ran.out) == (17, "")
    assert (
        ran.err
        == f"ddm: could not read pipe: it is no file\nddm: could not read {home}: it is no file\n"
    )


def test_control_characters_of_a_list_do_not_reach_the_terminal(ddm, files):
    files(SUMS=f"{sha256(b'x')}  \x1b[2J\n".encode())

    ran = ddm("checksum", "--check", "SUMS")

    assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to read"),
        (("-",), "stdin is not read"),
        (("--algo", "crc32", "a"), 'does not know the algorithm "crc32"'),
        (("--algo", "md5", "--check", "SUMS"), "leave --algo out"),
        (("--check", "SUMS"), "SUMS holds no digests that DDM knows"),
        (("--check", "none"), "No such file or directory"),
    ],
)
def test_what_makes_no_sense_is_usage(ddm, files, arguments, said):
    files(a=b"x", SUMS=b"<html>\n")

    ran = ddm("checksum", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
