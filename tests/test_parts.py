import errno
import hashlib
import os
from contextlib import closing

import pytest

from ddm.byteranges import RangeSet
from ddm.core import commands, events
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import Marks
from ddm.failures import Kind
from ddm.parts import Parts
from ddm.spec import Checksum

JOB = 1


@pytest.fixture
def marks():
    marks = Marks(bytearray(8 * (64 + 6 * 8)), "boot")
    marks.clear()
    return marks


@pytest.fixture
def parts(marks):
    with closing(Parts(LocalDisk("boot"), marks)) as parts:
        yield parts


@pytest.fixture
def open_part(parts, tmp_path):
    """Opens, or begins again, the part file of job 1; the answer."""

    def opened(size_bytes=100, *, again=False, name="f", resume=None, directory=tmp_path):
        asked = (JOB, str(directory), name)
        if again:
            return parts.do(commands.ResetPart(*asked, exact=True, size_bytes=size_bytes))
        return parts.do(commands.OpenPart(*asked, exact=True, size_bytes=size_bytes, resume=resume))

    return opened


@pytest.fixture
def unsyncable(monkeypatch):
    """From when this is called no sync works."""

    def broken(_fd):
        raise OSError(errno.EIO, "Input/output error")

    return lambda: monkeypatch.setattr("os.fdatasync", broken)


def lives(marks):
    return {(mark.incarnation, mark.inode) for mark in marks.found()}


# -- transfers -------------------------------------------------------------------------------------


def test_a_transfer_writes_to_its_file_and_is_marked_in_the_life_of_it(
    parts, marks, open_part, tmp_path
):
    identity = open_part().identity
    parts.lives_as(JOB, 3)
    parts.sink(7, JOB).write_at([b"abc"], 10)

    assert (tmp_path / "f.part").read_bytes()[10:13] == b"abc"
    (mark,) = marks.found()
    assert (mark.job_id, mark.incarnation, mark.start, mark.position) == (JOB, 3, 10, 13)
    assert (mark.device, mark.inode) == (identity.device, identity.inode)


def test_a_transfer_that_ended_keeps_its_mark_until_that_is_recorded(parts, marks, open_part):
    open_part()
    parts.sink(7, JOB).write_at([b"abc"], 10)
    parts.transfer_ended(7)
    before = len(marks.found())
    marks.recorded(JOB, RangeSet.of(10, 13))

    assert (before, marks.found()) == (1, ())


def test_the_mark_of_a_transfer_that_goes_on_stays_when_it_is_recorded(parts, marks, open_part):
    open_part()
    parts.sink(7, JOB).write_at([b"abc"], 10)
    marks.recorded(JOB, RangeSet.of(10, 13))

    assert len(marks.found()) == 1


def test_the_end_of_a_transfer_that_wrote_nothing_is_nothing(parts, marks, open_part):
    open_part()
    parts.sink(7, JOB)
    parts.transfer_ended(7)
    parts.transfer_ended(8)

    assert marks.found() == ()


def test_a_file_that_is_begun_again_is_marked_in_its_new_life(parts, marks, open_part):
    first = open_part().identity
    parts.lives_as(JOB, 0)
    parts.sink(7, JOB).write_at([b"abc"], 0)
    parts.transfer_ended(7)
    second = open_part(again=True).identity
    parts.lives_as(JOB, 1)
    parts.sink(8, JOB).write_at([b"abc"], 0)

    assert first.inode != second.inode
    assert lives(marks) == {(0, first.inode), (1, second.inode)}


# -- deeds -----------------------------------------------------------------------------------------


def test_a_file_that_is_begun_again_is_empty_and_another(open_part, parts, tmp_path):
    first = open_part()
    parts.sink(7, JOB).write_at([b"abc"], 0)
    second = open_part(again=True)

    assert second.identity.inode != first.identity.inode
    assert (second.name, second.kept) == ("f", False)
    assert (tmp_path / "f.part").read_bytes() == bytes(100)


def test_a_file_that_is_found_again_says_how_long_it_is(parts, open_part):
    identity = open_part().identity
    parts.do(commands.ClosePart(JOB))
    again = open_part(resume=identity)

    assert (again.kept, again.kept_bytes, again.identity) == (True, 100, identity)


def test_a_full_disk_is_told_when_a_file_is_opened(open_part, monkeypatch, tmp_path):
    opened = os.open

    def full(path, flags, *rest, **named):
        if flags & os.O_CREAT:
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, flags, *rest, **named)

    with monkeypatch.context() as patch:
        patch.setattr("os.open", full)
        answer = open_part()

    assert (type(answer), answer.job_id) == (events.PartFailed, JOB)
    assert answer.failure.kind is Kind.DISK_FULL
    assert str(tmp_path / "f.part") in answer.failure.message


def test_a_file_that_is_longer_than_the_disk_has_room_is_told_with_its_path(open_part, tmp_path):
    free = os.statvfs(tmp_path)
    answer = open_part(free.f_blocks * free.f_frsize * 2)

    assert answer.failure.kind is Kind.DISK_FULL
    assert str(tmp_path / "f.part") in answer.failure.message
    assert list(tmp_path.iterdir()) == []


def test_a_directory_that_cannot_be_opened_is_told(open_part, tmp_path):
    (tmp_path / "file").touch()

    assert open_part(directory=tmp_path / "file").failure.kind is Kind.NO_DIRECTORY


def test_room_is_looked_at(parts, tmp_path):
    def lacking(size_bytes):
        return parts.do(commands.CheckRoom(JOB, str(tmp_path), "f", size_bytes))

    free = os.statvfs(tmp_path)
    much = free.f_blocks * free.f_frsize * 2
    assert lacking(100).lacking_bytes <= 0
    assert 0 < lacking(much).lacking_bytes < much
    assert lacking(100).job_id == JOB


def test_a_sync_gives_the_file_its_length(parts, open_part, tmp_path):
    open_part()

    assert parts.do(commands.SyncFile(JOB, 50)) == events.FileSynced(JOB)
    assert (tmp_path / "f.part").stat().st_size == 50


def test_a_sync_that_failed_is_told_with_the_path(parts, open_part, unsyncable, tmp_path):
    open_part()
    unsyncable()
    answer = parts.do(commands.SyncFile(JOB, None))

    assert (type(answer), answer.failure.kind) == (events.SyncFailed, Kind.DISK_ERROR)
    assert f"could not sync {tmp_path / 'f.part'}" in answer.failure.message


def test_a_file_that_could_not_be_synced_is_closed_all_the_same(parts, open_part, unsyncable):
    identity = open_part().identity
    unsyncable()
    answer = parts.do(commands.ClosePart(JOB))

    assert answer.failure.kind is Kind.DISK_ERROR
    assert open_part(resume=identity).kept  # it would be locked


def test_a_whole_file_gets_its_name(parts, open_part, tmp_path):
    open_part()
    parts.publish([commands.PublishFile(JOB, exact=True)])
    (answer,) = parts.answers()

    assert answer == events.FilePublished(JOB, "f")
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_a_name_that_is_taken_is_told_and_the_file_stays_open(parts, open_part, tmp_path):
    open_part()
    (tmp_path / "f").write_bytes(b"somebody's")
    parts.publish([commands.PublishFile(JOB, exact=True)])
    (answer,) = parts.answers()

    assert answer.failure.kind is Kind.FILE_EXISTS
    assert (tmp_path / "f").read_bytes() == b"somebody's"
    assert parts.do(commands.ClosePart(JOB)) == events.PartClosed(JOB, None)


def test_a_file_is_digested(parts, open_part):
    open_part(100)
    answer = parts.do(commands.DigestFile(JOB, ("sha-256",), 100))

    assert answer.found == (Checksum("sha-256", hashlib.sha256(bytes(100)).hexdigest()),)


def test_a_file_that_cannot_be_read_has_no_digest(parts, open_part, monkeypatch, tmp_path):
    open_part()

    def broken(*_):
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("os.pread", broken)
        answer = parts.do(commands.DigestFile(JOB, ("sha-256",), 100))

    assert f"could not read {tmp_path / 'f.part'}" in answer.failure.message


def test_what_is_open_can_be_removed_but_not_a_file_that_has_its_name(parts, open_part, tmp_path):
    open_part()
    parts.discard()
    parts.close()
    assert list(tmp_path.iterdir()) == []

    open_part()
    parts.publish([commands.PublishFile(JOB, exact=True)])
    parts.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_closing_keeps_files_and_lets_others_have_them(parts, open_part, tmp_path):
    identity = open_part().identity
    parts.close()
    parts.close()

    assert (tmp_path / "f.part").exists()
    assert open_part(resume=identity).kept
