"""A file that is whole under its name is asked for again: whatever the answer, it stays, and the job is DONE."""

import pytest

from ddm.core.commands import (
    CancelTransfer,
    ContinueTransfer,
    OpenPart,
    RecordPart,
    RecordProgress,
    RecordState,
    StartTransfer,
)
from ddm.core.events import StopRequested, WishChanged
from ddm.errors import Exit
from ddm.failures import Kind
from ddm.limits import RetryLimits
from ddm.record import State, Wanted

MIB = 1 << 20
DATE = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.fixture
def check(span):
    """Admit a job of a file of 3 MiB that is whole under its name."""

    def offer(paper, **row):
        whole = span(0, 3 * MIB)
        row = {"size_bytes": 3 * MIB, "etag": '"1"', "written": whole, "synced": whole, **row}
        return paper.offer(checking=True, **row)

    return offer


@pytest.fixture
def asked(paper, check):
    """The request is on its way."""
    check(paper)
    return paper


def left(paper):
    """The last picture of the only job; nothing was ever opened or claimed for it."""
    touched = OpenPart | ContinueTransfer | RecordPart | RecordProgress
    assert [c for c in paper.said if isinstance(c, touched)] == []
    assert paper.live == {}
    (view,) = paper.engine.take_left()
    return view


def test_the_request_is_conditional_and_believes_nothing_of_the_answer(paper, check, one):
    sent = one(StartTransfer, check(paper))

    assert ("If-None-Match", '"1"') in sent.request.headers
    assert (sent.expectation.representation, sent.expectation.ask) == (None, True)
    assert sent.expectation.unless.etag == '"1"'


def test_it_is_shown_as_whole(asked):
    assert (asked.job.state, asked.job.done_bytes) == (State.PROBING, 3 * MIB)


def test_a_304_is_the_end_of_it(asked):
    said = asked.break_off(1, Kind.NOT_MODIFIED, status=304)

    assert RecordState(1, State.DONE) in said
    view = left(asked)
    assert (view.state, view.failure) == (State.DONE, None)


@pytest.mark.parametrize("partial", [True, False])
def test_the_same_file_sent_all_the_same_is_not_fetched(asked, one, partial):
    said = asked.head(size=3 * MIB, partial=partial)

    assert one(CancelTransfer, said).transfer_id == 1
    assert RecordState(1, State.DONE) in said
    assert left(asked).failure is None


@pytest.mark.parametrize("partial", [True, False])
def test_another_file_is_told_with_the_way_out_and_the_row_is_done(asked, partial):
    said = asked.head(size=3 * MIB, partial=partial, etag='"2"')

    assert RecordState(1, State.DONE) in said
    view = left(asked)
    assert (view.state, view.failure.kind, view.failure.code) == (
        State.DONE, Kind.CHANGED, Exit.CHANGED,
    )  # fmt: skip
    assert view.failure.message.endswith("; --overwrite fetches the new one")


def test_weak_etags_speak_where_nothing_is_to_be_joined(paper, check):
    check(paper, etag='W/"1"')

    paper.head(size=3 * MIB, etag='W/"2"')

    assert left(paper).failure.kind is Kind.CHANGED


def test_a_redirect_is_followed_and_the_next_hop_is_asked_the_same(asked, one):
    said = asked.break_off(1, Kind.REDIRECTED, location="https://mirror.example/f")

    again = one(StartTransfer, said)
    assert again.request.url == "https://mirror.example/f"
    assert ("If-None-Match", '"1"') in again.request.headers
    asked.break_off(2, Kind.NOT_MODIFIED, status=304)
    assert left(asked).failure is None


@pytest.mark.parametrize("kind", [Kind.NOT_FOUND, Kind.NOT_ALLOWED, Kind.REFUSED, Kind.UNTRUSTED])
def test_what_is_refused_for_good_is_told_beside_done(asked, kind):
    said = asked.break_off(1, kind, status=404 if kind is Kind.NOT_FOUND else 403)

    assert RecordState(1, State.DONE) in said
    view = left(asked)
    assert (view.state, view.failure.kind) == (State.DONE, kind)


def test_a_redirect_that_leads_nowhere_is_told_beside_done(asked):
    asked.break_off(1, Kind.REDIRECTED, location="http://mirror.example/f")

    view = left(asked)
    assert (view.state, view.failure.kind) == (State.DONE, Kind.BAD_REDIRECT)


@pytest.mark.parametrize("kind", [Kind.SERVER_ERROR, Kind.THROTTLED, Kind.UNREACHABLE])
def test_what_may_pass_is_tried_until_the_tries_run_out(make_paper, check, of, kind):
    paper = make_paper(retry=RetryLimits(max_attempts=3))
    check(paper)
    while paper.engine.holds(1):
        if paper.live:
            paper.break_off(max(paper.live), kind)
        else:
            paper.wait()

    assert len(of(StartTransfer, paper.said)) == 3
    assert all(c.expectation.range for c in of(StartTransfer, paper.said))
    assert paper.states()[-1] is State.DONE
    assert left(paper).failure.message == "the server hiccupped (gave up after 3 tries)"


def test_a_range_that_is_refused_is_asked_for_plainly(asked, one):
    again = one(StartTransfer, asked.break_off(1, Kind.RANGE_WRONG, status=416))

    assert again.expectation.range is None
    assert ("If-None-Match", '"1"') in again.request.headers


def test_a_wait_in_between_ends_in_done_too(asked):
    asked.break_off(1, Kind.THROTTLED, retry_after_s=5.0)
    assert asked.job.state is State.WAITING
    asked.wait(5.0)

    asked.break_off(2, Kind.NOT_MODIFIED)

    assert asked.states() == [State.PROBING, State.WAITING, State.PROBING, State.DONE]


def test_a_timeout_is_told_beside_done(make_paper, check):
    paper = make_paper(timeout_secs=10.0)
    check(paper)

    paper.wait()

    view = left(paper)
    assert (view.state, view.failure.code) == (State.DONE, Exit.TOO_SLOW)


def test_a_timeout_while_it_waits_is_told_beside_done(make_paper, check):
    paper = make_paper(timeout_secs=10.0)
    check(paper)
    paper.break_off(1, Kind.THROTTLED, retry_after_s=50.0)

    paper.wait(10.0)

    assert (paper.states()[-1], left(paper).state) == (State.DONE, State.DONE)


def test_a_stop_puts_it_back_into_the_queue(asked):
    asked.play(StopRequested())

    view = left(asked)
    assert (view.state, view.failure) == (State.QUEUED, None)


@pytest.mark.parametrize(("wish", "removed"), [(Wanted.PAUSE, False), (Wanted.REMOVE, True)])
def test_a_wish_is_heeded_at_once(asked, wish, removed):
    asked.play(WishChanged(1, wish))

    view = left(asked)
    assert (view.state, view.removed) == (State.PAUSED, removed)


def test_a_wish_to_remove_outweighs_an_answer_that_has_just_come(asked):
    asked.answers[CancelTransfer] = lambda _: None
    asked.head(size=3 * MIB)
    asked.play(WishChanged(1, Wanted.REMOVE))

    asked.break_off(1, Kind.CANCELLED)

    assert left(asked).removed


def test_a_server_without_validators_is_asked_plainly_and_its_length_compared(paper, check, one):
    sent = one(StartTransfer, check(paper, etag=None))
    assert not {name for name, _ in sent.request.headers} & {"If-None-Match", "If-Modified-Since"}

    paper.head(size=3 * MIB, etag=None)

    assert left(paper).failure is None


def test_another_length_without_validators_is_another_file(paper, check):
    check(paper, etag=None)

    paper.head(size=3 * MIB + 1, etag=None)

    assert "length changed" in left(paper).failure.message


def test_a_date_is_asked_about_where_there_is_no_etag(paper, check, one):
    sent = one(StartTransfer, check(paper, etag=None, last_modified=DATE))

    assert ("If-Modified-Since", DATE) in sent.request.headers


def test_an_empty_file_is_asked_about_too(paper, check, span):
    check(paper, size_bytes=0, written=span(), synced=span())

    paper.head(size=0, partial=False)

    assert left(paper).failure is None


def test_it_does_not_wait_for_room_with_others_of_its_disk(asked, full_disk):
    asked.begin(3 * MIB, 2, url="https://other.example/f")
    asked.break_off(2, Kind.DISK_FULL)

    assert asked.engine.view(asked.now).jobs[0].state is State.PROBING
    asked.break_off(1, Kind.NOT_MODIFIED)
    assert asked.states() == [State.PROBING, State.DONE]
