"""Other places of the same file."""

import pytest

from ddm.core.commands import PublishFile, RecordProgress, ResetPart, StartTransfer
from ddm.core.events import FileDigested, PartFailed, StopRequested
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.limits import RetryLimits
from ddm.record import State
from ddm.spec import Checksum

KIB, MIB = 1 << 10, 1 << 20
FIRST, SECOND, THIRD = "https://a.example/f", "https://b.example/f", "https://c.example/f"
SUM, OTHER = Checksum("md5", "a" * 32), Checksum("md5", "b" * 32)


def offer(paper, *, mirrors=(SECOND, THIRD), url=FIRST, **spec):
    return paper.offer(url=url, max_segments=1, spec={"mirrors": mirrors, **spec})


def asked(said, one):
    return one(StartTransfer, said).request.url


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Kind.NOT_FOUND, 404), (Kind.NOT_ALLOWED, 401), (Kind.BAD_REDIRECT, None), (Kind.TLS, None)],
)
def test_a_place_that_is_given_up_is_followed_by_the_next(make_paper, one, kind, status):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    offer(paper)

    said = paper.break_off(1, kind, status=status)

    assert asked(said, one) == SECOND
    assert paper.job.reason.startswith(f"went on at {SECOND}: ")
    assert paper.states()[-1] is State.PROBING


def test_after_the_last_place_the_job_fails_with_what_that_one_said(make_paper):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    offer(paper)
    paper.break_off(1, Kind.NOT_FOUND)
    paper.break_off(2, Kind.NOT_FOUND)

    paper.break_off(3, Kind.NOT_ALLOWED)

    assert paper.states()[-1] is State.FAILED
    assert paper.live == {}


def test_a_place_is_tried_as_often_as_any_other_before_it_is_given_up(make_paper, one):
    paper = make_paper(retry=RetryLimits(max_attempts=2))
    offer(paper)
    paper.break_off(1, Kind.UNREACHABLE)
    again = paper.wait()

    assert asked(again, one) == FIRST
    assert asked(paper.break_off(2, Kind.UNREACHABLE), one) == SECOND


def test_a_full_disk_is_no_better_elsewhere(paper, full_disk):
    offer(paper)
    paper.answers.pop(type(paper.head(1, size=1000)[-1]), None)
    paper.play(PartFailed(1, Failure(Kind.NOT_CREATED, "no", Exit.CREATE_FAILED)))

    assert paper.states()[-1] is State.FAILED
    assert paper.live == {}


@pytest.fixture
def moved(make_paper, one):
    """A file of 3 MiB: 256 KiB came from the first place, then the second one was asked for the rest."""

    def moved(**spec):
        paper = make_paper(retry=RetryLimits(max_attempts=1))
        offer(paper, **spec)
        paper.head(1, size=3 * MIB)
        paper.end(1)
        paper.last_said = paper.break_off(2, Kind.NOT_FOUND)
        return paper

    return moved


def test_the_next_place_is_asked_for_what_is_missing_and_nothing_is_taken_back_yet(
    moved, one, of, ranges
):
    paper = moved()

    assert asked(paper.last_said, one) == SECOND
    assert ranges(paper.last_said) == [(256 * KIB, 512 * KIB)]
    assert [c for c in of(RecordProgress, paper.last_said) if c.shrinks] == []


def test_the_same_validators_there_let_it_go_on(moved, of):
    paper = moved()

    said = paper.head(3, size=3 * MIB)

    assert of(ResetPart, said) == []
    paper.fetch_all()
    assert paper.states()[-1] is State.DONE
    assert paper.claims()[0].total == 3 * MIB


def test_other_validators_there_begin_it_again(moved, one, of, span):
    paper = moved()

    said = paper.head(3, size=3 * MIB, etag='"2"')

    assert one(ResetPart, said)
    assert [c.written for c in of(RecordProgress, said) if c.shrinks] == [span()]
    paper.fetch_all()
    assert paper.states()[-1] is State.DONE


def test_a_digest_of_the_users_joins_what_came_from_both(moved, of):
    paper = moved(checksums=(SUM,))

    said = paper.head(3, size=3 * MIB, etag='"2"')

    assert of(ResetPart, said) == []
    paper.fetch_all()
    assert paper.states()[-1] is State.VERIFYING
    assert of(PublishFile, paper.play(FileDigested(1, (SUM,))))


def test_a_digest_does_not_join_files_of_other_lengths(moved, one):
    paper = moved(checksums=(SUM,))

    assert one(ResetPart, paper.head(3, size=4 * MIB, etag='"2"'))


def test_a_place_that_has_wrong_bytes_twice_is_given_up(make_paper, one):
    paper = make_paper()
    offer(paper, checksums=(SUM,))
    paper.head(1, size=1000)
    paper.end(1, 1000)
    paper.play(FileDigested(1, (OTHER,)))
    paper.head(2, size=1000)
    paper.end(2, 1000)

    said = paper.play(FileDigested(1, (OTHER,)))

    assert asked(said, one) == SECOND
    assert paper.states()[-1] is State.PROBING


def test_what_the_user_sends_goes_to_the_first_place_alone(make_paper, one):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    paper.offer(url=FIRST, headers=(("X-Api-Key", "s"),), spec={"mirrors": (SECOND,)})

    said = paper.break_off(1, Kind.NOT_FOUND)

    assert "X-Api-Key" not in dict(one(StartTransfer, said).request.headers)


def test_a_stop_between_two_places_stops(moved):
    paper = moved()
    paper.play(StopRequested())

    assert paper.states()[-1] is State.QUEUED
    assert paper.claims()[0].total == 256 * KIB


def test_two_places_that_say_nothing_of_their_files_are_not_joined(make_paper, one):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    offer(paper)
    paper.head(1, size=3 * MIB, etag=None)
    paper.end(1)
    paper.break_off(2, Kind.NOT_FOUND)

    assert one(ResetPart, paper.head(3, size=3 * MIB, etag=None))


def test_equal_dates_and_lengths_let_it_go_on(make_paper, of):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    offer(paper)
    paper.head(1, size=3 * MIB, etag=None, last_modified="Tue, 14 Nov 2023 22:13:20 GMT")
    paper.end(1)
    paper.break_off(2, Kind.NOT_FOUND)

    said = paper.head(3, size=3 * MIB, etag=None, last_modified="Tue, 14 Nov 2023 22:13:20 GMT")
    assert of(ResetPart, said) == []


def test_a_stream_of_unknown_length_is_not_joined_with_another_places_bytes(make_paper, one):
    paper = make_paper(retry=RetryLimits(max_attempts=1))
    offer(paper)
    paper.head(1, size=None, partial=False, etag=None)
    paper.bytes(1, 1000)
    assert asked(paper.break_off(1, Kind.BROKEN), one) == SECOND

    assert one(ResetPart, paper.head(2, size=3 * MIB))


def test_a_row_begun_at_one_place_is_not_gone_on_with_at_another(paper, one, span):
    some = span(0, MIB)
    offer_row = {"size_bytes": 3 * MIB, "etag": '"2"', "written": some, "synced": some}
    said = paper.offer(url=FIRST, spec={"mirrors": (SECOND,)}, **offer_row)
    assert one(StartTransfer, said).expectation.representation is None

    assert one(ResetPart, paper.head(1, size=3 * MIB, etag='"1"'))
