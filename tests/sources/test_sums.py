import hashlib
import io
import os
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ddm.cli.commands.checksum import gnu_line
from ddm.errors import UsageError
from ddm.sources import sums
from ddm.sources.sums import Sum, find, parse
from ddm.spec import Checksum

HEX = {
    name: hashlib.new(name.replace("-", ""), b"x").hexdigest()
    for name in ("md5", "sha-1", "sha-256", "sha-512")
}
SHA256 = Checksum("sha-256", HEX["sha-256"])
OTHER = Checksum("sha-256", "0" * 64)


def one(line):
    """What a single line is: its name and its digest, or None."""
    found = parse([line.encode() if isinstance(line, str) else line])
    return (found[0].name, found[0].checksum) if found else None


@pytest.mark.parametrize("algorithm", HEX)
def test_the_length_tells_the_algorithm(algorithm):
    assert one(f"{HEX[algorithm]}  a") == ("a", Checksum(algorithm, HEX[algorithm]))


@pytest.mark.parametrize(
    ("tag", "algorithm"),
    [
        ("MD5", "md5"),
        ("SHA1", "sha-1"),
        ("SHA256", "sha-256"),
        ("SHA512", "sha-512"),
        ("SHA2-256", "sha-256"),
    ],
)
def test_a_tag_tells_the_algorithm(tag, algorithm):
    digits = HEX[algorithm]

    assert one(f"{tag} (a) = {digits}") == ("a", Checksum(algorithm, digits))
    assert one(f"{tag}(a)= {digits}") == ("a", Checksum(algorithm, digits))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("{}  a b.iso", "a b.iso"),
        ("{} *a.iso", "a.iso"),
        ("{}  *a", "*a"),
        ("{}   a", " a"),
        ("{} a", "a"),
        ("{}\ta", "a"),
        ("{}  ./dir/a", "./dir/a"),
        ("{}  a\r", "a"),
        ("\\{}  a\\nb\\\\c\\r", "a\nb\\c\r"),
        ("{}  a\\nb", "a\\nb"),
        ("\\SHA256 (a\\nb) = {}", "a\nb"),
        ("SHA256 (a) = (b) = {}", "a) = (b"),
        ("{}", ""),
        ("  {}  ", ""),
    ],
)
def test_names_are_as_the_line_says(line, name):
    assert one(line.format(HEX["sha-256"])) == (name, SHA256)


def test_digits_may_be_large():
    assert one(f"{HEX['sha-256'].upper()}  a") == ("a", SHA256)


def test_a_name_that_is_no_utf8_is_the_file_systems():
    assert one(HEX["sha-256"].encode() + b"  \xff") == (os.fsdecode(b"\xff"), SHA256)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# a comment",
        "-----BEGIN PGP SIGNED MESSAGE-----",
        "Hash: SHA256",
        f"{HEX['sha-256'][1:]}  a",
        f"{HEX['sha-256']}0  a",
        f"{'0' * 56}  a",  # SHA-224
        f"{HEX['sha-256']}a",
        f"SHA512 (a) = {HEX['sha-256']}",
        f"SHA512/256 (a) = {HEX['sha-256']}",
        f"SHA3-256 (a) = {HEX['sha-256']}",
        f"{HEX['sha-256']}  a\0b",
        f"\\{HEX['sha-256']}  a\\x",
        f"\\{HEX['sha-256']}  a\\",
        f"{HEX['sha-256']}  {'a' * sums.LINE_BYTES_MAX}",
        "<!doctype html>",
    ],
)
def test_what_is_no_digest_is_passed_over(line):
    assert one(line) is None


def test_a_file_keeps_its_order_and_may_have_a_byte_order_mark():
    data = f"\ufeff{SHA256.hex}  a\n\n{OTHER.hex}  b\r\n".encode()

    assert sums.read(io.BytesIO(data)) == [Sum("a", SHA256), Sum("b", OTHER)]


def test_a_file_that_is_too_long_is_refused(monkeypatch):
    monkeypatch.setattr(sums, "FILE_BYTES_MAX", 1 << 20)

    with pytest.raises(UsageError, match="1 MiB at most"):
        sums.read(io.BytesIO(b"\n" * ((1 << 20) + 1)))


def test_too_many_lines_are_refused(monkeypatch):
    monkeypatch.setattr(sums, "SUMS_MAX", 2)

    with pytest.raises(UsageError, match="2 lines at most"):
        parse([f"{SHA256.hex}  a".encode()] * 3)


@pytest.mark.parametrize("name", ["a.iso", "dir/a.iso", "/elsewhere/a.iso"])
def test_a_digest_is_found_by_the_last_part_of_its_name(name):
    assert find([Sum("b", OTHER), Sum("./images/a.iso", SHA256)], name) == SHA256


def test_the_very_name_goes_before_the_last_part():
    assert find([Sum("x/a", OTHER), Sum("a", SHA256)], "a") == SHA256


def test_the_strongest_digest_is_found():
    md5 = Checksum("md5", HEX["md5"])

    assert find([Sum("a", md5), Sum("a", SHA256), Sum("a", md5)], "a") == SHA256


def test_what_is_not_named_is_not_found():
    assert find([Sum("a", SHA256)], "b") is None
    assert find([], "b") is None


def test_a_single_digest_without_a_name_is_of_any_file():
    assert find([Sum("", SHA256)], "a") == SHA256
    assert find([Sum("", SHA256), Sum("", OTHER)], "a") is None


def test_lines_that_contradict_each_other_are_refused():
    with pytest.raises(UsageError, match="several sha-256 digests of a"):
        find([Sum("x/a", SHA256), Sum("y/a", OTHER)], "a")


@given(st.lists(st.binary(max_size=200), max_size=5))
def test_no_bytes_are_too_odd(lines):
    for found in parse(lines):
        assert find([found], found.name) == found.checksum


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
    st.sampled_from(list(HEX)),
)
def test_what_is_printed_is_read(name, algorithm):
    checksum = Checksum(algorithm, HEX[algorithm])

    assert one(gnu_line(checksum, name)) == (name, checksum)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="coreutils are missing")
@pytest.mark.parametrize("options", [[], ["--tag"], ["--binary"]], ids=" ".join)
def test_what_coreutils_print_is_read(tmp_path, options):
    names = ["a", "a b", "*a", "\\", "new\nline", "a) = (b", "\udcff"]
    for name in names:
        (tmp_path / name).write_bytes(b"x")

    said = subprocess.run(
        ["sha256sum", *options, "--", *names], cwd=tmp_path, capture_output=True, check=True
    ).stdout

    assert sums.read(io.BytesIO(said)) == [Sum(name, SHA256) for name in names]
