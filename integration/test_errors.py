"""Bad input and bad luck: one clear sentence, its exit status, nothing under the final name."""

import contextlib
import os
import socket
import subprocess

import pytest

from integration.servers.behaviours import CloseDelimited, Honest, Status
from integration.servers.bodies import body, write_body

MIB = 1 << 20
FEW_TRIES = "[retry]\nmax_attempts = 2\nbase_delay_secs = 0.01\n"


def fails(ended, code, *words):
    """The run ended with this status and with one sentence that holds these words."""
    assert ended.code == code, ended.err
    assert ended.out == ""
    assert "Traceback" not in ended.err
    sentences = [line for line in ended.err.splitlines() if line.startswith(("ddm:", "Error:"))]
    assert len(sentences) == 1, ended.err
    assert [word for word in words if word not in sentences[0]] == []


@contextlib.contextmanager
def mounted(directory, *options):
    """A small tmpfs of our own; only root can have one."""
    directory.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", directory],
        check=False,
        capture_output=True,
        text=True,
    )
    if mount.returncode:
        pytest.skip(f"cannot mount a tmpfs here: {mount.stderr.strip()}")
    try:
        yield directory
    finally:
        subprocess.run(["umount", directory], check=True)


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/a", "file:///etc/hostname", "nonsense", "http://"]
)
def test_a_url_that_is_not_http(ddm, download_dir, url):
    fails(ddm("get", url), 2, "http")
    assert list(download_dir.iterdir()) == []


def test_a_host_that_does_not_resolve(ddm, download_dir):
    ddm.configure(FEW_TRIES)

    fails(ddm("get", "http://no-such-host.invalid/a.bin"), 19, "no-such-host.invalid")
    assert list(download_dir.iterdir()) == []


def test_a_connection_that_is_refused(ddm, download_dir):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    ddm.configure(FEW_TRIES)

    fails(ddm("get", f"http://127.0.0.1:{port}/a.bin"), 6, "127.0.0.1", str(port))
    assert list(download_dir.iterdir()) == []


@pytest.mark.parametrize(("status", "code"), [(404, 3), (410, 3), (401, 24), (403, 24), (400, 22)])
def test_a_server_that_says_no(ddm, scripted, download_dir, status, code):
    url = scripted.add("/a.bin", Status(status))

    fails(ddm("get", url + "?token=secret"), code, str(status), "a.bin")
    # Some servers say 403 or 400 to a range only: those are asked once more, without one.
    asked = [(0, 262_144), None] if status in {403, 400} else [(0, 262_144)]
    assert [request.range for request in scripted.log] == asked
    assert list(download_dir.iterdir()) == []


def test_a_secret_in_the_url_is_never_shown(ddm, scripted):
    ended = ddm("get", scripted.add("/a.bin", Status(404)) + "?X-Amz-Signature=5ec4e7")

    assert "5ec4e7" not in ended.err + ended.out


def test_a_certificate_that_is_not_trusted(ddm, nginx, download_dir):
    write_body(nginx.files / "a.bin", 100)

    fails(ddm("get", f"{nginx.tls}/files/a.bin"), 40, "certificate")
    assert list(download_dir.iterdir()) == []


def test_a_directory_below_a_file(ddm, scripted, tmp_path):
    (tmp_path / "file").write_text("")

    ended = ddm("get", "-d", tmp_path / "file" / "dir", scripted.add("/a.bin", Honest(b"a")))

    fails(ended, 18, str(tmp_path / "file"))


def test_a_directory_that_is_read_only(ddm, scripted, tmp_path):
    directory = tmp_path / "readonly"
    if os.geteuid() == 0:
        holder = mounted(directory, "ro")
    else:
        directory.mkdir(mode=0o500)
        holder = contextlib.nullcontext()
    with holder:
        ended = ddm("get", "-d", directory, scripted.add("/a.bin", Honest(b"a")))

        assert ended.code in {16, 18}
        fails(ended, ended.code, str(directory))
        assert list(directory.iterdir()) == []


def test_a_file_that_does_not_fit_on_the_disk_is_not_begun(ddm, scripted, tmp_path):
    url = scripted.add("/a.bin", Honest(body(4 * MIB)))
    with mounted(tmp_path / "small", "size=2m") as directory:
        ended = ddm("get", "-d", directory, url)

        fails(ended, 9, "No space left", str(directory / "a.bin"))
        assert list(directory.iterdir()) == []


def test_a_disk_that_fills_up_keeps_the_part_file(ddm, scripted, tmp_path):
    url = scripted.add("/a.bin", CloseDelimited(body(4 * MIB)))
    with mounted(tmp_path / "small", "size=2m") as directory:
        ended = ddm("get", "-d", directory, url)

        fails(ended, 9, "No space left", str(directory / "a.bin"))
        assert [path.name for path in directory.iterdir()] == ["a.bin.part"]
        assert (directory / "a.bin.part").stat().st_size > 0


def test_a_file_of_that_very_name_is_there(ddm, scripted, download_dir):
    (download_dir / "mine.bin").write_text("mine")

    ended = ddm("get", "-o", "mine.bin", scripted.add("/a.bin", Honest(b"theirs")))

    fails(ended, 13, "mine.bin")
    assert (download_dir / "mine.bin").read_text() == "mine"
    assert [path.name for path in download_dir.iterdir()] == ["mine.bin"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max_segmets = 8\n", ["max_segmets", "max_segments", "1"]),
        ("\nmax_segments = -1\n", ["max_segments", "2"]),
        ("max_segments = [\n", ["config.toml"]),
        ("[retry]\nmax_attempts = 'many'\n", ["max_attempts"]),
    ],
)
def test_a_bad_configuration(ddm, text, words):
    ddm.configure(text)

    fails(ddm("get", "http://127.0.0.1:1/a"), 28, "config.toml", *words)


def test_an_option_that_does_not_exist(ddm):
    ended = ddm("get", "--no-such-option", "http://127.0.0.1:1/a")

    assert ended.code == 2
    assert "--no-such-option" in ended.err
    assert "Traceback" not in ended.err


def test_one_bad_file_does_not_stop_the_others(ddm, scripted, download_dir):
    good = scripted.add("/good.bin", Honest(b"good"))

    ended = ddm("get", scripted.add("/bad.bin", Status(404)), good)

    assert ended.code == 3
    assert ended.out == f"{download_dir / 'good.bin'}\n"
    assert [path.name for path in download_dir.iterdir()] == ["good.bin"]
