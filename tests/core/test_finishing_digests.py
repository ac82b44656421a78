"""VERIFYING: a whole file is compared with every digest that is known before it may be finished."""

import pytest

from ddm.core.commands import (
    DigestFile,
    PublishFile,
    RecordPart,
    RecordProgress,
    RecordState,
    ResetPart,
    StartTransfer,
    SyncFile,
)
from ddm.core.events import FileDigested, PartFailed, StopRequested
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.record import State
from ddm.spec import Checksum

KIB, MIB = 1 << 10, 1 << 20
RIGHT, WRONG = Checksum("sha-256", "a" * 64), Checksum("sha-256", "b" * 64)
OLD = Checksum("md5", "c" * 32)
ASKED = {"checksums": (RIGHT,)}
EIO = Failure(Kind.DISK_ERROR, "could not read /d/f.bin.part: Input/output error", Exit.DISK_ERROR)


def digested(*found):
    return FileDigested(1, found)


@pytest.fixture
def verifying(paper):
    """A whole file of 1000 bytes; the user gave a checksum."""
    paper.begin(1000, spec=ASKED)
    paper.end(1, 1000)
    return paper


def test_a_users_checksum_is_computed_before_anything_is_finished(paper):
    paper.begin(1000, spec=ASKED)

    said = paper.end(1, 1000)

    assert said[:2] == [RecordState(1, State.VERIFYING), DigestFile(1, ("sha-256",), 1000)]
    assert not any(isinstance(c, SyncFile) for c in said)
    assert paper.engine.deadline() is None or paper.engine.deadline() > paper.now


def test_a_servers_digest_is_compared_too(paper, one):
    paper.begin(1000, digests=(OLD,))

    assert one(DigestFile, paper.end(1, 1000)).algorithms == ("md5",)
    paper.play(digested(OLD))
    assert paper.states()[-1] is State.DONE


def test_each_algorithm_is_computed_once(paper, one):
    paper.begin(1000, spec=ASKED, digests=(RIGHT, OLD))

    assert one(DigestFile, paper.end(1, 1000)).algorithms == ("sha-256", "md5")


def test_the_right_digest_goes_on_to_finishing(verifying):
    said = verifying.play(digested(RIGHT))

    assert said[:2] == [RecordState(1, State.FINISHING), SyncFile(1, 1000)]
    assert verifying.states()[-1] is State.DONE


def test_one_of_two_digests_that_does_not_match_is_enough(paper, of):
    paper.begin(1000, spec=ASKED, digests=(OLD,))
    paper.end(1, 1000)

    said = paper.play(digested(RIGHT, Checksum("md5", "d" * 32)))

    assert of(PublishFile, said) == []
    assert paper.states()[-1] is State.PROBING


def test_a_mismatch_takes_every_claim_back_before_it_asks_again(verifying, span):
    said = verifying.play(digested(WRONG))

    assert said[0] == RecordProgress(1, span(), span(), shrinks=True)
    assert said[1] == RecordState(1, State.PROBING)
    assert isinstance(said[2], StartTransfer)
    assert verifying.job.reason.startswith("fetched once more: the file has sha-256:bbb")


def test_after_a_mismatch_the_file_is_fetched_once_more_in_a_new_inode_with_ranges(paper, of):
    paper.begin(3 * MIB, spec=ASKED)
    paper.fetch_all()
    inode = paper.inode
    said = paper.play(digested(WRONG))
    (probe,) = of(StartTransfer, said)
    assert (probe.expectation.range.start, probe.expectation.range.stop) == (0, 256 * KIB)
    assert probe.expectation.representation is None

    said = paper.head(probe.transfer_id, size=3 * MIB)

    assert len(of(ResetPart, said)) == 1
    assert paper.inode == inode + 1
    assert len(of(StartTransfer, said)) > 1
    paper.fetch_all()
    paper.play(digested(RIGHT))
    assert paper.states()[-1] is State.DONE


@pytest.mark.parametrize(
    ("known", "who"),
    [({"spec": ASKED}, "was asked for"), ({"digests": (RIGHT,)}, "is what the server says")],
)
def test_a_second_mismatch_fails_and_names_both_digests_and_who_says_so(
    paper, one, known, who, span
):
    paper.begin(1000, **known)
    paper.end(1, 1000)
    paper.play(digested(WRONG))
    paper.head(2, size=1000, digests=known.get("digests", ()))
    paper.end(2, 1000)

    said = paper.play(digested(WRONG))

    failed = [c for c in said if isinstance(c, RecordState)][-1]
    assert (failed.state, failed.failure.kind) == (State.FAILED, Kind.DIGEST)
    assert failed.failure.code is Exit.CHECKSUM
    assert failed.failure.message == f"the file has {WRONG}, but {RIGHT} {who} (fetched twice)"
    assert paper.claims() == (span(), span())


def test_a_stop_keeps_the_claims_and_requeues(verifying, span):
    said = verifying.play(StopRequested())

    assert said[-1] == RecordState(1, State.QUEUED)
    assert verifying.claims() == (span(0, 1000), span(0, 1000))
    assert verifying.engine.idle


def test_digests_that_come_after_a_stop_are_ignored(verifying):
    verifying.play(StopRequested())

    assert verifying.play(digested(WRONG)) == []


def test_digests_that_come_before_the_part_file_has_closed_are_ignored(verifying):
    verifying.answers.clear()
    verifying.play(StopRequested())

    assert verifying.play(digested(WRONG)) == []


def test_digests_that_nobody_waits_for_are_ignored(paper):
    paper.begin(3 * MIB, spec=ASKED)

    assert paper.play(digested(WRONG)) == []


def test_a_file_that_cannot_be_read_is_a_disk_error_and_keeps_its_claims(verifying, span):
    said = verifying.play(PartFailed(1, EIO))

    assert RecordState(1, State.FAILED, EIO) in said
    assert verifying.claims() == (span(0, 1000), span(0, 1000))


def test_a_whole_file_of_an_earlier_run_is_verified_without_a_request(paper, of, span):
    whole = span(0, 1000)

    said = paper.offer(size_bytes=1000, etag='"1"', written=whole, synced=whole, spec=ASKED)

    assert of(StartTransfer, said) == []
    assert said[-1] == DigestFile(1, ("sha-256",), 1000)
    paper.play(digested(RIGHT))
    assert paper.states()[-1] is State.DONE


def test_a_whole_file_of_an_earlier_run_that_is_wrong_is_fetched(paper, of, span):
    whole = span(0, 1000)
    paper.offer(size_bytes=1000, etag='"1"', written=whole, synced=whole, spec=ASKED)

    assert len(of(StartTransfer, paper.play(digested(WRONG)))) == 1


def test_a_stream_is_fetched_once_more_as_a_stream(paper, of):
    paper.offer(spec=ASKED)
    paper.head(size=1000, partial=False)
    paper.end(1, 1000)

    (again,) = of(StartTransfer, paper.play(digested(WRONG)))
    assert again.expectation.range is None


def test_a_servers_digest_is_recorded_and_so_every_byte_may_be_claimed_before_it_is_compared(
    paper, one, span
):
    said = paper.begin(1000, digests=(RIGHT,))
    assert one(RecordPart, said).vouched == (RIGHT,)
    paper.end(1, 1000)

    paper.play(StopRequested())

    assert paper.claims() == (span(0, 1000), span(0, 1000))


def test_a_whole_file_is_verified_against_the_servers_digest_that_its_row_keeps(paper, of, span):
    whole = span(0, 1000)

    said = paper.offer(size_bytes=1000, etag='"1"', written=whole, synced=whole, vouched=(RIGHT,))

    assert of(StartTransfer, said) == []
    assert said[-1] == DigestFile(1, ("sha-256",), 1000)
    said = paper.play(digested(RIGHT))
    assert of(PublishFile, said) == [PublishFile(1, exact=False)]
    assert paper.states()[-1] is State.DONE


def test_what_the_row_vouches_for_holds_for_the_bytes_that_are_still_missing(paper, one, span):
    half = span(0, 500)
    paper.offer(size_bytes=1000, etag='"1"', written=half, synced=half, vouched=(RIGHT,))

    said = paper.head(size=1000)

    assert one(RecordPart, said).vouched == (RIGHT,)
    assert one(DigestFile, paper.end(1, 1000)).algorithms == ("sha-256",)


def test_what_the_row_vouches_for_is_forgotten_where_the_file_begins_again(paper, of, span):
    half = span(0, 500)
    paper.offer(size_bytes=1000, etag='"1"', written=half, synced=half, vouched=(RIGHT,))

    said = paper.head(size=1000, partial=False)

    assert of(RecordPart, said)[-1].vouched == ()
    assert of(DigestFile, paper.end(1, 1000)) == []


def test_a_read_that_fails_after_the_job_has_left_is_no_error(verifying):
    """A disk that dies fails a slow sync and a digest in one turn."""
    verifying.play(StopRequested())

    assert verifying.play(PartFailed(1, EIO)) == []
