"""The last byte is a request of its own: its head shows whether the file changed under the others."""

from ddm.core.commands import PublishFile, RecordState, StartTransfer
from ddm.failures import Kind
from ddm.record import State
from ddm.spec import Checksum

MIB = 1 << 20


def all_but_the_last_byte(paper):
    """Every transfer ends well; the commands of the last one's end."""
    said = []
    while paper.live:
        said = paper.end(next(iter(paper.live)))
        if [c for c in said if isinstance(c, StartTransfer) and len(c.expectation.range) == 1]:
            break
    return said


def test_the_last_byte_is_asked_for_when_everything_else_is_there(paper, of):
    paper.begin(4 * MIB)

    (last,) = of(StartTransfer, all_but_the_last_byte(paper))

    assert (last.expectation.range.start, last.expectation.range.stop) == (4 * MIB - 1, 4 * MIB)
    assert last.expectation.representation.etag == '"1"'
    assert len(paper.live) == 1
    assert of(PublishFile, paper.end(last.transfer_id)) != []


def test_a_file_that_changed_meanwhile_is_not_published(paper, one, of):
    paper.begin(4 * MIB)
    (last,) = of(StartTransfer, all_but_the_last_byte(paper))

    said = paper.break_off(last.transfer_id, Kind.CHANGED)

    assert one(RecordState, said).state is State.FAILED
    assert of(PublishFile, said) == []


def test_a_file_of_one_request_needs_none_more(paper, of):
    paper.begin(1000)

    assert of(PublishFile, paper.end(1, 1000)) != []


def test_where_a_digest_is_known_it_decides(paper):
    paper.begin(4 * MIB, spec={"checksums": (Checksum("sha-256", "0" * 64),)})

    assert paper.engine._work.jobs[1].seal is None


def test_without_a_validator_there_is_nothing_to_compare(paper):
    paper.offer()
    paper.head(size=4 * MIB, etag=None)

    assert paper.engine._work.jobs[1].seal is None
