"""The kernel says EIO or ENOSPC at the Nth call: never exit 0 with a wrong file, and the next run makes it right.

strace injects the errors into the installed program, each into the calls on one file only.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from integration.crash.paced import PacedServer
from integration.servers.bodies import body

MIB = 1 << 20
SIZE = 6 * MIB
CONTENT = body(SIZE, seed=17)
OPEN, WRITE, SYNC = "openat", "pwritev,pwritev2,pwrite64,write", "fdatasync,fsync"
# What touches which file: the calls that are made on it, and which of them fails.
PART = {
    WRITE: (1, 2, 7),
    SYNC: (1,),
    "renameat2,renameat,rename,linkat": (1,),
    "ftruncate,fallocate": (1,),
    OPEN: (1,),
    "fchmod": (1,),
}
DIRECTORY = {SYNC: (1,), OPEN: (1, 2)}
DATABASE = {WRITE: (1, 4), SYNC: (1, 2), "pread64,read": (1,), OPEN: (1, 2)}
LOG = {WRITE: (1, 3, 9, 20), SYNC: (1, 2, 3), "pread64,read": (1,), OPEN: (1,)}
MARKS = {OPEN: (1,), "ftruncate,fallocate": (1,), "mmap": (1,)}
PLACES = {
    "file.bin.part": PART,
    "the directory": DIRECTORY,
    "jobs.db": DATABASE,
    "jobs.db-wal": LOG,
    "marks": MARKS,
}
# What the user has to be told: which file it was and, where SQLite lets it through, what the kernel said.
KERNEL = "(Input/output error|No space left on (device|its disk))"
OF_SQLITE = "(disk I/O error|database or disk is full|unable to open database file|readonly database|malformed)"
SENTENCES = {
    "file.bin.part": re.compile(f"^ddm: .*/downloads/file\\.bin.*{KERNEL}", re.MULTILINE),
    "the directory": re.compile(f"^ddm: .*/downloads.*{KERNEL}", re.MULTILINE),
    "jobs.db": re.compile(f"^ddm: .*/jobs\\.db.*({OF_SQLITE}|{KERNEL})", re.MULTILINE),
    "jobs.db-wal": re.compile(f"^ddm: .*/jobs\\.db.*({OF_SQLITE}|{KERNEL})", re.MULTILINE),
    "marks": re.compile(f"^ddm: .*/marks.*{KERNEL}", re.MULTILINE),
}
CASES = [
    (place, calls, when, error)
    for place, groups in PLACES.items()
    for calls, whens in groups.items()
    for when in whens
    for error in ("EIO", "ENOSPC")
    if error == "EIO" or (when == whens[0] and calls in (WRITE, SYNC, OPEN, "ftruncate,fallocate"))
]
# From the Nth call on each fails, as a broken disk does; otherwise only the Nth.
LASTING = [
    ("file.bin.part", WRITE, 2, "EIO"),
    ("file.bin.part", SYNC, 1, "EIO"),
    ("jobs.db-wal", WRITE, 6, "EIO"),
    ("jobs.db-wal", WRITE, 6, "ENOSPC"),
    ("jobs.db-wal", SYNC, 2, "EIO"),
]


@pytest.fixture(scope="module")
def server():
    with PacedServer({"/file.bin": CONTENT}, bytes_per_s=16 * MIB) as paced:
        yield paced


@pytest.fixture
def strace():
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is missing: apt-get install strace")
    tried = subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"strace may not trace here: {tried.stderr.decode().strip()}")
    return found


def under_strace(strace, ddm, url, place, rule):
    """Run `ddm get` with a rule of injection for the calls on one file."""
    state = state_of(ddm)
    names = [str(state / place)]
    if place == "the directory":
        names = [str(ddm.directory)]
    elif place.endswith(".part"):
        names = [str(ddm.directory / place), place]  # by descriptor, and relative to the directory
    command = [strace, "-f", "--seccomp-bpf", "-qq", "-o", str(trace_of(ddm))]
    command += [word for name in names for word in ("-P", name)]
    command += [f"--trace={rule.partition(':')[0]}", f"--inject={rule}"]
    command += [
        sys.executable,
        "-m",
        "ddm",
        "get",
        "--max-tries",
        "2",
        "-d",
        str(ddm.directory),
        url,
    ]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=state.parent.parent.parent,  # Python looks for modules where it starts
        env=ddm.environment,
        check=False,
    )


def state_of(ddm):
    return Path(ddm.environment["XDG_STATE_HOME"], "ddm")


def trace_of(ddm):
    return ddm.directory.parent / "trace"


def check(strace, ddm, url, place, rule):
    hit = under_strace(strace, ddm, url, place, rule)

    assert "INJECTED" in trace_of(ddm).read_text(), "the call is never made: the test shows nothing"
    whole = sorted(path for path in ddm.directory.iterdir() if path.suffix == ".bin")
    assert [path.name for path in whole if path.read_bytes() != CONTENT] == []
    assert hit.returncode in {0, 9, 16, 17, 18, 42}, hit.stderr
    assert "Traceback" not in hit.stderr
    assert "should not have happened" not in hit.stderr
    assert [path.name for path in state_of(ddm).glob("*damaged*")] == []  # an error is no damage
    if hit.returncode == 0:
        assert [path.name for path in whole] == ["file.bin"]
    else:
        assert SENTENCES[place].search(hit.stderr), hit.stderr

    again = ddm("get", url)

    assert again.code == 0, again.err
    found = {path.name: path.read_bytes() for path in ddm.directory.iterdir()}
    assert found["file.bin"] == CONTENT


@pytest.mark.parametrize(("place", "calls", "when", "error"), CASES)
def test_one_error_is_never_a_wrong_file_and_the_next_run_is_right(
    strace, ddm, server, place, calls, when, error
):
    rule = f"{calls}:error={error}:when={when}"

    check(strace, ddm, server.url("/file.bin"), place, rule)


@pytest.mark.parametrize(("place", "calls", "when", "error"), LASTING)
def test_errors_that_last_are_never_a_wrong_file_and_the_next_run_is_right(
    strace, ddm, server, place, calls, when, error
):
    rule = f"{calls}:error={error}:when={when}+"

    check(strace, ddm, server.url("/file.bin"), place, rule)


def test_a_write_that_fails_is_said_with_its_path_and_what_the_kernel_said(strace, ddm, server):
    rule = "pwritev,pwritev2:error=EIO:when=2+"

    ended = under_strace(strace, ddm, server.url("/file.bin"), "file.bin.part", rule)

    assert ended.returncode == 17
    assert str(ddm.directory / "file.bin.part") in ended.stderr
    assert "Input/output error" in ended.stderr
