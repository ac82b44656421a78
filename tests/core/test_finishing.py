import pytest

from ddm.core import finishing
from ddm.core.commands import (
    ClosePart,
    OpenPart,
    PublishFile,
    RecordPart,
    RecordProgress,
    RecordState,
    ResetPart,
    SyncFile,
)
from ddm.core.events import (
    FilePublished,
    FileSynced,
    PartClosed,
    PartFailed,
    StopRequested,
    SyncFailed,
)
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.record import State

MIB = 1 << 20
TAKEN = Failure(Kind.FILE_EXISTS, "/d/f.bin exists already", Exit.FILE_EXISTS)
EIO = Failure(Kind.DISK_ERROR, "could not sync /d/f.bin.part: Input/output error", Exit.DISK_ERROR)


@pytest.fixture
def finishing_job(paper):
    """A whole file of 1000 bytes whose sync has been asked for."""
    paper.answers[SyncFile] = lambda _: None
    paper.begin(1000)
    paper.end(1, 1000)
    return paper


def test_the_state_is_recorded_before_the_sync_is_asked_for(paper, of):
    paper.answers[SyncFile] = lambda _: None
    paper.begin(1000)
    said = paper.end(1, 1000)

    assert said[:2] == [RecordState(1, State.FINISHING), SyncFile(1, 1000)]
    assert of(PublishFile, said) == []


def test_what_is_synced_is_claimed_before_the_rename_and_done_comes_last(finishing_job, span):
    said = finishing_job.play(FileSynced(1))

    assert said[:2] == [
        RecordProgress(1, span(0, 1000), span(0, 1000)),
        PublishFile(1, exact=False),
    ]
    assert said[3] == RecordState(1, State.DONE)


def test_the_name_that_the_user_gave_is_published_exactly(paper):
    paper.begin(1000, name="mine")

    assert PublishFile(1, exact=True) in paper.end(1, 1000)


def test_overwriting_is_asked_for_when_the_part_is_opened_begun_again_and_published(paper, one):
    paper.offer(size_bytes=10, etag='"1"', spec={"overwrite": True}, name="f.bin")
    paper.head(size=1000)
    paper.end(1, 1000)

    for command in (OpenPart, ResetPart, PublishFile):
        assert one(command, paper.said).replace


def test_another_name_than_was_planned_is_recorded(paper, one):
    paper.answers[PublishFile] = lambda c: FilePublished(c.job_id, "f (1).bin")
    paper.begin(1000)
    paper.said.clear()

    paper.end(1, 1000)

    assert one(RecordPart, paper.said).name == "f (1).bin"
    assert paper.states()[-1] is State.DONE


def test_a_failed_sync_takes_back_what_was_not_synced_before(paper, span):
    half = span(0, MIB)
    paper.answers[SyncFile] = lambda c: SyncFailed(c.job_id, EIO)
    paper.offer(size_bytes=MIB + 1000, etag='"1"', written=half, synced=half)
    paper.head(size=MIB + 1000)

    said = paper.end(1, MIB + 1000)

    taken_back = said.index(RecordProgress(1, half, half, shrinks=True))
    assert said[taken_back + 1 :][:3] == [
        ClosePart(1),
        RecordProgress(1, half, half),
        RecordState(1, State.FAILED, EIO),
    ]


def test_a_rename_that_fails_keeps_what_is_synced(paper, span):
    paper.answers[PublishFile] = lambda c: PartFailed(c.job_id, TAKEN)
    paper.begin(1000)

    said = paper.end(1, 1000)

    assert paper.claims() == (span(0, 1000), span(0, 1000))
    assert RecordState(1, State.FAILED, TAKEN) in said
    assert ClosePart(1) in said


def test_closing_syncs_and_so_the_claims_are_synced(paper, span):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.play(StopRequested())

    assert paper.claims() == (span(0, 1000), span(0, 1000))


def test_closing_that_fails_to_sync_takes_back_what_was_not_synced_before(paper, span):
    paper.answers[ClosePart] = lambda c: PartClosed(c.job_id, EIO)
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)

    said = paper.play(StopRequested())

    assert said[-2:] == [
        RecordProgress(1, span(), span(), shrinks=True),
        RecordState(1, State.QUEUED),
    ]


def test_a_part_file_that_could_not_be_opened_for_a_job_that_leaves_is_no_second_cause(paper):
    paper.answers.clear()
    paper.begin(1000)
    paper.play(StopRequested())
    paper.break_off(1, Kind.CANCELLED)

    said = paper.play(PartFailed(1, EIO))

    assert said == [RecordState(1, State.QUEUED)]


def test_a_file_of_unknown_length_cannot_be_finished(paper):
    paper.offer()
    work = paper.engine._work

    with pytest.raises(AssertionError, match="unknown size"):
        finishing.finish(work, work.jobs[1])
