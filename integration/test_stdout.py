"""`ddm get -o - URL`: the file's bytes on stdout, in order, whole, and in bounded memory, whoever reads them."""

import hashlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from integration.crash.paced import PacedServer
from integration.crash.waiting import until
from integration.servers.behaviours import Chunked, CloseDelimited, First, Honest, IgnoresRange
from integration.servers.bodies import body, write_body
from integration.terminal import on_a_terminal

KIB, MIB = 1 << 10, 1 << 20
BODY = body(3 * MIB + 17)


@contextmanager
def to_stdout(ddm, *arguments, **options) -> Iterator[subprocess.Popen[bytes]]:
    """`ddm get -o -` with its stdout where `options` say, by default a pipe to the test."""
    with subprocess.Popen(
        [sys.executable, "-m", "ddm", "get", "-o", "-", *map(str, arguments)],
        cwd=ddm.directory,
        env=ddm.environment,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def run(ddm, *arguments, **options):
    """Exit status, what came on stdout, what was said."""
    with to_stdout(ddm, *arguments, **options) as process:
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err.decode()


def peak_kib(process):
    """The most memory that it has had so far; ru_maxrss would count what its parent had."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1])


@pytest.mark.parametrize("size", [0, 1, 3 * MIB + 17])
def test_what_comes_out_is_the_file_and_nothing_is_left(ddm, nginx, size):
    (nginx.files / "a.bin").write_bytes(BODY[:size])

    code, out, err = run(ddm, "-q", f"{nginx.plain}/files/a.bin")

    assert (code, out, err) == (0, BODY[:size], "")
    assert list(ddm.directory.iterdir()) == []
    assert not Path(ddm.environment["XDG_STATE_HOME"], "ddm", "jobs.db").exists()


def test_64_mib_come_in_order_over_eight_connections(ddm):
    content = body(64 * MIB)
    with PacedServer({"/a.bin": content}, bytes_per_s=4 * MIB) as server:
        url = server.url("/a.bin")
        with to_stdout(ddm, "--max-segments", "8", "-q", url) as process:
            until(lambda: server.busy == 8, "eight connections")
            out, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (0, b"")
    assert hashlib.sha256(out).digest() == hashlib.sha256(content).digest()


@pytest.mark.parametrize("behaviour", [Chunked, CloseDelimited, IgnoresRange])
def test_a_stream_without_ranges_and_without_length_comes_whole(ddm, scripted, behaviour):
    url = scripted.add("/a.bin", behaviour(BODY))

    assert run(ddm, "-q", url) == (0, BODY, "")


@pytest.mark.parametrize("place", ["files", "noranges"])
def test_a_slow_reader_costs_no_memory(ddm, nginx, place):
    digest = write_body(nginx.files / "big.bin", 512 * MIB)
    with to_stdout(ddm, "-q", f"{nginx.plain}/{place}/big.bin") as process:
        read = hashlib.sha256(process.stdout.read(MIB))
        # Long enough for all of it to come, if nobody minded.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=3)
        peak = peak_kib(process)
        for _ in range(500):
            read.update(process.stdout.read(MIB))
        # More is left than a pipe holds: it cannot have ended yet, and taken the figure with it.
        peak = max(peak, peak_kib(process))
        read.update(process.stdout.read())
        assert process.wait(timeout=60) == 0

    assert read.hexdigest() == digest
    assert peak < 200 * KIB


def test_who_only_wants_the_beginning_gets_it_and_nothing_is_said(ddm, nginx):
    write_body(nginx.files / "big.bin", 64 * MIB)
    with to_stdout(ddm, f"{nginx.plain}/files/big.bin") as process:
        head = process.stdout.read(1000)
        process.stdout.close()
        err = process.stderr.read()
        code = process.wait(timeout=60)

    assert (code, len(head), err) == (141, 1000, b"")


def test_a_reader_that_left_before_the_first_byte_is_no_traceback(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(BODY)
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        with to_stdout(ddm, f"{nginx.plain}/files/a.bin", stdout=theirs) as process:
            _, err = process.communicate(timeout=60)
    finally:
        os.close(theirs)

    assert (process.returncode, err) == (141, b"")


def test_a_socket_does_as_well_as_a_pipe(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(BODY)
    ours, theirs = socket.socketpair()
    with ours, to_stdout(ddm, "-q", f"{nginx.plain}/files/a.bin", stdout=theirs) as process:
        theirs.close()
        with ours.makefile("rb") as stream:
            out = stream.read()
        assert process.wait(timeout=60) == 0

    assert out == BODY


def test_a_regular_file_is_appended_to_where_the_shell_says_so(ddm, nginx, tmp_path):
    (nginx.files / "a.bin").write_bytes(BODY)
    path = tmp_path / "all"
    path.write_bytes(b"before ")
    with path.open("ab") as file:
        code, _, err = run(ddm, "-q", f"{nginx.plain}/files/a.bin", stdout=file)

    assert (code, err) == (0, "")
    assert path.read_bytes() == b"before " + BODY


def test_a_full_disk_is_one_sentence_and_9(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(BODY)
    with Path("/dev/full").open("wb") as full:
        code, _, err = run(ddm, f"{nginx.plain}/files/a.bin", stdout=full)

    assert (code, err) == (9, "ddm: no room for stdout: No space left on device\n")


def test_a_closed_stdout_is_a_usage_error(ddm, nginx):
    command = f'exec "$0" -m ddm get -o - {nginx.plain}/files/a.bin >&-'
    done = subprocess.run(
        ["/bin/sh", "-c", command, sys.executable],
        cwd=ddm.directory,
        env=ddm.environment,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (
        2,
        b"ddm: stdout is closed; -o - writes the file to it\n",
    )


def test_a_terminal_gets_a_sentence_and_no_byte_of_the_file(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(b"\x1b[2Jboo")

    written = on_a_terminal(ddm, "get", "-o", "-", f"{nginx.plain}/files/a.bin")

    assert "stdout is a terminal" in written
    assert "boo" not in written


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["Ctrl-C", "SIGTERM"]
)
def test_a_signal_ends_it_at_once_though_nobody_reads(ddm, nginx, number, code):
    write_body(nginx.files / "big.bin", 96 * MIB)
    with to_stdout(ddm, "-q", f"{nginx.plain}/files/big.bin") as process:
        begun = process.stdout.read(MIB)
        process.send_signal(number)
        assert process.wait(timeout=2) == code
        err = process.stderr.read()

    assert (len(begun), err) == (MIB, b"")


def test_a_file_that_changes_on_the_way_is_a_failure_that_says_what_went_out(ddm, nginx):
    size = 12 * MIB
    path = nginx.files / "a.bin"
    path.write_bytes(body(size, seed=1))
    url = f"{nginx.plain}/paced/a.bin"
    with to_stdout(ddm, "--max-segments", "2", url) as process:
        out = process.stdout.read(2 * MIB)
        new = path.with_name("new")
        new.write_bytes(body(size + MIB, seed=2))
        new.replace(path)
        # Not communicate: it passes over what the reader has in its buffer.
        rest, err = process.stdout.read(), process.stderr.read()
        code = process.wait(timeout=60)

    assert code == 41, err
    assert body(size, seed=1).startswith(out + rest)
    assert b"went to stdout and cannot be taken back" in err


def test_a_wrong_digest_of_a_file_that_the_window_holds_lets_nothing_out(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(BODY)

    code, out, err = run(ddm, "--checksum", f"sha-256:{'0' * 64}", f"{nginx.plain}/files/a.bin")

    assert (code, out) == (32, b"")
    assert "cannot be taken back" not in err


def test_a_right_digest_lets_it_out(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(BODY)
    digest = hashlib.sha256(BODY).hexdigest()

    done = run(ddm, "-q", "--checksum", f"sha-256:{digest}", f"{nginx.plain}/files/a.bin")

    assert done == (0, BODY, "")


@pytest.mark.parametrize("place", ["files", "noranges"])
def test_a_wrong_digest_of_a_longer_file_is_told_and_the_end_of_the_file_is_kept_back(
    ddm, nginx, place
):
    right = write_body(nginx.files / "big.bin", 80 * MIB)
    url = f"{nginx.plain}/{place}/big.bin"

    assert run(ddm, "-q", "--checksum", f"sha-256:{right}", url)[0] == 0
    code, out, err = run(ddm, "-q", "--checksum", f"sha-256:{'0' * 64}", url)

    assert code == 32, err
    assert 0 < len(out) < 80 * MIB  # so that who reads it finds it cut short
    assert f"the file has sha-256:{right}" in err
    assert "MiB went to stdout and cannot be taken back" in err


def test_a_digest_that_the_server_names_is_compared_too(ddm, scripted):
    wrong = ("Repr-Digest", "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:")
    url = scripted.add("/a.bin", Honest(BODY, fields=(wrong,)))

    code, out, err = run(ddm, url)

    assert (code, out) == (32, b"")
    assert "is what the server says" in err


def test_a_stream_that_breaks_off_is_not_begun_again_behind_the_readers_back(ddm, scripted):
    class Short(Chunked):
        def answer(self, request, reply):
            reply.head(200, [("Transfer-Encoding", "chunked")])
            reply.body(b"%x\r\n%b\r\n" % (len(BODY), BODY))
            reply.close()

    url = scripted.add("/a.bin", First(1, Short(BODY), Chunked(BODY)))

    code, out, err = run(ddm, url)

    assert (code, BODY.startswith(out)) == (6, True), err
    assert "a file that is passed on cannot begin again" in err
    assert len(scripted.log) == 1


def test_nobody_elses_stdout_becomes_non_blocking(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(BODY)
    ours, theirs = os.pipe()
    url = f"{nginx.plain}/files/a.bin"
    with os.fdopen(ours, "rb") as reader, to_stdout(ddm, "-q", url, stdout=theirs) as process:
        begun = reader.read(MIB)
        assert os.get_blocking(theirs)
        os.close(theirs)
        rest = reader.read()
        assert process.wait(timeout=60) == 0

    assert begun + rest == BODY


def test_it_does_not_wait_for_a_ddm_that_has_the_queue(ddm, nginx):
    (nginx.files / "a.bin").write_bytes(BODY)
    state = Path(ddm.environment["XDG_STATE_HOME"], "ddm")
    with ddm.start("run", "--forever", "-q"):
        until((state / "marks").exists, "a manager")
        assert run(ddm, "-q", f"{nginx.plain}/files/a.bin") == (0, BODY, "")

    assert ddm.status()["jobs"] == []
