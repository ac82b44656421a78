import os
import stat

import pytest

from ddm.disk import libc
from ddm.disk.directory import Directory
from ddm.disk.elsewhere import Here
from ddm.errors import Exit
from ddm.failures import FailureError, Kind
from ddm.record import PartIdentity


@pytest.fixture
def folder(tmp_path):
    made = Directory(str(tmp_path), Here())
    yield made
    made.close()


def test_a_missing_directory_is_made_with_its_parents(tmp_path):
    Directory(str(tmp_path / "a" / "b"), Here()).close()
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize(
    ("path", "why"), [("file", "Not a directory"), ("file/below", "Not a directory")]
)
def test_what_is_no_directory_is_named_with_the_way_out(tmp_path, path, why):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FailureError) as caught:
        Directory(str(tmp_path / path), Here())
    failure = caught.value.failure
    assert (failure.kind, failure.code) == (Kind.NO_DIRECTORY, Exit.DIRECTORY_FAILED)
    assert failure.message == (
        f"could not open the directory {tmp_path / path}: {why}; choose one you may write to"
    )


def test_a_new_file_is_its_owners_alone(tmp_path, folder):
    before = os.umask(0)
    try:
        os.close(folder.create("f"))
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600


@pytest.mark.parametrize("target", ["missing", "target"])
def test_a_link_in_the_way_is_neither_followed_nor_replaced(tmp_path, folder, target):
    (tmp_path / "target").write_bytes(b"precious")
    (tmp_path / "f").symlink_to(tmp_path / target)
    with pytest.raises(FileExistsError) as caught:
        folder.create("f")
    assert caught.value.filename == str(tmp_path / "f")
    with pytest.raises(OSError, match="symbolic links"):
        folder.open("f")
    assert folder.lstat("f") is not None
    assert (tmp_path / "target").read_bytes() == b"precious"


def test_a_link_to_a_file_does_not_hold_it(tmp_path, folder):
    (tmp_path / "target").write_bytes(b"")
    (tmp_path / "f").symlink_to(tmp_path / "target")
    found = (tmp_path / "target").stat()
    target = PartIdentity("boot-1", found.st_dev, found.st_ino)
    assert folder.holds("target", target)
    assert not folder.holds("f", target)


def test_a_directory_that_is_moved_is_still_the_one(tmp_path):
    folder = Directory(str(tmp_path / "before"), Here())
    (tmp_path / "before").rename(tmp_path / "after")
    (tmp_path / "before").mkdir()
    os.close(folder.create("f"))
    folder.close()
    assert (tmp_path / "after" / "f").exists()
    assert not (tmp_path / "before" / "f").exists()


def test_a_directory_knows_whether_its_path_leads_to_it(tmp_path):
    folder = Directory(str(tmp_path / "before"), Here())
    before = folder.is_at_its_path
    (tmp_path / "before").rename(tmp_path / "after")
    moved = folder.is_at_its_path
    (tmp_path / "before").mkdir()
    replaced = folder.is_at_its_path
    folder.close()
    assert (before, moved, replaced) == (True, False, False)


@pytest.mark.parametrize("old_kernel", [False, True])
def test_a_rename_takes_a_free_name_alone(tmp_path, folder, monkeypatch, old_kernel):
    if old_kernel:
        monkeypatch.setattr(libc, "_LIBC", object())
    (tmp_path / "old").write_bytes(b"mine")
    (tmp_path / "taken").write_bytes(b"theirs")
    with pytest.raises(FileExistsError) as caught:
        folder.rename("old", "taken")
    assert caught.value.filename == str(tmp_path / "taken")
    folder.rename("old", "new")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {
        "new": b"mine",
        "taken": b"theirs",
    }


def test_syncing_and_closing_twice_is_no_error(folder):
    folder.sync()
    folder.close()
    folder.close()


class Noted(Here):
    """What is asked for, and where the descriptors of it lead."""

    def __init__(self):
        self.asked = []

    def sync(self, fd, witness_fd, path, size_bytes=None):
        assert fd != witness_fd
        assert os.path.sameopenfile(fd, witness_fd)
        self.asked.append(path)
        return super().sync(fd, witness_fd, path, size_bytes)


def test_names_are_put_on_the_disk_elsewhere_and_once_for_all(tmp_path):
    elsewhere = Noted()
    folder = Directory(str(tmp_path), elsewhere)
    (tmp_path / "a").touch()
    (tmp_path / "b").touch()
    changes = [folder.rename("a", "c"), folder.unlink("b"), folder.replace("c", "d")]
    for each in changes:
        folder.settle(each).result()
    folder.close()

    assert elsewhere.asked == [str(tmp_path)]


def test_a_file_whose_name_goes_is_held_as_long_as_somebody_wants(tmp_path, folder):
    (tmp_path / "f").write_bytes(b"precious")
    (tmp_path / "f").chmod(0)
    fd = folder.hold("f")
    folder.unlink("f")
    try:
        assert (os.fstat(fd).st_nlink, os.fstat(fd).st_size) == (0, 8)
    finally:
        os.close(fd)


def test_what_is_not_there_cannot_be_held(folder):
    assert folder.hold("f") is None
