import os
import stat

import pytest

from ddm import private


@pytest.fixture(params=[0o000, 0o022, 0o277])
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def _mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_directory_is_its_owners_alone_whatever_the_umask(tmp_path, umask):
    private.make_directory(tmp_path / "new")

    assert _mode(tmp_path / "new") == 0o700


def test_missing_parents_are_made_and_are_private_too(tmp_path, umask):
    private.make_directory(tmp_path / "a" / "b")

    assert _mode(tmp_path / "a") == 0o700
    assert _mode(tmp_path / "a" / "b") == 0o700


def test_a_directory_that_exists_stays_as_it_is(tmp_path):
    tmp_path.chmod(0o755)

    private.make_directory(tmp_path)

    assert _mode(tmp_path) == 0o755


def test_a_new_file_is_its_owners_alone_whatever_the_umask(tmp_path, umask):
    os.close(private.open_file(tmp_path / "file", os.O_WRONLY))

    assert _mode(tmp_path / "file") == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path):
    file = tmp_path / "file"
    file.write_text("kept")
    file.chmod(0o644)

    os.close(private.open_file(file, os.O_WRONLY))

    assert (_mode(file), file.read_text()) == (0o600, "kept")


def test_a_symlink_is_not_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic links"):
        private.open_file(tmp_path / "link", os.O_WRONLY)

    assert not (tmp_path / "elsewhere").exists()


def test_a_pipe_without_a_reader_does_not_make_us_wait(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError, match="No such device"):
        private.open_file(tmp_path / "pipe", os.O_WRONLY)


def test_a_file_is_replaced_whole(tmp_path):
    path, draft = tmp_path / "f", tmp_path / "f.new"
    path.write_text("what was there, and longer")
    private.replace(path, b"new", draft=draft, durable=True)

    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"new", 0o600)
    assert not draft.exists()


def test_a_file_that_could_not_be_replaced_is_as_it_was_and_no_draft_stays(tmp_path):
    path, draft = tmp_path / "f", tmp_path / "f.new"
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        private.replace(path, b"new", draft=draft)

    assert (path.is_dir(), draft.exists()) == (True, False)
