import errno
import os
import stat

import pytest

from ddm.disk import libc
from ddm.disk.localdisk import LocalDisk
from ddm.errors import Exit
from ddm.failures import FailureError, Kind


def listing(directory):
    return {p.name: p.read_bytes() for p in directory.iterdir()}


def test_buffers_follow_each_other_from_the_offset(open_part, tmp_path):
    part = open_part(size_bytes=10)
    part.write_at([b"cd", b"", b"efg"], 2)
    part.write_at([], 9)
    assert (tmp_path / "f.part").read_bytes() == b"\0\0cdefg\0\0\0"


def test_more_buffers_than_one_call_takes_are_all_written(open_part, tmp_path):
    buffers = [bytes([n % 251]) * (n % 3) for n in range(5_000)]
    open_part().write_at(buffers, 0)
    assert (tmp_path / "f.part").read_bytes() == b"".join(buffers)


def test_a_short_write_is_followed_by_the_rest(open_part, tmp_path, file_size_limit):
    part = open_part()
    with file_size_limit(5), pytest.raises(OSError, match=r"f\.part") as caught:
        part.write_at([b"abc", b"def", b"ghi"], 0)
    assert (caught.value.errno, caught.value.filename) == (errno.EFBIG, str(tmp_path / "f.part"))
    assert (tmp_path / "f.part").read_bytes() == b"abcde"


def test_a_full_disk_is_said_by_the_write_itself(open_part, small_tmpfs):
    part = open_part(directory=small_tmpfs)
    with pytest.raises(OSError, match="No space left") as caught:
        part.write_at([bytes(1 << 20), b"more"], 0)
    assert caught.value.filename == str(small_tmpfs / "f.part")
    assert (small_tmpfs / "f.part").stat().st_size == 1 << 20


@pytest.mark.parametrize("size_bytes", [2, 6])
def test_a_sync_gives_the_file_the_length_it_is_told(open_part, tmp_path, size_bytes):
    part = open_part()
    part.write_at([b"abcd"], 0)
    part.sync().result()
    assert (tmp_path / "f.part").read_bytes() == b"abcd"
    part.sync(size_bytes).result()
    assert (tmp_path / "f.part").read_bytes() == b"abcd\0\0"[:size_bytes]


def test_a_closed_part_takes_no_bytes(open_part, tmp_path):
    part = open_part()
    part.close()
    part.close()
    with pytest.raises(OSError, match="Bad file descriptor") as caught:
        part.write_at([b"x"], 0)
    assert caught.value.filename == str(tmp_path / "f.part")


def test_a_discarded_part_is_gone(open_part, tmp_path):
    part = open_part()
    part.discard()
    part.discard()
    assert listing(tmp_path) == {}


def test_a_part_that_was_replaced_is_not_discarded(open_part, tmp_path):
    part = open_part()
    (tmp_path / "theirs").write_bytes(b"theirs")
    (tmp_path / "theirs").rename(tmp_path / "f.part")
    part.discard()
    assert listing(tmp_path) == {"f.part": b"theirs"}


@pytest.mark.parametrize("old_kernel", [False, True])
@pytest.mark.parametrize("exact", [False, True])
def test_a_whole_file_gets_its_name(open_part, tmp_path, monkeypatch, exact, old_kernel):
    if old_kernel:
        monkeypatch.setattr(libc, "_LIBC", object())
    part = open_part(exact=exact)
    part.write_at([b"whole"], 0)
    assert (part.publish(exact=exact), part.name) == ("f", "f")
    assert listing(tmp_path) == {"f": b"whole"}


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0, 0o666)])
def test_a_whole_file_may_be_read_by_whom_the_umask_says(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        part = (
            LocalDisk("boot-1")
            .open_part(str(tmp_path), "f", exact=False, size_bytes=0, resume=None)
            .result()
        )
        assert stat.S_IMODE((tmp_path / "f.part").stat().st_mode) == 0o600
        part.publish(exact=False)
        assert os.umask(umask) == umask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == mode


def test_a_name_taken_meanwhile_leads_to_the_next_free_pair(open_part, tmp_path):
    part = open_part("f.iso")
    part.write_at([b"mine"], 0)
    (tmp_path / "f.iso").write_bytes(b"theirs")
    (tmp_path / "f (1).iso.part").write_bytes(b"another job's")
    (tmp_path / "f (2).iso").symlink_to("nowhere")
    assert part.publish(exact=False) == "f (3).iso"
    assert (tmp_path / "f.iso").read_bytes() == b"theirs"
    assert (tmp_path / "f (3).iso").read_bytes() == b"mine"
    assert not (tmp_path / "f.iso.part").exists()


def test_an_exact_name_taken_meanwhile_is_an_error_and_the_part_stays(open_part, tmp_path):
    part = open_part(exact=True)
    part.write_at([b"mine"], 0)
    (tmp_path / "f").write_bytes(b"theirs")
    with pytest.raises(FailureError) as caught:
        part.publish(exact=True)
    assert (caught.value.failure.kind, caught.value.failure.code) == (
        Kind.FILE_EXISTS,
        Exit.FILE_EXISTS,
    )
    assert str(tmp_path / "f") in str(caught.value)
    assert listing(tmp_path) == {"f": b"theirs", "f.part": b"mine"}


def test_another_file_in_the_parts_place_is_not_published(open_part, tmp_path):
    part = open_part()
    (tmp_path / "theirs").write_bytes(b"theirs")
    (tmp_path / "theirs").rename(tmp_path / "f.part")
    with pytest.raises(FailureError, match="moved or replaced") as caught:
        part.publish(exact=False)
    assert caught.value.failure.kind is Kind.DISK_ERROR
    assert listing(tmp_path) == {"f.part": b"theirs"}


@pytest.mark.parametrize("size_bytes", [None, 8])
def test_a_file_that_another_program_has_cut_is_an_error(open_part, tmp_path, size_bytes):
    part = open_part(size_bytes=size_bytes)
    part.write_at([b"12345678"], 0)
    part.sync().result()
    os.truncate(tmp_path / "f.part", 4)
    uses = (
        lambda: part.write_at([b"8"], 7),
        lambda: part.sync().result(),
        lambda: part.sync(8).result(),
    )
    for use in uses:
        with pytest.raises(OSError, match="another program has cut it short") as caught:
            use()
        assert caught.value.filename == str(tmp_path / "f.part")
    assert (tmp_path / "f.part").read_bytes() == b"1234"


def test_in_a_directory_that_was_moved_away_nothing_is_published(open_part, tmp_path):
    part = open_part(directory=tmp_path / "before")
    (tmp_path / "before").rename(tmp_path / "after")
    with pytest.raises(FailureError, match="before was moved or removed meanwhile; put it back"):
        part.publish(exact=False)
    (tmp_path / "after").rename(tmp_path / "before")
    assert part.publish(exact=False) == "f"


def test_a_crash_between_link_and_unlink_is_put_right(open_part, tmp_path):
    part = open_part(exact=True)
    (tmp_path / "f").hardlink_to(tmp_path / "f.part")
    assert part.publish(exact=True) == "f"
    assert listing(tmp_path) == {"f": b""}


def test_a_name_that_could_not_be_put_on_the_disk_is_taken_back(open_part, tmp_path, monkeypatch):
    part = open_part()
    part.write_at([b"whole"], 0)

    def broken(_fd):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", broken)
        part.publish(exact=True)
        with pytest.raises(OSError, match="Input/output error"):
            part.settle().result()
    assert listing(tmp_path) == {"f.part": b"whole"}
    assert part.publish(exact=True) == "f"
    part.settle().result()


def test_a_part_says_on_which_mount_it_is(open_part, tmp_path, small_tmpfs):
    here, beside = open_part("a").identity.mount, open_part("b").identity.mount
    there = open_part("a", directory=small_tmpfs).identity.mount
    if not here:
        pytest.skip("this kernel does not say")
    assert (here == beside, here == there) == (True, False)


def test_a_kernel_that_does_not_say_the_mount_is_no_error(open_part, monkeypatch):
    monkeypatch.setattr(libc, "_LIBC", object())
    assert open_part().identity.mount == ""
