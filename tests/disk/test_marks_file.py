import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import ddm
from ddm.disk import libc
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import SLOTS, Mark, Marks

SIZE_BYTES = 512 + SLOTS * 48

WRITER = """
import sys
from pathlib import Path
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import Marks

where = Path(sys.argv[1])
opening = LocalDisk("boot-1").open_part(str(where), "f", exact=True, size_bytes=None, resume=None)
part = opening.result()
marks = Marks.open(where / "marks", "boot-1")
marks.clear()
over, sink = marks.sink(part, 7, 3), marks.sink(part, 7, 3)
over.write_at([b"b" * 10], 1 << 30)
over.end()
print(part.identity.device, part.identity.inode, flush=True)
for offset in range(0, 1 << 26, 1000):
    sink.write_at([b"a" * 600, b"b" * 400], offset)
    if offset == 100_000:
        print("on its way", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def open_marks(tmp_path):
    """Opens the file "marks", and closes it at the end."""
    opened = []

    def made(boot_id="boot-1", **asked):
        opened.append(Marks.open(tmp_path / "marks", boot_id, **asked))
        return opened[-1]

    yield made
    for each in opened:
        each.close()


@pytest.fixture
def marked(open_marks, open_part):
    """A file with one mark of job 1; the mark."""
    part, marks = open_part(), open_marks()
    marks.clear()
    marks.sink(part, 1, 0).write_at([b"abc"], 4)
    marks.close()
    return Mark(1, 0, part.identity.device, part.identity.inode, 4, 7)


def test_a_new_file_is_its_owner_s_alone_and_has_no_holes(open_marks, tmp_path):
    assert open_marks().found() == ()
    found = (tmp_path / "marks").stat()
    assert (stat.S_IMODE(found.st_mode), found.st_size) == (0o600, SIZE_BYTES)
    assert found.st_blocks * 512 >= SIZE_BYTES


def test_what_is_there_stays_until_it_is_cleared(open_marks, marked):
    seen = [open_marks().found(), open_marks().found()]
    open_marks().clear()

    assert [*seen, open_marks().found()] == [(marked,), (marked,), ()]


def test_another_boot_finds_nothing(open_marks, marked):
    assert open_marks("boot-2").found() == ()


@pytest.mark.parametrize("length", [1, 4096, SIZE_BYTES - 1, SIZE_BYTES + 1])
def test_a_file_of_another_length_is_made_anew_and_left_to_who_has_it_mapped(
    open_marks, marked, tmp_path, length
):
    os.truncate(tmp_path / "marks", length)
    theirs = (tmp_path / "marks").stat().st_ino
    with (tmp_path / "marks").open("rb") as held:
        marks = open_marks()
        assert len(held.read()) == length
        assert (tmp_path / "marks").stat().st_ino != theirs
    assert marks.found() == ()
    assert (tmp_path / "marks").stat().st_size == SIZE_BYTES


@pytest.mark.parametrize("content", [b"", b"\xff" * SIZE_BYTES, b"\0" * SIZE_BYTES])
def test_garbage_is_no_mark_and_can_be_cleared_away(open_marks, marked, tmp_path, content):
    (tmp_path / "marks").write_bytes(content)
    marks = open_marks()
    assert marks.found() == ()
    marks.clear()
    assert open_marks().found() == ()


def test_holes_are_filled_and_what_is_around_them_stays(open_marks, marked, tmp_path):
    content = (tmp_path / "marks").read_bytes()
    (tmp_path / "marks").unlink()
    with (tmp_path / "marks").open("wb") as file:
        file.truncate(SIZE_BYTES)
        os.pwrite(file.fileno(), content[:4096], 0)  # the mark is in the last slot
        os.pwrite(file.fileno(), content[-48:], SIZE_BYTES - 48)
    assert open_marks().found() == (marked,)
    assert (tmp_path / "marks").stat().st_blocks * 512 >= SIZE_BYTES


def test_a_planted_link_is_not_followed(open_marks, tmp_path):
    (tmp_path / "theirs").write_bytes(b"precious")
    (tmp_path / "marks").symlink_to("theirs")
    open_marks().clear()
    assert (tmp_path / "theirs").read_bytes() == b"precious"


def test_a_disk_without_room_says_so_instead_of_mapping_a_hole(small_tmpfs):
    (small_tmpfs / "full").write_bytes(bytes((1 << 20) - 8192))
    with pytest.raises(OSError, match="No space left") as caught:
        Marks.open(small_tmpfs / "marks", "boot-1")
    assert caught.value.filename == str(small_tmpfs / "marks")


def test_a_full_disk_does_not_hurt_who_has_his_marks_already(small_tmpfs):
    marks = Marks.open(small_tmpfs / "marks", "boot-1")
    with pytest.raises(OSError, match="No space left"):
        (small_tmpfs / "full").write_bytes(bytes(1 << 20))
    part = (
        LocalDisk("boot-1")
        .open_part(str(small_tmpfs), "f", exact=True, size_bytes=None, resume=None)
        .result()
    )
    marks.clear()
    sinks = [marks.sink(part, job_id, 0) for job_id in range(1, SLOTS + 1)]
    for sink in sinks:
        sink._begin(0, 1)  # as if there were room for the part files
    assert len(marks.found()) == SLOTS
    marks.close()
    part.close()


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file_is_an_error_with_the_path(tmp_path, make):
    make(tmp_path / "marks")
    with pytest.raises(OSError, match="marks") as caught:
        Marks.open(tmp_path / "marks", "boot-1")
    assert caught.value.filename == str(tmp_path / "marks")


def test_a_file_system_that_writes_elsewhere_each_time_is_not_mapped(tmp_path, monkeypatch):
    monkeypatch.setattr(libc, "file_system", lambda fd, path: 0x9123683E)
    with pytest.raises(OSError, match="not supported"):
        Marks.open(tmp_path / "marks", "boot-1")


def test_every_descriptor_is_closed(tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    Marks.open(tmp_path / "marks", "boot-1").close()
    with pytest.raises(OSError, match="Not a directory"):
        Marks.open(tmp_path / "marks" / "below", "boot-1")
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_process_that_is_killed_leaves_what_it_had_written(open_marks, tmp_path):
    root = Path(ddm.__file__).parent.parent
    writing = [sys.executable, "-c", WRITER, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(writing, env={"PYTHONPATH": str(root)}, **pipes) as process:
        device, inode = map(int, process.stdout.readline().split())
        on_its_way = process.stdout.readline()
        process.kill()
    going, over = sorted(open_marks().found(), key=lambda mark: mark.start)
    with (tmp_path / "f.part").open("rb") as part:
        content = part.read(going.position)

    assert on_its_way == "on its way\n"
    assert over == Mark(7, 3, device, inode, 1 << 30, (1 << 30) + 10)
    assert (going.job_id, going.incarnation, going.start) == (7, 3, 0)
    assert going.position > 100_000
    assert content == (b"a" * 600 + b"b" * 400) * (going.position // 1000)
