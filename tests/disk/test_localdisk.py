import errno
import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from ddm.disk.localdisk import LocalDisk
from ddm.errors import Exit
from ddm.failures import FailureError, Kind
from ddm.record import PartIdentity

IN_THE_WAY = (
    "is in the way, an unfinished file of another download; "
    "remove it if nobody goes on with it, or choose another name"
)


def listing(directory):
    return {p.name: p.read_bytes() for p in directory.iterdir() if not p.is_symlink()}


def failure_of(caught):
    return (caught.value.failure.kind, caught.value.failure.code)


@pytest.fixture
def left(open_part, tmp_path):
    """The identity of a part file "f" of ten bytes that an earlier run left."""
    part = open_part()
    part.write_at([b"0123456789"], 0)
    part.close()
    return part.identity


def test_a_new_part_is_empty_and_of_full_length(open_part, tmp_path):
    part = open_part(size_bytes=4)
    found = (tmp_path / "f.part").stat()
    assert (part.name, part.kept, part.kept_bytes) == ("f", False, 0)
    assert part.identity.same_file(PartIdentity("boot-0", found.st_dev, found.st_ino))
    assert part.identity.boot_id == "boot-1"
    assert listing(tmp_path) == {"f.part": bytes(4)}


@pytest.mark.parametrize("taken", ["f", "f.part"])
@pytest.mark.parametrize("link", [False, True])
def test_a_taken_half_of_the_pair_leads_to_the_next(open_part, tmp_path, taken, link):
    if link:
        (tmp_path / taken).symlink_to("nowhere")
    else:
        (tmp_path / taken).write_bytes(b"theirs")
    part = open_part()
    assert part.name == "f (1)"
    assert listing(tmp_path) == {"f (1).part": b""} | ({} if link else {taken: b"theirs"})


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ("f", "exists already; move it away or choose another name"),
        ("f.part", IN_THE_WAY),
    ],
)
@pytest.mark.parametrize("link", [False, True])
def test_a_taken_exact_name_is_an_error(open_part, tmp_path, taken, said, link):
    if link:
        (tmp_path / taken).symlink_to("nowhere")
    else:
        (tmp_path / taken).write_bytes(b"theirs")
    with pytest.raises(FailureError) as caught:
        open_part(exact=True)
    assert failure_of(caught) == (Kind.FILE_EXISTS, Exit.FILE_EXISTS)
    assert str(caught.value) == f"{tmp_path / taken} {said}"
    assert [p.name for p in tmp_path.iterdir()] == [taken]


@pytest.mark.parametrize("name", ["", ".", "..", "../f", "/f", "a/f", "a\0f"])
def test_what_is_no_name_is_refused(open_part, tmp_path, name):
    with pytest.raises(OSError, match="not a file name") as caught:
        open_part(name)
    assert caught.value.errno == errno.EINVAL
    assert listing(tmp_path) == {}


def test_a_name_that_is_too_long_is_cut_unless_it_was_asked_for(open_part):
    assert open_part("é" * 127).name == "é" * 125
    with pytest.raises(OSError, match="too long"):
        open_part("é" * 127, exact=True)


@pytest.mark.parametrize("exact", [False, True])
def test_a_left_part_is_gone_on_with_in_any_life_of_the_machine(open_part, tmp_path, left, exact):
    before = replace(left, boot_id="boot-0", mount="elsewhere")
    part = open_part(resume=before, size_bytes=20, exact=exact)
    assert (part.name, part.kept, part.identity) == ("f", True, left)
    assert part.kept_bytes == 10
    assert listing(tmp_path) == {"f.part": b"0123456789"}


def test_a_part_that_is_gone_is_begun_anew_and_never_with_the_old_inode(open_part, tmp_path, left):
    (tmp_path / "f.part").unlink()
    part = open_part(resume=left, size_bytes=3)
    assert (part.name, part.kept) == ("f", False)
    assert part.identity.inode != left.inode
    assert listing(tmp_path) == {"f.part": bytes(3)}


def test_a_foreign_file_in_the_parts_place_is_left_alone(open_part, tmp_path, left):
    (tmp_path / "theirs").write_bytes(b"theirs")
    (tmp_path / "theirs").rename(tmp_path / "f.part")
    part = open_part(resume=left)
    assert (part.name, part.kept) == ("f (1)", False)
    assert listing(tmp_path) == {"f.part": b"theirs", "f (1).part": b""}


def test_a_link_to_the_part_in_its_place_is_not_followed(open_part, tmp_path, left):
    (tmp_path / "f.part").rename(tmp_path / "moved")
    (tmp_path / "f.part").symlink_to("moved")
    assert open_part(resume=left).name == "f (1)"


def test_a_left_part_whose_exact_name_was_taken_fails_before_it_fetches(open_part, tmp_path, left):
    (tmp_path / "f").write_bytes(b"theirs")
    with pytest.raises(FailureError) as caught:
        open_part(resume=left, exact=True)
    assert failure_of(caught) == (Kind.FILE_EXISTS, Exit.FILE_EXISTS)
    assert open_part(resume=left).kept


def test_a_part_that_another_holds_is_busy(open_part, tmp_path):
    holder = open_part()
    with pytest.raises(FailureError) as caught:
        open_part(resume=holder.identity)
    assert failure_of(caught) == (Kind.FILE_BUSY, Exit.FILE_BUSY)
    assert f"another process is writing {tmp_path / 'f.part'}" in str(caught.value)
    holder.close()
    assert open_part(resume=holder.identity).kept


def test_no_room_leaves_no_new_part_behind(open_part, tmp_path):
    with pytest.raises(FailureError) as caught:
        open_part(size_bytes=1 << 60)
    assert failure_of(caught) == (Kind.DISK_FULL, Exit.DISK_FULL)
    assert f"no room for {tmp_path / 'f.part'}: No space left" in str(caught.value)
    assert listing(tmp_path) == {}


def test_no_room_keeps_the_part_that_was_there(open_part, tmp_path, left):
    with pytest.raises(FailureError):
        open_part(size_bytes=1 << 60, resume=left)
    assert listing(tmp_path) == {"f.part": b"0123456789"}
    assert open_part(resume=left).kept


def test_a_file_that_may_not_be_so_long_leaves_nothing(open_part, tmp_path, file_size_limit):
    with file_size_limit(1_000), pytest.raises(OSError, match="too large") as caught:
        open_part(size_bytes=2_000)
    assert caught.value.filename == str(tmp_path / "f.part")
    assert listing(tmp_path) == {}


def test_every_descriptor_is_closed_after_success_and_failure(open_part, tmp_path):
    before = len(list(Path("/proc/self/fd").iterdir()))
    part = open_part()
    for _ in range(3):
        with pytest.raises(FailureError):
            open_part(exact=True)
        with pytest.raises(FailureError):
            open_part(resume=part.identity)
    part.publish(exact=True)
    part.settle().result()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_published_file_is_recognised_after_a_crash(disk, open_part, tmp_path):
    part = open_part()
    assert not disk.is_published(str(tmp_path), "f", part.identity)
    part.publish(exact=True)
    assert disk.is_published(str(tmp_path), "f", part.identity)
    assert not disk.is_published(str(tmp_path), "other", part.identity)
    assert not disk.is_published(str(tmp_path / "gone"), "f", part.identity)
    assert not (tmp_path / "gone").exists()


def test_reading_the_umask_does_not_change_it():
    before = os.umask(0o027)
    try:
        LocalDisk("boot-1")
        assert os.umask(0o027) == 0o027
    finally:
        os.umask(before)
