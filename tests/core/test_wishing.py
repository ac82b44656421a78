"""A user wishes that a job rests or goes: in whatever state it is, what it has brought is recorded first."""

import pytest

from ddm.core.commands import (
    CancelTransfer,
    ClosePart,
    DigestFile,
    OpenPart,
    RecordProgress,
    RecordState,
    SyncFile,
)
from ddm.core.events import (
    FileDigested,
    FileSynced,
    PartClosed,
    PartFailed,
    PartOpened,
    StopRequested,
    WishChanged,
)
from ddm.errors import Exit
from ddm.failures import Failure, Kind
from ddm.record import PartIdentity, State, Wanted
from ddm.spec import Checksum

KIB, MIB = 1 << 10, 1 << 20
SUM = Checksum("md5", "a" * 32)
PAUSE, REMOVE = WishChanged(1, Wanted.PAUSE), WishChanged(1, Wanted.REMOVE)
RUN = WishChanged(1, Wanted.RUN)
BOTH = pytest.mark.parametrize("wish", [PAUSE, REMOVE])
OPENED = PartOpened(1, "f.bin", PartIdentity("boot-1", 1, 9), kept=False)
DENIED = Failure(Kind.NOT_CREATED, "could not create /d/f.bin.part", Exit.CREATE_FAILED)


def rests(paper, wish):
    """The job is gone from the engine as was wished, with no connection left behind."""
    assert paper.engine.admitted == len(paper.live) == 0
    (view,) = paper.engine.take_left()
    assert (view.state, view.failure, view.removed) == (State.PAUSED, None, wish is REMOVE)
    assert RecordState(1, State.PAUSED) in paper.said


@BOTH
def test_one_that_is_admitted_and_has_not_begun(make_paper, wish):
    paper = make_paper(max_total_connections=1, max_jobs=2)
    paper.offer(2, "https://other.example/f")
    paper.offer(1)
    paper.play(wish)
    paper.play(WishChanged(2, wish.wanted))

    assert [view.id for view in paper.engine.take_left()] == [1, 2]
    assert (paper.states(1), paper.live) == ([State.PAUSED], {})


@BOTH
def test_one_that_asks(paper, wish, of):
    paper.offer()

    assert of(CancelTransfer, paper.play(wish)) == [CancelTransfer(1)]
    rests(paper, wish)


@BOTH
def test_one_that_follows_a_redirect(paper, wish):
    paper.answers[CancelTransfer] = lambda _: None
    paper.offer()
    paper.play(wish)

    paper.break_off(1, Kind.REDIRECTED, location="/g")

    rests(paper, wish)


@BOTH
def test_one_whose_part_file_is_being_opened_closes_it(paper, wish, of):
    paper.answers[OpenPart] = lambda _: None
    paper.begin(3 * MIB)
    assert of(ClosePart, paper.play(wish)) == []
    assert paper.engine.holds(1)

    assert of(ClosePart, paper.play(OPENED)) == [ClosePart(1)]
    rests(paper, wish)


@BOTH
def test_one_whose_part_file_cannot_be_opened_rests_all_the_same(paper, wish):
    paper.answers[OpenPart] = lambda _: None
    paper.begin(3 * MIB)
    paper.play(wish)

    paper.play(PartFailed(1, DENIED))

    rests(paper, wish)


@BOTH
def test_one_that_runs_keeps_what_it_has_brought(paper, wish, span):
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)

    said = paper.play(wish)

    assert said.index(ClosePart(1)) < said.index(RecordState(1, State.PAUSED))
    assert paper.claims() == (span(0, 1000), span(0, 1000))
    rests(paper, wish)


def test_what_came_before_the_transfers_ended_is_kept_too(paper, span):
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(3 * MIB, max_segments=1)
    paper.play(PAUSE)

    paper.break_off(1, Kind.CANCELLED, 5000)

    assert paper.claims() == (span(0, 5000), span(0, 5000))


@BOTH
def test_one_that_waits_for_its_next_try(paper, wish, span):
    paper.begin(1000)
    paper.break_off(1, Kind.BROKEN, 500)
    assert paper.job.state is State.WAITING

    paper.play(wish)

    assert paper.claims() == (span(0, 500), span(0, 500))
    rests(paper, wish)


@BOTH
def test_one_that_is_about_to_begin_again(paper, wish):
    paper.begin(3 * MIB, max_segments=1)
    paper.break_off(1, Kind.CHANGED, other_etag='"2"')
    paper.answers[CancelTransfer] = lambda _: None
    paper.break_off(max(paper.live), Kind.CHANGED, other_etag='"3"')
    paper.play(wish)

    paper.break_off(max(paper.live), Kind.CANCELLED)

    rests(paper, wish)


@BOTH
def test_one_that_waits_for_room(paper, wish):
    paper.lacking_bytes = 1
    paper.begin(3 * MIB)
    paper.break_off(1, Kind.DISK_FULL)

    paper.play(wish)

    rests(paper, wish)
    assert not paper.engine.stuck


@BOTH
def test_one_that_is_verified_keeps_every_byte(paper, wish, span):
    paper.begin(1000, spec={"checksums": (SUM,)})
    paper.end(1, 1000)

    paper.play(wish)

    assert paper.claims() == (span(0, 1000), span(0, 1000))
    rests(paper, wish)
    assert paper.play(FileDigested(1, (SUM,))) == []


@BOTH
def test_for_one_that_finishes_it_is_too_late(paper, wish):
    paper.answers[SyncFile] = lambda _: None
    paper.begin(1000)
    paper.end(1, 1000)

    assert paper.play(wish) == []
    paper.play(FileSynced(1))

    (view,) = paper.engine.take_left()
    assert (view.state, view.removed) == (State.DONE, False)


def test_pausing_a_whole_file_and_going_on_verifies_it_again(paper, one, span):
    paper.begin(1000, spec={"checksums": (SUM,)})
    paper.end(1, 1000)
    paper.play(PAUSE)
    whole = span(0, 1000)

    said = paper.offer(
        size_bytes=1000, etag='"1"', written=whole, synced=whole, spec={"checksums": (SUM,)}
    )

    assert one(DigestFile, said).size_bytes == 1000


# -- one wish after the other, and beside other ends ---------------------------------------------------


@pytest.fixture
def leaving(paper):
    """A running job whose transfers take their time to end."""
    paper.answers[CancelTransfer] = lambda _: None
    paper.begin(3 * MIB)
    return paper


def cancel_all(paper):
    for transfer_id in list(paper.live):
        paper.break_off(transfer_id, Kind.CANCELLED)


def test_the_same_wish_again_changes_nothing(leaving):
    leaving.play(PAUSE)

    assert leaving.play(PAUSE) == []
    cancel_all(leaving)
    rests(leaving, PAUSE)


@pytest.mark.parametrize("wishes", [(PAUSE, REMOVE), (REMOVE, PAUSE), (REMOVE, RUN)])
def test_once_it_is_to_go_it_goes(leaving, wishes):
    for wish in wishes:
        leaving.play(wish)

    cancel_all(leaving)

    rests(leaving, REMOVE)


def test_pausing_and_running_again_ends_paused_and_whoever_keeps_the_rows_queues_it(leaving):
    leaving.play(PAUSE)
    assert leaving.play(RUN) == []

    cancel_all(leaving)

    rests(leaving, PAUSE)


def test_a_wish_to_run_means_nothing_to_a_job_that_runs(paper):
    paper.begin(3 * MIB)

    assert paper.play(RUN) == []
    assert paper.job.state is State.RUNNING


def test_a_stop_after_a_wish_leaves_it_as_was_wished(leaving):
    leaving.play(PAUSE)
    assert leaving.play(StopRequested()) == []

    cancel_all(leaving)

    rests(leaving, PAUSE)


def test_a_job_that_fails_stays_failed_when_it_is_paused(leaving):
    leaving.break_off(1, Kind.NOT_FOUND)
    leaving.play(PAUSE)

    cancel_all(leaving)

    assert leaving.states()[-1] is State.FAILED


def test_a_job_that_fails_goes_all_the_same_when_that_is_wished(leaving):
    leaving.break_off(1, Kind.NOT_FOUND)
    leaving.play(REMOVE)

    cancel_all(leaving)

    rests(leaving, REMOVE)


def test_a_wish_while_the_part_file_closes(paper, span):
    paper.answers[ClosePart] = lambda _: None
    paper.begin(3 * MIB)
    paper.bytes(1, 1000)
    paper.play(PAUSE)
    assert paper.play(REMOVE) == []

    said = paper.play(PartClosed(1, None))

    assert said[0] == RecordProgress(1, span(0, 1000), span(0, 1000))
    rests(paper, REMOVE)


def test_a_wish_for_a_job_that_left_meanwhile_is_nobodys(paper):
    assert paper.play(PAUSE) == []


def test_the_room_of_a_job_that_rests_goes_to_the_next(make_paper, of):
    paper = make_paper(max_total_connections=4, max_jobs=1)
    paper.begin(8 * MIB)

    said = paper.play(PAUSE)

    assert said[-1].room == 1
    assert paper.engine.view(paper.now).connections == 0
