import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from ddm.disk.elsewhere import Here
from ddm.errors import Exit
from ddm.failures import FailureError, Kind


@pytest.fixture
def left(open_part):
    """The identity of a part file "f" that an earlier run left."""
    part = open_part()
    part.write_at([b"mine"], 0)
    part.close()
    return part.identity


@pytest.fixture
def remove(disk, tmp_path):
    """Removes what a job "f" fetched into tmp_path."""

    def removed(identity, directory=tmp_path):
        return disk.remove_files(str(directory), "f", identity).result()

    return removed


def names(directory):
    return sorted(p.name for p in directory.iterdir())


def test_a_part_file_is_removed_once(remove, left, tmp_path):
    assert remove(left)
    assert not remove(left)
    assert names(tmp_path) == []


def test_a_whole_file_is_removed_even_one_that_may_not_be_written(remove, open_part, tmp_path):
    part = open_part()
    part.publish(exact=True)
    (tmp_path / "f").chmod(0o444)
    assert remove(part.identity)
    assert names(tmp_path) == []


def test_both_names_of_one_file_are_removed(remove, left, tmp_path):
    (tmp_path / "f").hardlink_to(tmp_path / "f.part")
    assert remove(left)
    assert names(tmp_path) == []


def test_the_boot_and_the_mount_do_not_matter(remove, left, tmp_path):
    assert remove(replace(left, boot_id="boot-0", mount="elsewhere"))
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["f", "f.part"])
def test_a_foreign_file_of_that_name_stays(remove, left, tmp_path, name):
    (tmp_path / "f.part").rename(tmp_path / "moved")
    (tmp_path / name).write_bytes(b"theirs")
    assert not remove(left)
    assert names(tmp_path) == sorted([name, "moved"])


@pytest.mark.parametrize("name", ["f", "f.part"])
def test_a_link_to_the_file_stays_and_so_does_the_file(remove, left, tmp_path, name):
    (tmp_path / "f.part").rename(tmp_path / "moved")
    (tmp_path / name).symlink_to("moved")
    assert not remove(left)
    assert (tmp_path / "moved").read_bytes() == b"mine"
    assert (tmp_path / name).is_symlink()


def test_a_directory_that_is_gone_is_not_made(remove, left, tmp_path):
    assert not remove(left, tmp_path / "gone")
    assert names(tmp_path) == ["f.part"]


def test_a_part_that_another_process_writes_is_busy_and_stays(remove, open_part, tmp_path):
    part = open_part()
    with pytest.raises(FailureError) as caught:
        remove(part.identity)
    failure = caught.value.failure
    assert (failure.kind, failure.code) == (Kind.FILE_BUSY, Exit.FILE_BUSY)
    assert f"another process is writing {tmp_path / 'f.part'}" in failure.message
    assert names(tmp_path) == ["f.part"]


@pytest.mark.parametrize("name", ["", "..", "../f"])
def test_what_is_no_name_is_refused(disk, left, tmp_path, name):
    with pytest.raises(OSError, match="not a file name"):
        disk.remove_files(str(tmp_path), name, left).result()


def test_every_descriptor_is_closed(remove, open_part):
    before = len(list(Path("/proc/self/fd").iterdir()))
    part = open_part()
    with pytest.raises(FailureError):
        remove(part.identity)
    part.close()
    assert remove(part.identity)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_cannot_be_removed_carries_its_path(remove, left, tmp_path, monkeypatch):
    def refused(name, **asked):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "unlink", refused)
    with pytest.raises(PermissionError) as caught:
        remove(left)
    assert caught.value.filename == str(tmp_path / "f.part")


class Slow(Here):
    """Where directories are synced when the test says so. buried: how long the files were."""

    def __init__(self):
        self.syncs, self.buried = [], []

    def sync(self, fd, witness_fd, path, size_bytes=None):
        del fd, witness_fd, path, size_bytes
        self.syncs.append(SimpleNamespace(over=False, result=lambda: None))
        return self.syncs[-1]

    def bury(self, fd):
        self.buried.append(os.fstat(fd).st_size)
        super().bury(fd)


def test_it_is_over_when_it_is_on_the_disk(disk, left, tmp_path):
    disk.elsewhere = Slow()
    removal = disk.remove_files(str(tmp_path), "f", left)
    assert (removal.over, names(tmp_path), disk.elsewhere.buried) == (False, [], [4])
    disk.elsewhere.syncs[0].over = True

    assert (removal.over, removal.result()) == (True, True)


def test_those_that_go_together_share_a_sync(disk, open_part, tmp_path):
    disk.elsewhere = Slow()
    parts = {name: open_part(name) for name in "abc"}
    for part in parts.values():
        part.close()
    removals = [disk.remove_files(str(tmp_path), *each) for each in _identities(parts)]
    disk.elsewhere.syncs[0].over = True
    assert [removal.over for removal in removals] == [True, False, False]
    disk.elsewhere.syncs[1].over = True

    assert [removal.over for removal in removals] == [True, True, True]
    assert len(disk.elsewhere.syncs) == 2


def _identities(parts):
    return [(name, part.identity) for name, part in parts.items()]
