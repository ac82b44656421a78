"""A job that was begun before: which claims are believed, and what is asked for then."""

from ddm.core.commands import (
    ContinueTransfer,
    OpenPart,
    RecordPart,
    RecordProgress,
    RecordState,
    ResetPart,
    StartTransfer,
    SyncFile,
)
from ddm.failures import Kind
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State

KIB, MIB = 1 << 10, 1 << 20


def test_a_resumed_job_asks_only_for_what_is_missing(paper, ranges, span):
    missing = span(0, 3 * MIB).minus(span(100, 1 * MIB)).minus(span(2 * MIB, 2 * MIB + 50))
    said = paper.offer(
        size_bytes=3 * MIB,
        etag='"1"',
        written=span(100, MIB).union(span(2 * MIB, 2 * MIB + 50)),
    )
    assert ranges(said) == [(0, 100)]
    said = paper.head(size=3 * MIB)
    assert OpenPart(1, "/d", "f.bin", False, 3 * MIB, PartIdentity("boot-1", 1, 7)) in said
    paper.fetch_all()

    asked = [span(*pair) for pair in ranges(paper.said)]
    assert sum(a.total for a in asked) == missing.total
    assert all(a.is_subset(missing) for a in asked)
    assert paper.states()[-1] is State.DONE


def test_claims_are_kept_as_they_are_where_the_file_is_found_again(paper, of, span):
    paper.offer(size_bytes=3 * MIB, etag='"1"', written=span(0, MIB))

    said = paper.head(size=3 * MIB)

    assert of(RecordProgress, said) == []
    assert paper.job.done_bytes == MIB


def test_in_another_life_of_the_machine_only_what_was_synced_is_believed(paper, one, span):
    paper.boot_id = "boot-2"
    paper.offer(size_bytes=3 * MIB, etag='"1"', written=span(0, 2 * MIB), synced=span(0, MIB))

    said = paper.head(size=3 * MIB)

    assert one(RecordProgress, said) == RecordProgress(1, span(0, MIB), span(0, MIB), shrinks=True)
    kinds = [type(c) for c in said]
    assert kinds.index(RecordProgress) < kinds.index(RecordPart) < kinds.index(ContinueTransfer)
    paper.fetch_all()
    assert paper.states()[-1] is State.DONE


def test_on_another_mount_only_what_was_synced_is_believed(paper, one, span):
    """A disk that was unplugged and plugged in again."""
    paper.mount = "29"
    part = PartIdentity("boot-1", 1, 7, "28")
    claims = {"written": span(0, 2 * MIB), "synced": span(0, MIB)}
    paper.offer(size_bytes=3 * MIB, etag='"1"', part=part, **claims)

    said = paper.head(size=3 * MIB)

    assert one(RecordProgress, said) == RecordProgress(1, span(0, MIB), span(0, MIB), shrinks=True)
    assert one(RecordPart, said).identity == PartIdentity("boot-1", 1, 7, "29")


def test_on_the_same_mount_everything_is_believed(paper, of, span):
    paper.mount = "28"
    part = PartIdentity("boot-1", 1, 7, "28")
    paper.offer(size_bytes=3 * MIB, etag='"1"', part=part, written=span(0, 2 * MIB))

    assert of(RecordProgress, paper.head(size=3 * MIB)) == []
    assert paper.job.done_bytes == 2 * MIB


def test_claims_past_the_end_of_the_file_that_was_found_are_not_believed(paper, one, span):
    paper.kept_bytes = 1000
    paper.offer(size_bytes=3 * MIB, etag='"1"', written=span(0, MIB), synced=span(0, MIB))

    said = paper.head(size=3 * MIB)

    assert one(RecordProgress, said) == RecordProgress(
        1, span(0, 1000), span(0, 1000), shrinks=True
    )
    paper.fetch_all()
    assert paper.claims()[0] == span(0, 3 * MIB)


def test_claims_of_a_file_that_is_gone_are_taken_back_first(paper, one, of, span):
    paper.kept = False
    paper.offer(size_bytes=3 * MIB, etag='"1"', written=span(0, MIB))

    said = paper.head(size=3 * MIB)

    assert one(RecordProgress, said) == RecordProgress(1, span(), span(), shrinks=True)
    assert of(ResetPart, said) == []
    paper.fetch_all()
    assert paper.states()[-1] is State.DONE
    assert paper.claims()[0] == span(0, 3 * MIB)


def test_a_record_that_says_whole_is_finished_without_a_request(paper, of, span):
    said = paper.offer(size_bytes=MIB, etag='"1"', written=span(0, MIB))

    assert of(StartTransfer, said) == []
    kinds = [type(c) for c in said]
    assert kinds[:5] == [RecordState, OpenPart, RecordPart, RecordState, SyncFile]
    assert paper.states() == [State.PROBING, State.FINISHING, State.DONE]


def test_a_record_that_says_whole_but_was_not_synced_before_a_crash_asks_for_the_rest(
    paper, ranges, span
):
    paper.boot_id = "boot-2"
    said = paper.offer(size_bytes=MIB, etag='"1"', written=span(0, MIB), synced=span(0, 1000))

    assert ranges(said) == [(1000, 1000 + 256 * KIB)]


def test_a_record_that_claims_more_than_the_file_has_starts_over(paper, ranges, span):
    """Else nothing would be missing and the file never whole: it would probe for ever."""
    said = paper.offer(size_bytes=MIB, etag='"1"', written=span(0, 2 * MIB))
    assert RecordProgress(1, span(), span(), shrinks=True) in said
    assert ranges(said) == [(0, 256 * KIB)]

    paper.head(size=MIB)
    paper.fetch_all()

    assert paper.states()[-1] is State.DONE


def test_claims_without_a_validator_are_not_believed_and_a_new_file_is_begun(paper, of, span):
    said = paper.offer(size_bytes=3 * MIB, written=span(0, MIB))
    said += paper.head(size=3 * MIB, etag=None)

    kinds = [type(c) for c in said]
    assert kinds.index(OpenPart) < kinds.index(RecordProgress) < kinds.index(ResetPart)
    assert of(RecordProgress, said) == [RecordProgress(1, span(), span(), shrinks=True)]
    (part,) = of(RecordPart, said)
    assert (part.incarnation, part.identity.inode) == (1, 11)


def test_a_200_to_a_resumed_job_starts_over_in_a_new_file(paper, of, span):
    paper.offer(size_bytes=3 * MIB, etag='"1"', written=span(0, MIB))

    said = paper.head(size=3 * MIB, partial=False)

    kinds = [type(c) for c in said]
    order = [OpenPart, RecordProgress, ResetPart, RecordPart, RecordState, ContinueTransfer]
    assert kinds == order
    assert said[1] == RecordProgress(1, span(), span(), shrinks=True)
    assert said[-1] == ContinueTransfer(1, 1, 0, 3 * MIB)


def test_the_probe_of_a_resume_expects_what_was_begun(paper, one, span):
    said = paper.offer(size_bytes=3 * MIB, etag='"1"', written=span(0, MIB))

    expected = one(StartTransfer, said).expectation.representation
    assert (expected.size_bytes, expected.etag) == (3 * MIB, '"1"')


def test_a_changed_file_keeps_the_claims_and_says_how_to_begin_again(paper, of, one, span):
    paper.offer(size_bytes=3 * MIB, etag='"1"', written=span(0, MIB))

    said = paper.break_off(1, Kind.CHANGED)

    failed = one(RecordState, said)
    assert (failed.state, failed.failure.kind) == (State.FAILED, Kind.CHANGED)
    assert failed.failure.message.endswith("; --force-restart begins it again")
    assert of(RecordProgress, said) == []


def test_a_file_of_which_nothing_is_here_may_change(paper, one):
    said = paper.offer(size_bytes=3 * MIB, etag='"1"')
    assert one(StartTransfer, said).expectation.representation is None

    said = paper.head(size=4 * MIB, etag='"2"')

    assert one(RecordPart, said).representation == Representation(4 * MIB, '"2"')


def test_a_field_that_the_206_leaves_out_is_kept_for_the_next_time(paper, one, span):
    begun = {"etag": '"1"', "last_modified": "Mon", "content_coding": "gzip"}
    paper.offer(size_bytes=3 * MIB, written=span(0, MIB), name="f.gz", **begun)

    said = paper.head(size=3 * MIB, etag=None)

    assert one(RecordPart, said).representation == Representation(3 * MIB, **begun)


def test_a_stream_of_unknown_length_goes_on_where_it_stopped_if_ranges_work(paper, ranges, span):
    said = paper.offer(size_bytes=None, etag='"1"', written=span(0, MIB))
    assert ranges(said) == [(MIB, MIB + 256 * KIB)]

    paper.head(size=2 * MIB)
    paper.fetch_all()

    assert paper.states()[-1] is State.DONE
