"""What is done together for the files of several jobs: syncs, and names."""

import errno
import os
from contextlib import closing
from pathlib import Path

import pytest

from ddm.core import commands, events
from ddm.disk import libc
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import NoMarks
from ddm.parts import Parts


@pytest.fixture
def parts():
    with closing(Parts(LocalDisk("boot"), NoMarks())) as parts:
        yield parts


@pytest.fixture
def calls(monkeypatch):
    """What is asked of the disk from now on: begin, sync, and sync of a directory, by name."""
    made = []

    def noted(what, real):
        def call(fd, *rest):
            made.append((what, Path(f"/proc/self/fd/{fd}").readlink().name))
            return real(fd, *rest)

        return call

    monkeypatch.setattr(libc, "begin_writing", noted("begin", libc.begin_writing))
    monkeypatch.setattr(os, "fdatasync", noted("sync", os.fdatasync))
    monkeypatch.setattr(os, "fsync", noted("settle", os.fsync))
    return made


@pytest.fixture
def open_three(parts, tmp_path):
    """The part files of jobs 1, 2 and 3, in two directories."""
    for job_id, directory in ((1, "one"), (2, "one"), (3, "other")):
        asked = (job_id, str(tmp_path / directory), f"f{job_id}")
        parts.do(commands.OpenPart(*asked, exact=True, size_bytes=9, resume=None))


@pytest.mark.usefixtures("open_three")
def test_the_syncs_of_a_turn_begin_together(parts, calls):
    for job_id in (1, 2):
        parts.do(commands.SyncFile(job_id, None))

    assert parts.sync_on() == [events.FileSynced(1), events.FileSynced(2)]
    assert [what for what, _ in calls] == ["begin", "begin", "sync", "sync"]


@pytest.mark.usefixtures("open_three")
def test_one_sync_alone_is_not_begun_first(parts, calls):
    parts.do(commands.SyncFile(1, None))
    parts.sync_on()

    assert calls == [("sync", "f1.part")]


@pytest.mark.usefixtures("open_three")
def test_files_that_end_in_one_turn_share_one_sync_of_their_directory(parts, calls, tmp_path):
    answers = parts.publish([commands.PublishFile(n, exact=True) for n in (1, 2, 3)])

    assert answers == [events.FilePublished(n, f"f{n}") for n in (1, 2, 3)]
    assert calls == [("settle", "one"), ("settle", "other")]
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["f1", "f2", "f3"]


@pytest.mark.usefixtures("open_three")
def test_names_that_one_sync_was_to_keep_are_all_taken_back_when_it_fails(
    parts, tmp_path, monkeypatch
):
    """The second time it would succeed, and keep nothing."""
    broken = [OSError(errno.EIO, "Input/output error")]

    def fsync(_fd):
        if broken:
            raise broken.pop()

    monkeypatch.setattr(os, "fsync", fsync)
    answers = parts.publish([commands.PublishFile(n, exact=True) for n in (1, 2, 3)])

    assert [type(answer) for answer in answers[:2]] == [events.PartFailed] * 2
    assert answers[2] == events.FilePublished(3, "f3")
    names = sorted(path.name for path in tmp_path.glob("*/*"))
    assert names == ["f1.part", "f2.part", "f3"]
