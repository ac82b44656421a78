"""Bugs planted one at a time: the simulated world has to find each, or it proves nothing.

Each is found by the seed beside it, the first that does. `python tests/test_planted.py [BUG...]` looks for those anew,
among 4000 seeds; that takes minutes. tests/testing/test_world_planted.py has those that take a crash or a wish.
"""

import sys

import pytest
from msgspec.structs import replace

from ddm.byteranges import ByteRange
from ddm.core import failing, finishing, probing, running
from ddm.core.commands import PublishFile
from ddm.core.hostpolicy import HostPolicy
from ddm.core.job import Job
from ddm.core.work import Work
from ddm.http import response
from ddm.http.response import Accept
from ddm.testing.disk import SimDisk
from ddm.testing.part import SimPart
from ddm.testing.story import Violation
from ddm.testing.world import run

SEEDS = 4000


def no_content_range_check(patch):
    """A 206 is taken for what was asked for."""
    real = response.judge

    def trusting(expectation, head, *, wall_s):
        asked = expectation.range
        if head.status == 206 and asked is not None and not expectation.ask:
            return Accept(asked.start, asked.stop)
        return real(expectation, head, wall_s=wall_s)

    patch.setattr("ddm.testing.network.judge", trusting)


def trust_a_short_body(patch):
    """A connection that closes early has brought everything."""
    real = running._settle

    def settled(work, job, segment, event):
        failure = real(work, job, segment, event)
        if failure is not None and "closed too soon" in failure.message and segment.stop:
            job.keep(segment, segment.stop, work.now)
            return None if segment.full else failure
        return failure

    patch.setattr(running, "_settle", settled)


def off_by_one_in_the_last_piece(patch):
    """The last byte is never asked for, and claimed all the same."""
    real = probing.accept

    def accepted(work, job):
        real(work, job)
        size = job.size_bytes
        if size and size - 1 in {r.stop - 1 for r in job.missing}:
            job.missing = job.missing.within(size - 1)
            job.done = job.done.add(ByteRange(size - 1, size))

    patch.setattr(probing, "accept", accepted)


def join_across_etags(patch):
    """Parts are joined whatever they are parts of."""
    patch.setattr(response, "_check_same", lambda *_: None)


def write_a_200_at_an_offset(patch):
    """A whole file is taken for the range that was asked for."""
    real = response.judge

    def trusting(expectation, head, *, wall_s):
        asked = expectation.range
        if head.status == 200 and asked is not None and not expectation.ask:
            return Accept(asked.start, asked.stop)
        return real(expectation, head, wall_s=wall_s)

    patch.setattr("ddm.testing.network.judge", trusting)


def ignore_a_failed_sync(patch):
    """What could not be synced counts as synced."""
    real = SimPart._sync

    def sync(self, sync, size_bytes):
        try:
            real(self, sync, size_bytes)
        except OSError:
            return

    patch.setattr(SimPart, "_sync", sync)


def record_before_sync(patch):
    """Everything written is claimed to be synced at once."""
    real = Work.record

    def record(self, job, *, shrinks=False):
        job.synced = job.done
        real(self, job, shrinks=shrinks)

    patch.setattr(Work, "record", record)


def rename_before_sync(patch):
    """The name appears, then the sync."""
    patch.setattr(
        finishing, "_sync", lambda work, job, _: (
            work.move(job, finishing.State.FINISHING),
            work.tell(job, PublishFile(job.id, job.spec.name is not None)),
        ),
    )  # fmt: skip


def finish_twice(patch):
    """A file is renamed a second time."""
    real = finishing.on_published

    def published(work, job, name):
        if job.incarnation >= 0:
            job.incarnation = -1
            work.tell(job, PublishFile(job.id, exact=False))
            return
        real(work, job, name)

    patch.setattr(finishing, "on_published", published)


def wrong_retry_reset(patch):
    """Tries begin again at 0 each time, and so do requests in vain."""
    real = failing._hopeless
    patch.setattr(failing, "_hopeless", lambda work, job, _, *why: real(work, job, 0, *why))
    patch.setattr(Job, "in_vain", property(lambda _: False))


def forget_the_lock(patch):
    """A part file that another job has open is opened for a second one."""
    real = SimDisk._open_part

    def open_part(self, directory, name, **wanted):
        there = self.files.get(f"{directory}/{name}.part")
        if there is not None and there.locked and not wanted["exact"]:
            return SimPart(self, directory, name, there, kept=False)
        return real(self, directory, name, **wanted)

    patch.setattr(SimDisk, "_open_part", open_part)


def claims_shrink_late(patch):
    """A new inode is begun while the old claims still stand."""
    real = Work.record
    patch.setattr(
        Work, "record", lambda self, job, *, shrinks=False: None if shrinks else real(self, job)
    )


def forget_the_digest(patch):
    """Nobody compares."""
    patch.setattr(finishing, "_expected", lambda _: [])


def follow_a_downgrade(patch):
    """Any redirect is followed."""
    real = probing.redirect

    def redirect(work, job, segment, failure):
        job.spec = replace(job.spec, allow_downgrade=True)
        real(work, job, segment, failure)

    patch.setattr(failing, "redirect", redirect)


def learn_nothing(patch):
    """An origin that refuses is asked as before, again and again."""
    patch.setattr(HostPolicy, "refused", lambda *_, **__: None)
    patch.setattr(Job, "in_vain", property(lambda _: False))


def never_ask_alone(patch):
    """A 403 to one connection too many is waited out by asking for ever."""
    patch.setattr(
        failing.refusing, "ask_alone", lambda work, _job, segment, failure: segment.wait(failure, work.now)
    )  # fmt: skip
    patch.setattr(Job, "in_vain", property(lambda _: False))


# The bug, and the first seed that finds it.
FOUND = {
    no_content_range_check: 36,
    trust_a_short_body: 0,
    off_by_one_in_the_last_piece: 0,
    join_across_etags: 168,
    write_a_200_at_an_offset: 0,
    ignore_a_failed_sync: 3,
    record_before_sync: 65,
    rename_before_sync: 0,
    finish_twice: 0,
    wrong_retry_reset: 271,
    forget_the_lock: 88,
    claims_shrink_late: 715,
    forget_the_digest: 9,
    follow_a_downgrade: 162,
    learn_nothing: 6,
    never_ask_alone: 271,
}


def finds(seed):
    """Whether this seed's world breaks a promise."""
    try:
        run(seed)
    except Violation as violation:
        if isinstance(violation.__cause__, TypeError | AttributeError):
            raise  # the plant does not fit what it was planted in
        return True
    return False


@pytest.mark.parametrize(("bug", "seed"), FOUND.items(), ids=[bug.__name__ for bug in FOUND])
def test_a_planted_bug_is_found(bug, seed, monkeypatch):
    bug(monkeypatch)

    assert finds(seed)


def search(plants, named):
    """Look for the first seed that finds each of some bugs, or of all."""
    for bug in plants:
        if named and bug.__name__ not in named:
            continue
        with pytest.MonkeyPatch.context() as patch:
            bug(patch)
            found = next((seed for seed in range(SEEDS) if finds(seed)), None)
        sys.stdout.write(f"    {bug.__name__}: {found},\n")
        sys.stdout.flush()


if __name__ == "__main__":
    search(FOUND, sys.argv[1:])
