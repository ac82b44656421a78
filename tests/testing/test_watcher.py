"""Bugs planted before the watcher's eyes: it has to see each."""

import random

import pytest

from ddm.byteranges import ByteRange, RangeSet
from ddm.record import JobRecord, State, Wanted
from ddm.spec import JobSpec
from ddm.testing.reply import Sent, partial
from ddm.testing.story import Violation

SPEC = JobSpec("http://a.test/f", "/d")


def fill(part, version, *, but=None):
    """Write the file, with one wrong byte at `but`, and sync it."""
    data = bytearray(version.body.read(0, version.body.size))
    if but is not None:
        data[but] ^= 1
    part.write_at([bytes(data)], 0)
    part.sync()


def record(part, state, written=RangeSet(), **fields):
    return JobRecord(1, SPEC, Wanted.RUN, state, "f", part=part.identity, written=written, **fields)


def test_a_whole_file_may_be_published_and_done(part, disk, watcher, version):
    fill(part, version)
    part.publish(exact=True)

    watcher.check_names(disk)
    watcher.check_rows([record(part, State.DONE)], disk)


def test_a_wrong_byte_is_seen(part, version):
    fill(part, version, but=123_456)

    with pytest.raises(Violation, match="no version of anything"):
        part.publish(exact=True)


def test_a_partial_final_file_is_seen(part, version):
    part.write_at([version.body.read(0, 1000)], 0)
    part.sync()

    with pytest.raises(Violation, match="no version of anything"):
        part.publish(exact=True)


def test_a_file_of_another_length_is_seen(part, version):
    fill(part, version)
    part.inode.resize(version.body.size + 1)

    with pytest.raises(Violation, match="no version of anything"):
        part.publish(exact=True)


def test_a_final_file_that_came_by_another_way_is_seen(part, disk, watcher):
    disk.files["/d/g"] = disk.files.pop("/d/f.part")

    with pytest.raises(Violation, match="not whole"):
        watcher.check_names(disk)


def test_a_file_published_before_its_sync_is_seen(part, version):
    part.write_at([version.body.read(0, version.body.size)], 0)

    with pytest.raises(Violation, match=r"before .* was synced"):
        part.publish(exact=True)


def test_a_write_after_the_rename_is_seen(part, watcher, version):
    fill(part, version)
    part.publish(exact=True)

    with pytest.raises(Violation, match="after it had its final name"):
        watcher.wrote(part.inode, 0, version.body.read(0, 1))


def test_a_byte_that_rots_behind_everybodys_back_is_seen(part, disk, watcher, version):
    fill(part, version)
    part.publish(exact=True)
    part.inode.content[5] ^= 1

    with pytest.raises(Violation, match="reads otherwise"):
        watcher.check_rows([record(part, State.DONE)], disk)


def test_a_job_done_without_its_file_is_seen(part, disk, watcher):
    with pytest.raises(Violation, match="is not there"):
        watcher.check_rows([record(part, State.DONE)], disk)


def test_a_claim_that_the_disk_does_not_hold_is_seen(part, disk, watcher, version):
    part.write_at([version.body.read(0, 1000)], 0)

    watcher.check_rows([record(part, State.RUNNING, RangeSet.of(0, 1000))], disk)
    with pytest.raises(Violation, match="claims"):
        watcher.check_rows([record(part, State.RUNNING, RangeSet.of(0, 1001))], disk)


def test_a_claim_believed_after_a_power_cut_is_seen(part, disk, watcher, version):
    part.sync()
    part.write_at([version.body.read(0, 1000)], 0)
    claims = RangeSet.of(0, 1000)
    disk.crash(random.Random(1))

    watcher.check_rows([record(part, State.RUNNING, claims)], disk)
    with pytest.raises(Violation, match="claims"):
        watcher.check_rows([record(part, State.RUNNING, synced=claims)], disk)


def test_claimed_bytes_that_are_written_again_are_seen(part, watcher, version):
    watcher.claims(1, part.inode.number, RangeSet.of(0, 1000))

    with pytest.raises(Violation, match="written again"):
        part.write_at([version.body.read(999, 1001)], 999)


def test_claims_that_were_taken_back_may_be_written_again(part, disk, watcher, version):
    part.write_at([version.body.read(0, 1000)], 0)
    watcher.claims(1, part.inode.number, RangeSet.of(0, 1000))
    watcher.forgets(1)
    watcher.claims(1, None, RangeSet())
    watcher.committed(1)

    assert watcher.owed(record(part, State.QUEUED), disk) == RangeSet()
    part.write_at([version.body.read(0, 1000)], 0)
    assert watcher.owed(record(part, State.QUEUED), disk) == RangeSet.of(0, 1000)


def test_claims_taken_back_by_a_commit_that_is_lost_may_be_made_again(part, disk, watcher, version):
    part.write_at([version.body.read(0, 1000)], 0)
    claimed = record(part, State.QUEUED, RangeSet.of(0, 1000))
    watcher.claims(1, part.inode.number, RangeSet.of(0, 1000))
    watcher.forgets(1)
    watcher.claims(1, None, RangeSet())
    watcher.committed(7)
    with pytest.raises(Violation, match="took"):
        watcher.check_rows([claimed], disk)

    watcher.lost_after(6)
    watcher.check_rows([claimed], disk)


def test_claims_that_grow_take_nothing_back(part, disk, watcher, version):
    part.write_at([version.body.read(0, 1000)], 0)
    watcher.claims(1, part.inode.number, RangeSet.of(0, 500))

    assert watcher.owed(record(part, State.QUEUED), disk) == RangeSet.of(0, 1000)


def test_a_byte_that_was_written_and_is_forgotten_is_seen(part, disk, watcher, version):
    part.write_at([version.body.read(0, 1000)], 0)
    fields = {"size_bytes": version.body.size, "etag": '"v"'}

    watcher.check_kept([record(part, State.QUEUED, RangeSet.of(0, 1000), **fields)], disk)
    with pytest.raises(Violation, match="forgot"):
        watcher.check_kept([record(part, State.QUEUED, RangeSet.of(0, 999), **fields)], disk)


def test_what_cannot_be_told_again_may_be_forgotten(part, disk, watcher, version):
    part.write_at([version.body.read(0, 1000)], 0)

    watcher.check_kept([record(part, State.QUEUED)], disk)


def test_a_power_cut_excuses_all_but_what_is_believed(part, disk, watcher, version):
    part.write_at([version.body.read(0, 1000)], 0)
    part.sync()
    disk.crash(random.Random(1))
    row = record(part, State.QUEUED, synced=RangeSet.of(0, 600))
    watcher.reread([row], disk, power=True)

    assert watcher.owed(row, disk) == RangeSet.of(0, 600)


def test_a_file_whose_name_was_taken_back_may_be_published_again(part, disk, watcher, version):
    fill(part, version)
    part.publish(exact=True)
    watcher.unpublished("/d/f", part.inode)

    watcher.wrote(part.inode, 0, version.body.read(0, 1))


def test_somebody_elses_file_that_is_overwritten_is_seen(disk, watcher):
    disk.put_foreign("/d/x")
    watcher.check_names(disk)
    disk.files["/d/x"].content[0] = 0

    with pytest.raises(Violation, match="somebody else's"):
        watcher.check_names(disk)


def test_a_bit_that_flipped_on_the_way_may_be_claimed_but_not_published(
    part, disk, watcher, version
):
    whole = version.body.read(0, version.body.size)
    part.write_at([version.body.flipped(whole, 0)], 0)
    part.sync()

    claimed = RangeSet.of(0, version.body.size)
    watcher.check_rows([record(part, State.RUNNING, claimed)], disk)
    with pytest.raises(Violation, match="no version of anything"):
        part.publish(exact=True)


def test_a_flipped_bit_that_is_written_again_is_forgotten(part, watcher, version):
    whole = version.body.read(0, version.body.size)
    part.write_at([version.body.flipped(whole, 0)], 0)
    fill(part, version)

    assert part.publish(exact=True) == "f"


def test_what_two_transfers_fetched_at_once_may_be_written_again(part, watcher, version):
    data = version.body.read(0, 1000)
    part.write_at([data], 0)
    watcher.claims(1, part.inode.number, RangeSet.of(0, 1000))
    for transfer_id in (1, 2):
        reply = partial(version, 500, 1000)
        watcher.hedges.started(transfer_id, Sent(SPEC.url, ByteRange(500, 1000), reply, 0.0))

    part.write_at([data[500:]], 500)
    with pytest.raises(Violation, match="written again"):
        part.write_at([data[400:]], 400)
