"""What is done together for the files of several jobs: names."""

import errno
import os
from contextlib import closing
from pathlib import Path

import pytest

from ddm.core import commands, events
from ddm.disk.localdisk import LocalDisk
from ddm.disk.marks import NoMarks
from ddm.parts import Parts


@pytest.fixture
def parts():
    with closing(Parts(LocalDisk("boot"), NoMarks())) as parts:
        yield parts


@pytest.fixture
def open_three(parts, tmp_path):
    """The part files of jobs 1, 2 and 3, in two directories."""
    for job_id, directory in ((1, "one"), (2, "one"), (3, "other")):
        asked = (job_id, str(tmp_path / directory), f"f{job_id}")
        parts.do(commands.OpenPart(*asked, exact=True, size_bytes=9, resume=None))


@pytest.mark.usefixtures("open_three")
def test_files_that_end_in_one_turn_share_one_sync_of_their_directory(parts, tmp_path, monkeypatch):
    synced, fsync = [], os.fsync

    def noted(fd):
        synced.append(Path(f"/proc/self/fd/{fd}").readlink().name)
        return fsync(fd)

    monkeypatch.setattr(os, "fsync", noted)
    parts.publish([commands.PublishFile(n, exact=True) for n in (1, 2, 3)])

    assert parts.answers() == [events.FilePublished(n, f"f{n}") for n in (1, 2, 3)]
    assert synced == ["one", "other"]
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
    parts.publish([commands.PublishFile(n, exact=True) for n in (1, 2, 3)])
    answers = parts.answers()

    assert [type(answer) for answer in answers[:2]] == [events.PartFailed] * 2
    assert answers[2] == events.FilePublished(3, "f3")
    names = sorted(path.name for path in tmp_path.glob("*/*"))
    assert names == ["f1.part", "f2.part", "f3"]
