"""A part file whose syncs take their time, and whose end is somebody else's."""

import errno
import os

import pytest

from ddm.disk.elsewhere import Here
from ddm.errand import Failed


def listing(directory):
    return {p.name: p.read_bytes() for p in directory.iterdir()}


class Slow(Here):
    """Where nothing is over before the test says so. buried: what the descriptors lead to."""

    def __init__(self):
        self.asked, self.buried = [], []

    def sync(self, fd, witness_fd, path, size_bytes=None):
        assert fd != witness_fd
        self.asked.append(Asked(super().sync, fd, witness_fd, path, size_bytes))
        return self.asked[-1]

    def bury(self, fd):
        self.buried.append(os.fstat(fd).st_size)
        super().bury(fd)


class Asked:
    """A sync on its way."""

    def __init__(self, sync, *arguments):
        self._sync, self._arguments = sync, arguments
        self.over = False

    def end(self, error=None):
        self.over, self._done = True, Failed(error) if error else self._sync(*self._arguments)

    def result(self):
        return self._done.result()


@pytest.fixture
def elsewhere(disk):
    disk.elsewhere = Slow()
    return disk.elsewhere


def test_a_sync_is_over_when_somebody_else_has_made_it(open_part, elsewhere, tmp_path):
    part = open_part()
    part.write_at([b"abcd"], 0)
    errand = part.sync(2)
    assert (errand.over, (tmp_path / "f.part").read_bytes()) == (False, b"abcd")
    elsewhere.asked[0].end()
    errand.result()
    assert (errand.over, (tmp_path / "f.part").read_bytes()) == (True, b"ab")


def test_after_a_sync_that_failed_none_succeeds(open_part, elsewhere):
    """The kernel tells of the error once; the next sync would know nothing of it."""
    part = open_part()
    first, second = part.sync(), part.sync()
    elsewhere.asked[0].end(OSError(errno.EIO, "Input/output error", "f"))
    elsewhere.asked[1].end()
    for errand in (first, second):
        with pytest.raises(OSError, match="Input/output error"):
            errand.result()
    with pytest.raises(OSError, match="Input/output error"):
        part.sync().result()
    assert len(elsewhere.asked) == 2


def test_a_file_that_is_cut_during_a_sync_is_an_error(open_part, elsewhere, tmp_path):
    part = open_part()
    part.write_at([b"1234"], 0)
    errand = part.sync()
    os.truncate(tmp_path / "f.part", 2)
    elsewhere.asked[0].end()
    with pytest.raises(OSError, match="another program has cut it short"):
        errand.result()


def test_a_file_has_its_part_name_again_if_its_directory_could_not_be_synced(
    open_part, elsewhere, tmp_path
):
    part = open_part()
    part.publish(exact=True)
    settling = part.settle()
    assert listing(tmp_path) == {"f": b""}
    elsewhere.asked[0].end(OSError(errno.EIO, "Input/output error", str(tmp_path)))
    with pytest.raises(OSError, match="Input/output error"):
        settling.result()
    assert listing(tmp_path) == {"f.part": b""}


def test_a_file_without_a_name_is_freed_elsewhere(open_part, elsewhere, tmp_path):
    discarded, left, removed = open_part("a"), open_part("b"), open_part("c")
    for part, size in ((discarded, 1), (left, 2), (removed, 3)):
        part.write_at([b"x" * size], 0)
    discarded.discard()
    left.close()
    (tmp_path / "c.part").unlink()
    removed.close()
    assert elsewhere.buried == [1, 3]


def test_a_file_that_is_replaced_is_freed_elsewhere(open_part, elsewhere, tmp_path):
    (tmp_path / "f").write_bytes(b"old one")
    part = open_part(replace=True)
    part.publish(exact=True, replace=True)
    assert elsewhere.buried == [7]


def test_nobody_gets_the_lock_who_gets_the_descriptor(open_part, elsewhere):
    part = open_part()
    part.sync()
    handed_fd = elsewhere.asked[0]._arguments[0]
    kept_by_a_child = os.dup(handed_fd)
    try:
        part.close()
        assert open_part(resume=part.identity).kept
    finally:
        os.close(kept_by_a_child)
