"""When claims are recorded and synced, and what a sync that comes late or fails is worth."""

import pytest

from ddm.core.commands import (
    CancelTransfer,
    ClosePart,
    ContinueTransfer,
    PublishFile,
    RecordProgress,
    RecordState,
    SyncFile,
)
from ddm.core.events import FileDigested, FileSynced, PartClosed, StopRequested, SyncFailed
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import SYNC_INTERVAL_S
from ddm.record import State
from ddm.spec import Checksum

KIB, MIB = 1 << 10, 1 << 20
EIO = Failure(Kind.DISK_ERROR, "could not sync /d/f.bin.part: Input/output error", Exit.DISK_ERROR)
SUM = Checksum("md5", "a" * 32)


@pytest.fixture
def syncing(paper):
    """1000 bytes of a file of 3 MiB are being synced, and 1000 more have come since."""
    paper.answers[SyncFile] = lambda _: None
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.wait(SYNC_INTERVAL_S)
    paper.bytes(1, 2000)
    return paper


# -- when --------------------------------------------------------------------------------------------


def test_what_came_is_synced_after_five_seconds_and_then_recorded(paper, of, span):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    assert of(SyncFile, paper.wait(SYNC_INTERVAL_S - 0.1)) == []

    assert of(SyncFile, paper.wait(0.1)) == [SyncFile(1, None)]

    paper.wait()
    assert paper.claims() == (span(0, 1000), span(0, 1000))


def test_where_nothing_new_came_nothing_is_synced(paper, of):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.wait(SYNC_INTERVAL_S)

    assert of(SyncFile, paper.wait(SYNC_INTERVAL_S)) == []


def test_each_job_is_synced_by_itself(paper, of):
    paper.begin(3 * MIB, 1)
    paper.begin(3 * MIB, 2, url="https://other.example/f")
    second = min(t for t, c in paper.live.items() if c.job_id == 2)
    paper.bytes(second, 1000)

    assert of(SyncFile, paper.wait(SYNC_INTERVAL_S)) == [SyncFile(2, None)]


def test_a_deadline_is_set_for_it_when_bytes_come(paper):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.wait(1.0)
    paper.bytes(1, 1000)

    assert paper.engine.deadline() == paper.now + SYNC_INTERVAL_S - 1.0


def test_there_is_one_sync_of_a_job_at_a_time(syncing, of):
    assert of(SyncFile, syncing.wait(3 * SYNC_INTERVAL_S)) == []

    said = syncing.play(FileSynced(1))

    assert of(SyncFile, said) == [SyncFile(1, None)]


def test_a_job_that_is_leaving_is_not_synced(paper, of):
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.play(StopRequested())

    assert of(SyncFile, paper.wait(SYNC_INTERVAL_S)) == []


def test_a_file_that_is_being_verified_is_not_synced(paper, of):
    paper.begin(1000, spec={"checksums": (SUM,)})
    paper.end(1, 1000)
    assert paper.job.state is State.VERIFYING

    assert of(SyncFile, paper.wait(SYNC_INTERVAL_S)) == []


# -- what it covers ----------------------------------------------------------------------------------


def test_bytes_that_come_while_a_sync_is_under_way_are_not_claimed_as_synced(syncing, span):
    syncing.play(FileSynced(1))

    syncing.wait(1.0)

    assert syncing.claims() == (span(0, 2000), span(0, 1000))


def test_bytes_that_are_taken_back_meanwhile_are_not_claimed_as_synced(syncing, span):
    syncing.break_off(1, Kind.BAD_RESPONSE, 2000)
    assert syncing.claims() == (span(), span())
    again = max(syncing.live)

    syncing.play(FileSynced(1))
    syncing.bytes(again, syncing.positions[again] + 5)
    syncing.wait(1.0)

    assert syncing.claims()[1] == span()


def test_a_file_that_began_again_meanwhile_is_not_claimed_as_synced(syncing, one, span):
    """The old file's sync: the performer drops its answer; one that comes all the same is not believed."""
    syncing.break_off(2, Kind.CHANGED, other_etag='"2"')
    syncing.break_off(max(syncing.live), Kind.CHANGED, other_etag='"3"')
    assert syncing.claims() == (span(), span())
    plain = max(syncing.live)
    syncing.play(FileSynced(1))
    said = syncing.head(plain, size=3 * MIB, partial=False)
    assert one(ContinueTransfer, said).start == 0

    syncing.bytes(plain, 1500)
    syncing.play(FileSynced(1))
    syncing.wait(1.0)

    assert syncing.claims() == (span(0, 1500), span())


def test_an_answer_that_nobody_waits_for_changes_nothing(paper, span):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)

    for answer in (FileSynced(1), SyncFailed(1, EIO), FileSynced(7)):
        assert paper.play(answer) == []

    paper.wait(1.0)
    assert paper.claims() == (span(0, 1000), span())


def test_an_answer_after_the_part_file_was_closed_is_ignored(syncing, span):
    syncing.play(StopRequested())
    assert syncing.claims() == (span(0, 2000), span(0, 2000))

    assert syncing.play(FileSynced(1)) == []
    assert syncing.play(SyncFailed(1, EIO)) == []


# -- the last one ------------------------------------------------------------------------------------


def test_a_whole_file_waits_for_the_sync_under_way_and_is_synced_once_more(syncing, of, span):
    syncing.fetch_all()
    assert syncing.job.state is State.FINISHING
    assert of(SyncFile, syncing.said) == [SyncFile(1, None)]

    said = syncing.play(FileSynced(1))
    assert (of(SyncFile, said), of(PublishFile, said)) == ([SyncFile(1, 3 * MIB)], [])

    said = syncing.play(FileSynced(1))
    assert said[:2] == [
        RecordProgress(1, span(0, 3 * MIB), span(0, 3 * MIB)),
        PublishFile(1, exact=False),
    ]
    assert syncing.states()[-1] is State.DONE


def test_a_sync_that_ends_while_a_file_is_verified_is_not_the_last(paper, of):
    paper.answers[SyncFile] = lambda _: None
    paper.begin(1000, spec={"checksums": (SUM,)})
    paper.bytes(1, 500)
    paper.wait(SYNC_INTERVAL_S)
    paper.end(1, 1000)
    assert paper.play(FileSynced(1)) == []

    said = paper.play(FileDigested(1, (SUM,)))

    assert of(SyncFile, said) == [SyncFile(1, 1000)]


# -- one that fails ----------------------------------------------------------------------------------


def test_a_sync_that_fails_takes_back_what_was_not_synced_and_ends_the_job(paper, span):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.wait(SYNC_INTERVAL_S)
    paper.bytes(1, 2000)
    paper.answers[SyncFile] = lambda c: SyncFailed(c.job_id, EIO)

    said = paper.wait(SYNC_INTERVAL_S)

    safe = span(0, 1000)
    assert said.index(RecordProgress(1, safe, safe, shrinks=True)) < said.index(ClosePart(1))
    assert RecordState(1, State.FAILED, EIO) in said
    assert paper.claims() == (safe, safe)


def test_bytes_that_are_told_later_are_not_claimed_either(syncing, span):
    """Also not where closing the file syncs it well: the kernel has forgotten what it lost."""
    syncing.answers[CancelTransfer] = syncing.answers[ClosePart] = lambda _: None
    running = list(syncing.live)
    syncing.play(SyncFailed(1, EIO))
    syncing.bytes(1, 3000)
    for transfer_id in running:
        syncing.break_off(transfer_id, Kind.CANCELLED)

    assert syncing.play(PartClosed(1, None))[:2] == [
        RecordProgress(1, span(), span()),
        RecordState(1, State.FAILED, EIO),
    ]


def test_nor_when_a_lying_body_is_taken_back_after_that(syncing, span):
    syncing.answers[CancelTransfer] = lambda _: None
    syncing.play(SyncFailed(1, EIO))
    syncing.bytes(1, 3000)
    lying = syncing.positions[2]
    syncing.bytes(2, lying + 10)

    syncing.break_off(2, Kind.BAD_RESPONSE, lying + 10)

    assert syncing.claims() == (span(), span())


def test_one_that_fails_while_the_job_leaves_poisons_what_the_closing_would_claim(syncing, span):
    syncing.answers[ClosePart] = lambda _: None
    syncing.play(StopRequested())
    syncing.play(SyncFailed(1, EIO))

    said = syncing.play(PartClosed(1, None))

    assert said == [RecordProgress(1, span(), span()), RecordState(1, State.QUEUED)]


def test_one_that_fails_while_a_whole_file_waits_for_it_fails_the_job(syncing, of, span):
    syncing.fetch_all()

    said = syncing.play(SyncFailed(1, EIO))

    assert of(PublishFile, said) == []
    assert RecordState(1, State.FAILED, EIO) in said
    assert syncing.claims() == (span(), span())


def test_digests_of_a_file_whose_sync_failed_come_too_late(paper):
    paper.answers[SyncFile] = paper.answers[ClosePart] = lambda _: None
    paper.begin(1000, spec={"checksums": (SUM,)})
    paper.bytes(1, 500)
    paper.wait(SYNC_INTERVAL_S)
    paper.end(1, 1000)
    paper.play(SyncFailed(1, EIO))

    assert paper.play(FileDigested(1, (SUM,))) == []
    paper.play(PartClosed(1, None))
    assert paper.states()[-1] is State.FAILED
