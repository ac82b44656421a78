from contextlib import closing
from pathlib import Path

import pytest

from ddm.disk.elsewhere import Here
from ddm.disk.folders import Folders
from ddm.failures import FailureError


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_directory_is_opened_once_and_closed_by_its_last_user(tmp_path):
    folders, before = Folders(), descriptors()
    first, second = folders.open(str(tmp_path), Here()), folders.open(str(tmp_path), Here())
    shared = descriptors() - before
    first.close()
    still = second.lstat("none")
    second.close()

    assert first is second
    assert (shared, still, descriptors() - before) == (2, None, 0)


def test_one_that_was_closed_is_opened_again(tmp_path):
    folders = Folders()
    folders.open(str(tmp_path), Here()).close()
    with closing(folders.open(str(tmp_path), Here())) as again:
        assert again.is_at_its_path


def test_a_path_that_leads_elsewhere_by_now_is_another_directory(tmp_path):
    folders, path = Folders(), tmp_path / "d"
    with closing(folders.open(str(path), Here())) as first:
        path.rename(tmp_path / "moved")
        with closing(folders.open(str(path), Here())) as second:
            (path / "f").touch()
            assert (first.lstat("f"), second.lstat("f") is not None) == (None, True)


def test_what_is_no_directory_cannot_be_opened(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FailureError, match="could not open the directory"):
        Folders().open(str(tmp_path / "file"), Here())


def test_one_that_is_forgotten_stays_its_users(tmp_path):
    folders = Folders()
    with closing(folders.open(str(tmp_path), Here())) as first:
        folders.clear()
        with closing(folders.open(str(tmp_path), Here())) as second:
            assert first is not second
        assert first.lstat("none") is None
