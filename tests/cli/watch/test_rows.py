import pytest
from msgspec.structs import replace

from ddm.byteranges import RangeSet
from ddm.cli.watch.rows import Row, positions_of, rows_of, totals_of
from ddm.core.causes import Cause, Explanation, Word
from ddm.record import State, StoredFailure, Wanted
from ddm.store.rows import claims_in

MIB = 1 << 20


def test_a_job_in_work_shows_what_the_manager_says(listed, job_view):
    view = job_view(state=State.WAITING, waiting_s=11.2, reason="429 from host")
    row = Row(listed(state=State.RUNNING), view)

    assert (row.words, row.reason) == ("waiting 12 s", "429 from host")
    assert (row.label, row.size_bytes, row.done_bytes) == ("a.iso", 512 * MIB, 120 * MIB)


def test_a_job_that_nobody_works_on_shows_its_row(listed):
    error = StoredFailure("not-found", "gone \x1b[2J", 3)
    claims = claims_in(RangeSet.of(0, 7))
    row = Row(listed(state=State.FAILED, name="f", size_bytes=9, claims=claims, error=error))

    assert (row.words, row.reason, row.done_bytes) == ("failed", r"gone \x1b[2J", 7)
    assert (row.speed_bps, row.eta_s, row.connections, row.segments) == (0.0, None, 0, ())
    assert not row.moving


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("http://h/dir/a%20b.iso?sig=1#x", "a b.iso"),
        ("http://h/", "http://h/"),
        ("http://h", "http://h"),
        ("http://me:pw@h/x/?q=1", "http://***@h/x/?q=***"),
        ("http://h/%1b[2J", r"\x1b[2J"),
    ],
)
def test_without_a_name_it_is_the_end_of_the_url(listed, url, label):
    assert Row(listed(url=url)).label == label


def test_what_is_over_is_not_in_work_whatever_an_older_picture_says(listed, job_view, live):
    jobs = [listed(id=1, state=State.DONE), listed(id=2, state=State.RUNNING)]
    rows = rows_of(jobs, live(job_view(id=1), job_view(id=2)))

    assert [row.live is None for row in rows] == [True, False]


def test_before_the_server_has_answered_the_row_says_what_is_there(listed, job_view):
    row = Row(
        listed(size_bytes=9, claims=claims_in(RangeSet.of(0, 7))),
        job_view(state=State.PROBING, size_bytes=None, done_bytes=0),
    )

    assert (row.done_bytes, row.ranges, row.size_bytes) == (7, RangeSet.of(0, 7), 9)


def test_a_job_that_the_manager_has_only_taken_note_of_is_not_in_work(listed, job_view, live):
    (row,) = rows_of([listed()], live(job_view(state=State.QUEUED)))

    assert row.live is None


@pytest.mark.parametrize(
    ("word", "held_back"), [(Word.ORIGIN_LIMIT, "by http://***@h/"), (Word.SLOW_ORIGIN, "")]
)
def test_what_holds_a_job_back_is_said_where_it_could_be_faster(
    listed, job_view, live, word, held_back
):
    why = Explanation(1, (Cause(word, "by http://me:secret@h/"),))
    jobs = [listed(state=State.RUNNING), listed(id=2, state=State.DONE)]
    picture = replace(live(job_view()), explained=(why, replace(why, id=2)))
    running, done = rows_of(jobs, picture, {})

    assert running.held_back == held_back
    assert done.why is None


def test_the_sums_are_those_of_the_rows(listed, job_view):
    rows = [
        Row(listed(id=1, state=State.DONE, size_bytes=512 * MIB)),
        Row(listed(id=2, state=State.RUNNING), job_view(id=2)),
        Row(listed(id=3, state=State.PAUSED, size_bytes=100 * MIB)),
    ]
    totals = totals_of(rows)

    assert totals.counted == ("3 jobs: 1 running", "1 paused", "1 done")
    assert totals.amount == "632 of 1124 MiB (56 %)"
    assert totals.speeds == ("98.0 MiB/s", "4 s left")
    assert totals.left_bytes == 392 * MIB


def test_where_one_length_is_unknown_no_sum_of_lengths_is_told(listed):
    totals = totals_of([Row(listed(id=1)), Row(listed(id=2, size_bytes=5))])

    assert (totals.size_bytes, totals.left_bytes, totals.eta_s) == (None, None, None)
    assert totals.counted == ("2 jobs: 2 queued",)
    assert totals.speeds == ()


def test_no_jobs_have_sums_too():
    totals = totals_of([])

    assert totals.counted == ("no jobs",)
    assert totals.jobs == 0


@pytest.mark.parametrize(
    ("state", "wanted", "expected"),
    [
        (State.PAUSED, Wanted.PAUSE, True),
        (State.FAILED, Wanted.RUN, True),
        (State.RUNNING, Wanted.PAUSE, True),
        (State.RUNNING, Wanted.RUN, False),
        (State.DONE, Wanted.PAUSE, False),
    ],
)
def test_what_rests_can_be_resumed(listed, state, wanted, expected):
    assert Row(listed(state=state, wanted=wanted)).rests is expected


def test_positions_are_of_what_is_still_to_be_done_in_its_order(listed):
    jobs = [
        listed(id=1, state=State.DONE),
        listed(id=2, place=2.0),
        listed(id=3, place=1.5, state=State.PAUSED),
        listed(id=4, state=State.FAILED),
        listed(id=5, place=5.0, priority=1),
        listed(id=6, wanted=Wanted.REMOVE),
    ]
    positions = positions_of(jobs)
    rows = sorted(rows_of(jobs, None, positions), key=lambda row: row.order)

    assert positions == {5: 1, 3: 2, 2: 3}
    assert [row.id for row in rows] == [1, 4, 6, 5, 3, 2]


def test_a_limit_of_its_own_stands_beside_the_reason(listed, job_view):
    waiting = job_view(reason="the server is busy")

    assert Row(listed(max_bytes_per_sec=5 << 20)).reason == "at most 5 MiB/s"
    assert Row(listed(max_bytes_per_sec=2048), waiting).reason == (
        "the server is busy; at most 2 KiB/s"
    )
    assert Row(listed(max_bytes_per_sec=2048, state=State.DONE)).reason == ""
