"""More planted bugs, as in tests/test_planted.py: of what survives a crash, and of what users wish.

`python tests/testing/test_world_planted.py [BUG...]` looks for the first seeds anew.
"""

import sys
from pathlib import Path
from runpy import run_path

import pytest

from ddm import failures
from ddm.committed import Committed
from ddm.core import hearing, probing
from ddm.core.commands import RecordProgress
from ddm.disk.marks import Marks
from ddm.ledger import Ledger
from ddm.testing.disk import SimDisk

PLANTED = run_path(str(Path(__file__).parent.parent / "test_planted.py"))


def believe_another_boot(patch):
    """What was true before the power was cut is believed after it."""
    patch.setattr(SimDisk, "boot_id", "boot-1")


def forget_what_was_marked(patch):
    """Nobody reads the marks of a process that was killed."""
    patch.setattr(Marks, "found", lambda _: ())


def keep_marks_when_claims_shrink(patch):
    """What is taken back stays marked."""
    patch.setattr(Marks, "forget", lambda *_: None)


def finish_before_it_is_on_the_disk(patch):
    """What is committed counts as being on the disk."""
    patch.setattr(Committed, "is_on_disk", lambda *_: True)


def record_syncs_lazily(patch):
    """That something is on the disk need not be on the disk."""
    real = Ledger.record

    def record(self, command):
        durable = self._durable
        real(self, command)
        if isinstance(command, RecordProgress) and not command.shrinks:
            self._durable = durable

    patch.setattr(Ledger, "record", record)


def begin_again_what_is_published(patch):
    """Who was FINISHING is queued again, whether the file has its name or not."""
    patch.setattr(SimDisk, "is_published", lambda *_, **__: False)


def ignore_a_wish(patch):
    """Jobs in work do not hear what users wish."""
    patch.setattr(hearing.wishing, "on_wish", lambda *_: None)


def go_on_while_the_disk_is_full(patch):
    """Whatever the disk says, it is tried again."""

    def checked(work, job, _lacking_bytes):
        job.room = None

    patch.setattr(hearing.room, "on_room_checked", checked)


def fetch_what_is_asked_again(patch):
    """A file that the server has another version of is fetched again."""

    def on_head(work, job, _offer):
        job.checking = False
        work.fail(job, failures.CANCELLED)

    patch.setattr(probing.checking, "on_head", on_head)


# The bug, and the first seed that finds it.
FOUND = {
    believe_another_boot: 19,
    forget_what_was_marked: 11,
    keep_marks_when_claims_shrink: 111,
    finish_before_it_is_on_the_disk: 444,
    record_syncs_lazily: 415,
    begin_again_what_is_published: 47,
    ignore_a_wish: 122,
    go_on_while_the_disk_is_full: 230,
    fetch_what_is_asked_again: 28,
}


@pytest.mark.parametrize(("bug", "seed"), FOUND.items(), ids=[bug.__name__ for bug in FOUND])
def test_a_planted_bug_is_found(bug, seed, monkeypatch):
    bug(monkeypatch)

    assert PLANTED["finds"](seed)


if __name__ == "__main__":
    PLANTED["search"](FOUND, sys.argv[1:])
