"""A file that is swapped on a real nginx while it is fetched: never a mixed file with success.

nginx's ETag is the file's time of modification, in seconds, and its length. A swap that changes
either is always noticed: before a byte is joined when it happened between two runs, at the next
request when it happened during one. A swap that leaves both alone, or that writes into the file
which nginx is just sending, with no request to follow, shows in no field: only a digest can tell.
"""

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from integration.program import finish
from integration.servers.bodies import body

MIB = 1 << 20
# Four first pieces of 4 MiB leave something that has to be asked for later.
SIZE = 20 * MIB
OLD, NEW = body(SIZE, seed=21), body(SIZE, seed=22)
LONGER = body(SIZE + MIB, seed=23)
OLD_TIME_S, NEW_TIME_S = 1_700_000_000, 1_700_000_001

Put = Callable[[Path, bytes, int], None]


@dataclass(frozen=True, slots=True)
class Swap:
    """A new file, its time of modification, what DDM says of it, and where nginx serves it."""

    content: bytes
    time_s: int
    word: str
    place: str = "paced"


def rename_over(path: Path, content: bytes, time_s: int) -> None:
    """Put a new file in the old one's place; who has the old one open goes on reading it."""
    new = path.with_name("new")
    new.write_bytes(content)
    os.utime(new, (time_s, time_s))
    new.replace(path)


def write_in_place(path: Path, content: bytes, time_s: int) -> None:
    """Truncate the file and write it anew; who has it open reads the new bytes."""
    path.write_bytes(content)
    os.utime(path, (time_s, time_s))


ways = pytest.mark.parametrize("put", [rename_over, write_in_place])
seen_swaps = pytest.mark.parametrize(
    "swap",
    [
        Swap(NEW, NEW_TIME_S, "ETag"),
        Swap(LONGER, OLD_TIME_S, "ETag"),
        Swap(NEW, NEW_TIME_S, "Last-Modified", place="dated"),
    ],
    ids=["new time", "other size", "new time without ETag"],
)


@pytest.fixture
def served(nginx) -> Path:
    path = nginx.files / "a.bin"
    rename_over(path, OLD, OLD_TIME_S)
    return path


@pytest.fixture
def url(nginx) -> str:
    return f"{nginx.plain}/paced/a.bin"


def get(ddm, url, *options):
    return ddm.start("get", "--max-segments", "4", *options, url)


def wait_until_there(part: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Wait until so many bytes stand in the part file, where what is missing reads as zeros."""
    give_up_s = time.monotonic() + 30
    while not part.exists() or len(content := part.read_bytes()) - content.count(0) < count:
        assert time.monotonic() < give_up_s
        try:
            process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"ddm ended before that: {process.communicate()}")


def interrupt_half_way(ddm, url, download_dir, *options):
    with get(ddm, url, *options) as process:
        wait_until_there(download_dir / "a.bin.part", SIZE // 2, process)
        process.send_signal(signal.SIGINT)
        assert finish(process).code == 130
    (job,) = ddm.status()["jobs"]
    assert SIZE // 4 < job["done_bytes"] < SIZE


def swap_half_way(ddm, url, download_dir, swap, *options):
    """Fetch, swap when half is there, and let it end."""
    with get(ddm, url, *options) as process:
        wait_until_there(download_dir / "a.bin.part", SIZE // 2, process)
        swap()
        return finish(process)


def says_that_it_changed(ended, word):
    assert ended.code == 41, ended.err
    assert ended.out == ""
    assert f"its {word} changed" in ended.err
    assert "--force-restart" in ended.err


def is_right_or_not_there(ended, download_dir, content):
    """The one thing that holds whatever happened."""
    assert ended.code in {0, 32, 41}, ended.err
    file = download_dir / "a.bin"
    if ended.code == 0:
        assert file.read_bytes() == content
    else:
        assert not file.exists()


@ways
@seen_swaps
def test_a_file_swapped_between_two_runs_is_said_to_have_changed(
    ddm, nginx, served, download_dir, put: Put, swap: Swap
):
    url = f"{nginx.plain}/{swap.place}/a.bin"
    interrupt_half_way(ddm, url, download_dir)
    put(served, swap.content, swap.time_s)

    with get(ddm, url) as process:
        ended = finish(process)

    says_that_it_changed(ended, swap.word)
    assert [path.name for path in download_dir.iterdir()] == ["a.bin.part"]


@ways
@seen_swaps
def test_a_file_swapped_during_a_run_is_said_to_have_changed(
    ddm, nginx, served, download_dir, put: Put, swap: Swap
):
    url = f"{nginx.plain}/{swap.place}/a.bin"

    ended = swap_half_way(ddm, url, download_dir, lambda: put(served, swap.content, swap.time_s))

    says_that_it_changed(ended, swap.word)
    assert [path.name for path in download_dir.iterdir()] == ["a.bin.part"]


def sha_256(content: bytes) -> str:
    return f"sha-256:{hashlib.sha256(content).hexdigest()}"


@pytest.mark.parametrize("vouched", [OLD, NEW], ids=["the old one's", "the new one's"])
def test_a_digest_tells_of_a_swap_between_two_runs_that_no_field_shows(
    ddm, url, served, download_dir, vouched
):
    digest = ("--checksum", sha_256(vouched))
    interrupt_half_way(ddm, url, download_dir, *digest)
    rename_over(served, NEW, OLD_TIME_S)

    with get(ddm, url, *digest) as process:
        ended = finish(process)

    is_right_or_not_there(ended, download_dir, vouched)
    # Fetched once more, the file is the new one.
    assert ended.code == (0 if vouched is NEW else 32), ended.err


@ways
def test_a_digest_tells_of_a_swap_during_a_run_that_no_field_shows(
    ddm, url, served, download_dir, put: Put
):
    digest = ("--checksum", sha_256(NEW))

    ended = swap_half_way(ddm, url, download_dir, lambda: put(served, NEW, OLD_TIME_S), *digest)

    is_right_or_not_there(ended, download_dir, NEW)


def test_a_digest_tells_of_a_file_that_is_written_over_while_all_of_it_is_on_its_way(
    ddm, nginx, served, download_dir
):
    old, new = OLD[: 8 * MIB], NEW[: 8 * MIB]
    rename_over(served, old, OLD_TIME_S)
    digest = ("--checksum", sha_256(new))

    with ddm.start("get", *digest, f"{nginx.plain}/slow/a.bin") as process:
        wait_until_there(download_dir / "a.bin.part", len(old) // 2, process)
        write_in_place(served, new, NEW_TIME_S)
        ended = finish(process)

    is_right_or_not_there(ended, download_dir, new)


def test_a_file_that_is_written_over_while_all_of_it_is_on_its_way_is_said_to_have_changed(
    ddm, nginx, served, download_dir
):
    """The old ETag goes on coming with new bytes; the head of the last byte's answer shows it."""
    old, new = OLD[: 8 * MIB], NEW[: 8 * MIB]
    rename_over(served, old, OLD_TIME_S)

    with ddm.start("get", f"{nginx.plain}/slow/a.bin") as process:
        wait_until_there(download_dir / "a.bin.part", len(old) // 2, process)
        write_in_place(served, new, NEW_TIME_S)
        ended = finish(process)

    says_that_it_changed(ended, "ETag")
    assert not (download_dir / "a.bin").exists()
