"""From nothing to a known file: the first request, redirects, heads, the part file."""

import pytest

from ddm.byteranges import ByteRange
from ddm.core.commands import (
    ClosePart,
    ContinueTransfer,
    OpenPart,
    PublishFile,
    RecordPart,
    RecordProgress,
    RecordState,
    StartTransfer,
    SyncFile,
)
from ddm.core.events import PartFailed, PartOpened
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.http.representation import Representation
from ddm.record import PartIdentity, State

KIB, MIB = 1 << 10, 1 << 20
URL = "https://example.org/f.bin"


def test_the_first_request_asks_for_the_first_bytes_and_its_head_comes_back(paper, of):
    said = paper.offer()

    assert said[0] == RecordState(1, State.PROBING)
    (start,) = of(StartTransfer, said)
    assert (start.request.url, start.expectation.ask) == (URL, True)
    assert (start.expectation.range.start, start.expectation.range.stop) == (0, 256 * KIB)
    assert ("Range", "bytes=0-262143") in start.request.headers


def test_a_206_opens_the_file_and_then_takes_the_body_and_fans_out_to_sixteen(paper, of):
    said = paper.begin(100 * MIB)

    kinds = [type(c) for c in said]
    assert kinds[:4] == [OpenPart, RecordPart, RecordState, ContinueTransfer]
    assert said[0] == OpenPart(1, "/d", "f.bin", exact=False, size_bytes=100 * MIB, resume=None)
    assert said[3] == ContinueTransfer(1, 1, 0, 256 * KIB)
    assert kinds[4:] == [StartTransfer] * 15
    assert paper.states() == [State.PROBING, State.RUNNING]


def test_the_fan_out_asks_for_what_follows_the_probe_with_if_range(paper, of, ranges):
    said = paper.begin(3 * MIB)

    assert ranges(said)[0][0] == 256 * KIB
    for start in of(StartTransfer, said):
        assert ("If-Range", '"1"') in start.request.headers
        assert not start.expectation.ask
        assert start.expectation.representation == Representation(3 * MIB, '"1"')


def test_a_small_file_is_one_request(paper, of):
    assert of(StartTransfer, paper.begin(1000)) == []

    said = paper.end(1, 1000)

    kinds = [type(c) for c in said]
    assert kinds.index(SyncFile) < kinds.index(RecordProgress) < kinds.index(PublishFile)
    assert paper.states() == [State.PROBING, State.RUNNING, State.FINISHING, State.DONE]


@pytest.mark.parametrize("partial", [True, False], ids=["416 of */0", "200 of length 0"])
def test_an_empty_file_is_whole_without_a_byte(paper, partial):
    paper.offer()
    assert ContinueTransfer(1, 1, 0, 0) in paper.head(size=0, partial=partial)

    assert SyncFile(1, 0) in paper.end(1, 0)
    assert paper.states()[-1] is State.DONE


def test_a_200_becomes_one_stream(paper, of):
    paper.offer()
    said = paper.head(size=50 * MIB, partial=False)

    assert ContinueTransfer(1, 1, 0, 50 * MIB) in said
    assert of(StartTransfer, said) == []
    paper.end(1, 50 * MIB)
    assert paper.states()[-1] is State.DONE


def test_without_a_length_the_stream_goes_to_its_end_and_its_length_is_recorded(paper, one):
    paper.offer()
    said = paper.head(size=None, partial=False)
    assert ContinueTransfer(1, 1, 0, None) in said
    assert one(OpenPart, said).size_bytes is None

    said = paper.end(1, 777)

    assert SyncFile(1, 777) in said
    assert one(RecordPart, said).representation.size_bytes == 777


def test_the_servers_name_is_taken_where_the_user_gave_none(paper, one):
    paper.offer()
    said = paper.head(size=10, content_disposition='attachment; filename="real.iso"')

    assert one(OpenPart, said).name == "real.iso"
    assert paper.job.name == "real.iso"


def test_the_users_name_is_exact(paper, one):
    said = paper.begin(10, name="mine")

    assert (one(OpenPart, said).name, one(OpenPart, said).exact) == ("mine", True)


def test_a_coding_that_the_name_does_not_say_is_an_error(paper):
    paper.offer()
    said = paper.head(size=10, content_coding="gzip")

    (failed,) = [c for c in said if isinstance(c, RecordState)]
    assert (failed.state, failed.failure.kind) == (State.FAILED, Kind.CODED)
    assert "gzip" in failed.failure.message


def test_a_coding_that_the_name_says_is_saved_as_sent(paper, one):
    paper.offer(1, "https://example.org/f.tar.gz")

    assert one(OpenPart, paper.head(size=10, content_coding="gzip")).name == "f.tar.gz"


def test_a_part_file_that_cannot_be_opened_ends_the_job_with_that_cause(paper, one):
    denied = Failure(Kind.NOT_CREATED, "could not create /d/f.bin.part", Exit.CREATE_FAILED)
    paper.answers[OpenPart] = lambda c: PartFailed(c.job_id, denied)

    said = paper.begin(10)

    assert one(RecordState, said) == RecordState(1, State.FAILED, denied)
    assert ClosePart(1) not in said
    assert paper.live == {}


def test_a_probe_that_breaks_while_the_file_opens_is_made_again(paper, of, span):
    paper.answers[OpenPart] = lambda _: None
    paper.begin(3 * MIB)
    paper.break_off(1, Kind.BROKEN, 0)

    paper.play(PartOpened(1, "f.bin", PartIdentity("boot-1", 1, 9), kept=False))
    said = paper.wait()
    (again,) = of(StartTransfer, said)
    assert (again.expectation.ask, again.expectation.range.start) == (True, 0)
    said = paper.head(again.transfer_id, size=3 * MIB)
    assert of(OpenPart, said) == []
    paper.fetch_all()

    assert paper.states()[-1] is State.DONE
    assert paper.claims() == (span(0, 3 * MIB), span(0, 3 * MIB))


def test_so_is_that_of_an_empty_file_of_which_no_range_can_be_asked_for(paper, of):
    paper.answers[OpenPart] = lambda _: None
    paper.begin(0)
    paper.break_off(1, Kind.BROKEN, 0)
    paper.play(PartOpened(1, "f.bin", PartIdentity("boot-1", 1, 9), kept=False))

    (again,) = of(StartTransfer, paper.wait())

    assert again.expectation.range == ByteRange(0, 256 * KIB)


def test_bytes_that_were_offered_and_not_taken_are_not_claimed(paper, span):
    """A transfer that resumed at 1 MiB and got a 200 may say at its end that it stands at 1 MiB."""
    paper.answers[OpenPart] = lambda _: None
    paper.offer(size_bytes=3 * MIB, etag='"1"', written=span(0, MIB))
    paper.head(size=3 * MIB, partial=False)

    paper.break_off(1, Kind.BROKEN, MIB)

    assert paper.job.done_bytes == 0
